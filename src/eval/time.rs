//! Times as Go reads them and Falco prints them; the calendar is that of `jiff`.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, fmt::strtime, tz::Offset};

/// The first day that is counted.
const EPOCH: Date = Date::constant(1970, 1, 1);
const DAY: i64 = 86_400;

/// Nanoseconds since 1970 of an RFC 3339 time, with everything that Go's parser lets pass.
pub fn rfc3339(text: &[u8]) -> Option<i64> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, rest) = digits(rest.strip_prefix(b"-")?, 2, 2)?;
    let (day, rest) = digits(rest.strip_prefix(b"-")?, 2, 2)?;
    let (hour, rest) = digits(rest.strip_prefix(b"T")?, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(b":")?, 2, 2)?;
    let (second, mut rest) = digits(rest.strip_prefix(b":")?, 2, 2)?;
    let mut nanos = 0;
    if let [b'.' | b',', fraction @ ..] = rest {
        let len = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if len > 0 {
            let (value, _) = digits(&fraction[..len.min(9)], 1, 9)?;
            nanos = value * 10_i64.pow(9 - len.min(9) as u32);
            rest = &fraction[len..];
        }
    }
    let offset = offset(rest)?;
    if hour >= 24 || minute >= 60 || second >= 60 {
        return None;
    }
    let seconds = days(year, month, day)? * DAY + hour * 3600 + minute * 60 + second - offset;
    Some(seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos))
}

/// `Z` or `+hh:mm`, in seconds.
fn offset(text: &[u8]) -> Option<i64> {
    if text == b"Z" {
        return Some(0);
    }
    let (sign, rest) = match text.split_first()? {
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(b":")?, 2, 2)?;
    (rest.is_empty() && hours <= 24 && minutes <= 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A number of so many digits, and what follows.
fn digits(text: &[u8], least: usize, most: usize) -> Option<(i64, &[u8])> {
    let len = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let number = text[..len].iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    (len >= least).then_some((number, &text[len..]))
}

/// Days from 1970 to a date, if there is such a date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    Some(date.ok()?.duration_since(EPOCH).as_secs() / DAY)
}

/// Nanoseconds since 1970 of the beginning of a day; `None` for days that are too far away.
pub fn midnight(date: Date) -> Option<i64> {
    i64::try_from(date.duration_since(EPOCH).as_nanos()).ok()
}

/// Nanoseconds since 1970 as text in UTC, after a pattern of `strftime`.
pub fn text(nanos: i64, pattern: &str) -> String {
    strtime::format(pattern, utc(nanos)).unwrap_or_default()
}

fn utc(nanos: i64) -> DateTime {
    // No number of nanoseconds leaves the calendar.
    Offset::UTC.to_datetime(Timestamp::from_nanosecond(nanos.into()).unwrap_or_default())
}
