//! `fmt` in `rulec.toml`: the layout of formatted rules.

use super::{ConfigReader, INVALID_CONFIG, UNKNOWN_CONFIG_KEY, described, quoted};
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::DeValue;

/// The layout of formatted rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// `line-width`: conditions and lists that are longer are wrapped.
    pub line_width: usize,
    /// `indent`: blanks before what belongs to a key.
    pub indent: usize,
    /// `key-order`: whether the keys of rules are put in their usual order.
    pub key_order: bool,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout { line_width: 120, indent: 2, key_order: false }
    }
}

const KEYS: [&str; 3] = ["line-width", "indent", "key-order"];
const WIDTHS: RangeInclusive<usize> = 20..=1000;
const INDENTS: RangeInclusive<usize> = 1..=8;

/// Reads the table into the configuration.
pub(super) fn read(reader: &mut ConfigReader, value: &Spanned<DeValue<'_>>) {
    let DeValue::Table(table) = value.get_ref() else {
        let message = format!("expected a table for `fmt`, found {}", described(value.get_ref()));
        return reader.problem(&INVALID_CONFIG, value.span(), message, None);
    };
    let mut layout = Layout::default();
    for (key, value) in table {
        match &**key.get_ref() {
            "line-width" => {
                layout.line_width = reader.number("line-width", value, WIDTHS).unwrap_or(layout.line_width);
            }
            "indent" => layout.indent = reader.number("indent", value, INDENTS).unwrap_or(layout.indent),
            "key-order" => {
                layout.key_order = reader.boolean("key-order", value).unwrap_or(layout.key_order);
            }
            other => {
                let help = format!("the keys of `fmt` are {}", quoted(KEYS));
                let message = format!("unknown key `{other}`");
                reader.problem(&UNKNOWN_CONFIG_KEY, key.span(), message, Some(help));
            }
        }
    }
    reader.config.layout = layout;
}
