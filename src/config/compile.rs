//! `compile` in `rulec.toml`: settings of targets.

use super::{ConfigReader, INVALID_CONFIG, UNKNOWN_CONFIG_KEY, described};
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Settings of targets.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Compile {
    /// `cloudwatch.threshold` and `cloudwatch.thresholds`: number of events in the period that raises an alarm, for all
    /// rules or for one.
    pub thresholds: Vec<(Option<String>, u32)>,
}

const THRESHOLDS: RangeInclusive<usize> = 1..=u32::MAX as usize;

/// Reads the table into the configuration.
pub(super) fn read(reader: &mut ConfigReader, value: &Spanned<DeValue<'_>>) {
    let Some(targets) = table(reader, "compile", value) else { return };
    for (name, value) in targets {
        match &**name.get_ref() {
            "cloudwatch" => cloudwatch(reader, value),
            other => unknown(reader, other, name.span(), "the targets with settings are `cloudwatch`"),
        }
    }
}

fn cloudwatch(reader: &mut ConfigReader, value: &Spanned<DeValue<'_>>) {
    let Some(settings) = table(reader, "cloudwatch", value) else { return };
    for (key, value) in settings {
        match &**key.get_ref() {
            "threshold" => threshold(reader, None, "threshold", value),
            "thresholds" => {
                for (rule, value) in table(reader, "thresholds", value).into_iter().flatten() {
                    let rule = &**rule.get_ref();
                    threshold(reader, Some(rule), rule, value);
                }
            }
            other => {
                let help = "the keys of `cloudwatch` are `threshold` and `thresholds`";
                unknown(reader, other, key.span(), help);
            }
        }
    }
}

fn threshold(reader: &mut ConfigReader, rule: Option<&str>, key: &str, value: &Spanned<DeValue<'_>>) {
    let count = reader.number(key, value, THRESHOLDS).and_then(|count| u32::try_from(count).ok());
    reader.config.compile.thresholds.extend(count.map(|count| (rule.map(str::to_owned), count)));
}

fn table<'v, 't>(
    reader: &mut ConfigReader,
    key: &str,
    value: &'v Spanned<DeValue<'t>>,
) -> Option<&'v DeTable<'t>> {
    if let DeValue::Table(table) = value.get_ref() {
        return Some(table);
    }
    let message = format!("expected a table for `{key}`, found {}", described(value.get_ref()));
    reader.problem(&INVALID_CONFIG, value.span(), message, None);
    None
}

fn unknown(reader: &mut ConfigReader, key: &str, range: std::ops::Range<usize>, help: &str) {
    let message = format!("unknown key `{key}`");
    reader.problem(&UNKNOWN_CONFIG_KEY, range, message, Some(help.to_owned()));
}
