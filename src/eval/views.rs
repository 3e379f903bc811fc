//! Conversions of values by the cloudtrail plugin. A NUL is an ordinary byte here; only the plugin's results end at
//! it.

use super::event::whole_of;
use super::json::{Raw, compact};
use crate::cloudtrail::fields::DOMAIN;
use std::borrow::Cow;

/// A text of a record, or derived from one.
pub(super) type Text<'e> = Cow<'e, [u8]>;

/// The service without its domain.
pub(super) fn short(text: Text<'_>) -> Text<'_> {
    let len = text.strip_suffix(DOMAIN.as_bytes()).map_or(0, <[u8]>::len);
    if len == 0 {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..len]),
        Cow::Owned(mut text) => {
            text.truncate(len);
            Cow::Owned(text)
        }
    }
}

/// The last of exactly so many parts.
pub(super) fn last(text: Text<'_>, separator: u8, count: u8) -> Option<Text<'_>> {
    let parts: Vec<&[u8]> = text.split(|&byte| byte == separator).collect();
    (parts.len() == usize::from(count)).then(|| Cow::Owned(parts[parts.len() - 1].to_vec()))
}

/// The elements as JSON, joined by commas.
pub(super) fn elements<'e>(raw: Raw<'e>) -> Option<Text<'e>> {
    let all: Vec<Text<'e>> = raw.elements().map(|element| compact(element.0)).collect();
    (!all.is_empty()).then(|| Cow::Owned(all.join(&b","[..])))
}

/// A number as the plugin converts it: floats are cut, negative ones wrap, the rest is 0.
pub(super) fn number(raw: Raw<'_>) -> u64 {
    let Ok(text) = std::str::from_utf8(raw.0) else { return 0 };
    if text.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = text.parse()
    {
        return number;
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) {
        return 0;
    }
    let float: f64 = text.parse().unwrap_or(0.0);
    if float < 9_223_372_036_854_775_808.0 {
        float as i64 as u64
    } else {
        ((float - 9_223_372_036_854_775_808.0) as i64 as u64) ^ (1 << 63)
    }
}

/// The name tag of the last instance that has one.
pub(super) fn instance_name<'e>(items: Raw<'e>) -> Option<Text<'e>> {
    let mut name = None;
    let is = |raw: Option<Raw<'e>>, text: &[u8]| raw.and_then(Raw::text).as_deref() == Some(text);
    for item in items.elements().filter(|item| is(item.get(b"resourceType"), b"instance")) {
        let tags = item.get(b"tags");
        let tag = tags.and_then(|tags| tags.elements().find(|tag| is(tag.get(b"key"), b"Name")));
        if let Some(tag) = tag {
            name = tag.get(b"value").map(|value| whole_of(value)).or(name);
        }
    }
    name.filter(|name| !name.is_empty())
}
