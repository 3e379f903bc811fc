//! Functions and syntax of the engines; the only place that distinguishes them.

mod list;
mod member;

pub use member::WRAP;

/// An engine with SQL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Dialect {
    DuckDb,
    Spark,
    Athena,
    Trino,
}

use Dialect::{Athena, DuckDb, Spark, Trino};

/// Upper and lower case of ASCII, for `translate`.
const UPPER: &str = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'";
const LOWER: &str = "'abcdefghijklmnopqrstuvwxyz'";

impl Dialect {
    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            DuckDb => "duckdb",
            Spark => "spark",
            Athena => "athena",
            Trino => "trino",
        }
    }

    /// Whether records are in columns and not in one JSON text each.
    pub fn has_columns(self) -> bool {
        matches!(self, Athena | Trino)
    }

    /// A text literal.
    pub fn text(self, text: &str) -> String {
        if self != Spark {
            return format!("'{}'", text.replace('\'', "''"));
        }
        let mut out = String::from("'");
        for c in text.chars() {
            match c {
                '\'' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                c => out.push(c),
            }
        }
        out + "'"
    }

    /// A quoted identifier.
    pub fn name_of(self, name: &str) -> String {
        match self {
            Spark => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// Prefix test.
    pub fn starts(self, left: &str, right: &str) -> String {
        let function = if self == Spark { "startswith" } else { "starts_with" };
        format!("{function}({left}, {right})")
    }

    /// Suffix test.
    pub fn ends(self, left: &str, right: &str) -> String {
        match self {
            DuckDb => format!("suffix({left}, {right})"),
            Spark => format!("endswith({left}, {right})"),
            Athena | Trino => format!(
                "(length({left}) >= length({right}) AND substr({left}, length({left}) - length({right}) + 1) = {right})"
            ),
        }
    }

    /// Substring test.
    pub fn contains(self, left: &str, right: &str) -> String {
        match self {
            DuckDb | Spark => format!("contains({left}, {right})"),
            Athena | Trino => format!("(strpos({left}, {right}) > 0)"),
        }
    }

    /// Search by a regular expression.
    pub fn regex(self, left: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            DuckDb => format!("regexp_matches({left}, {pattern})"),
            Spark => format!("({left} RLIKE {pattern})"),
            Athena | Trino => format!("regexp_like({left}, {pattern})"),
        }
    }

    /// ASCII letters in lower case.
    pub fn lower(self, text: &str) -> String {
        format!("translate({text}, {UPPER}, {LOWER})")
    }

    /// ASCII letters in upper case.
    pub fn upper(self, text: &str) -> String {
        format!("translate({text}, {LOWER}, {UPPER})")
    }

    /// Number of bytes of a text.
    pub fn bytes(self, text: &str) -> String {
        match self {
            DuckDb => format!("strlen({text})"),
            Spark => format!("octet_length({text})"),
            Athena | Trino => format!("length(to_utf8({text}))"),
        }
    }

    /// The bytes of a text as hexadecimal digits.
    pub fn digits(self, text: &str) -> String {
        match self {
            DuckDb | Spark => format!("hex({text})"),
            Athena | Trino => format!("to_hex(to_utf8({text}))"),
        }
    }

    /// The bytes of valid BASE64 as digits.
    pub fn decoded(self, text: &str) -> String {
        match self {
            DuckDb => format!("hex(from_base64({text}))"),
            Spark => format!("hex(unbase64({text}))"),
            Athena | Trino => format!("to_hex(from_base64({text}))"),
        }
    }

    /// The part of a text that a regular expression matches.
    pub fn extract(self, text: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            Spark => format!("regexp_extract({text}, {pattern}, 0)"),
            _ => format!("regexp_extract({text}, {pattern})"),
        }
    }

    /// Seconds since 1970 of a time in CloudTrail's format; NULL for an invalid date.
    pub fn seconds(self, time: &str) -> String {
        match self {
            DuckDb => format!("CAST(epoch(TRY_CAST(substr({time}, 1, 19) AS TIMESTAMP)) AS BIGINT)"),
            Spark => format!("unix_seconds(try_cast({time} AS TIMESTAMP))"),
            Athena | Trino => format!("CAST(to_unixtime(TRY(from_iso8601_timestamp({time}))) AS BIGINT)"),
        }
    }

    /// The text after the last `/`.
    pub fn basename(self, text: &str) -> String {
        match self {
            DuckDb => format!("split_part({text}, '/', -1)"),
            Spark => format!("substring_index({text}, '/', -1)"),
            Athena | Trino => format!("element_at(split({text}, '/'), -1)"),
        }
    }
}
