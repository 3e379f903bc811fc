//! Selects events by time, account and region. Paths in CloudTrail's layout prune folders; records are always checked.

use crate::eval::json::Raw;
use crate::eval::{Event, time};
use jiff::ToSpan;
use jiff::civil::Date;

/// Nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// The selected events; the default selects all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// The first time, in nanoseconds since 1970.
    pub since: Option<i64>,
    /// The time after the last one.
    pub until: Option<i64>,
    /// Accounts that the events are recorded for.
    pub accounts: Vec<String>,
    /// Regions that the events come from.
    pub regions: Vec<String>,
}

/// How to search below a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Nothing below it is selected.
    Skip,
    /// Paths below it decide.
    Look,
    /// Anything below it may be selected; paths decide nothing more.
    All,
}

impl Filter {
    /// Selects all events.
    pub fn is_all(&self) -> bool {
        *self == Filter::default()
    }

    /// How to search below a path, by `AWSLogs/[ORGANISATION/]ACCOUNT/SERVICE/REGION/YEAR/MONTH/DAY` in it.
    pub fn fate<'p>(&self, parts: impl IntoIterator<Item = &'p str>) -> Fate {
        if self.is_all() {
            return Fate::All;
        }
        let mut parts = parts.into_iter().skip_while(|part| *part != "AWSLogs").skip(1).peekable();
        if parts.peek().is_some_and(|part| part.starts_with("o-")) {
            parts.next();
        }
        let is_other =
            |wanted: &[String], part: &str| !wanted.is_empty() && !wanted.iter().any(|one| one == part);
        let Some(account) = parts.next() else { return Fate::Look };
        if account.len() != 12 || account.bytes().any(|byte| !byte.is_ascii_digit()) {
            return Fate::All;
        }
        if is_other(&self.accounts, account) {
            return Fate::Skip;
        }
        let Some(service) = parts.next() else { return Fate::Look };
        if service == "CloudTrail-Digest" {
            return Fate::Skip;
        }
        let Some(region) = parts.next() else { return Fate::Look };
        if is_other(&self.regions, region) {
            return Fate::Skip;
        }
        if self.since.is_none() && self.until.is_none() {
            return Fate::All;
        }
        self.fate_of_date([parts.next(), parts.next(), parts.next()])
    }

    fn fate_of_date(&self, [year, month, day]: [Option<&str>; 3]) -> Fate {
        let Some(year) = year else { return Fate::Look };
        let number = |text: Option<&str>| text.map(str::parse::<i8>);
        let (month, day) = (number(month), number(day));
        // Other years cannot be counted in nanoseconds.
        let Some(year) = year.parse::<i16>().ok().filter(|year| (1970..2262).contains(year)) else {
            return Fate::All;
        };
        let (first, length) = match (month, &day) {
            (None, _) => (Date::new(year, 1, 1), 1.year()),
            (Some(Ok(month)), &None) => (Date::new(year, month, 1), 1.month()),
            (Some(Ok(month)), &Some(Ok(day))) => (Date::new(year, month, day), 1.day()),
            _ => return Fate::All,
        };
        let Ok(next) = first.clone().and_then(|first| first.checked_add(length)) else { return Fate::All };
        let bounds = (first.ok().and_then(time::midnight), time::midnight(next));
        let (Some(from), Some(to)) = bounds else { return Fate::All };
        // The day of a folder is that of delivery: the day of the events or the next one.
        let is_before = self.since.is_some_and(|since| to <= since);
        let is_after = self.until.is_some_and(|until| from >= until.saturating_add(DAY));
        match () {
            () if is_before || is_after => Fate::Skip,
            () if day.is_some() => Fate::All,
            () => Fate::Look,
        }
    }

    /// True if an event is selected.
    pub fn wants(&self, event: &Event<'_>) -> bool {
        let is = |wanted: &[String], member: &dyn Fn() -> Option<String>| {
            wanted.is_empty() || member().is_some_and(|text| wanted.contains(&text))
        };
        let record = Raw(event.record());
        let text = |raw: Option<Raw<'_>>| Some(String::from_utf8_lossy(&raw?.text()?).into_owned());
        let account = || {
            let of_user = || text(record.get(b"userIdentity").and_then(|user| user.get(b"accountId")));
            text(record.get(b"recipientAccountId")).or_else(of_user)
        };
        self.since.is_none_or(|since| event.time >= since)
            && self.until.is_none_or(|until| event.time < until)
            && is(&self.accounts, &account)
            && is(&self.regions, &|| text(record.get(b"awsRegion")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fate(asked: &Filter, path: &str) -> Fate {
        asked.fate(path.split('/').filter(|part| !part.is_empty()))
    }

    #[test]
    fn paths_as_cloudtrail_makes_them() {
        let at = |text: &str| time::rfc3339(text.as_bytes());
        let asked = Filter {
            since: at("2026-02-28T12:00:00Z"),
            until: at("2026-03-01T12:00:00Z"),
            accounts: vec!["111122223333".into()],
            regions: vec!["us-east-1".into()],
        };
        let of = "x/AWSLogs/o-abc/111122223333/CloudTrail/us-east-1";
        for (path, want) in [
            ("x", Fate::Look),
            ("x/AWSLogs", Fate::Look),
            ("x/AWSLogs/o-abc", Fate::Look),
            ("AWSLogs/444455556666", Fate::Skip),
            ("AWSLogs/111122223333/CloudTrail/us-east-2", Fate::Skip),
            (of, Fate::Look),
            (&format!("{of}/2025"), Fate::Skip),
            (&format!("{of}/2026"), Fate::Look),
            (&format!("{of}/2026/01"), Fate::Skip),
            (&format!("{of}/2026/02"), Fate::Look),
            (&format!("{of}/2026/02/27"), Fate::Skip),
            (&format!("{of}/2026/02/28"), Fate::All),
            (&format!("{of}/2026/03/01"), Fate::All),
            (&format!("{of}/2026/03/02"), Fate::All),
            (&format!("{of}/2026/03/03"), Fate::Skip),
            (&format!("{of}/2026/12"), Fate::Skip),
            (&format!("{of}/2026/99"), Fate::All),
            (&format!("{of}/4294967295"), Fate::All),
            (&format!("{of}/9999/12"), Fate::All),
            (&format!("{of}/latest"), Fate::All),
            ("AWSLogs/111122223333/CloudTrail-Digest", Fate::Skip),
            ("AWSLogs/aws-controltower", Fate::All),
        ] {
            assert_eq!(fate(&asked, path), want, "{path}");
        }
        assert_eq!(fate(&Filter::default(), "x"), Fate::All);
    }
}
