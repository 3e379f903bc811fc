//! `rulec.toml`: text in, settings and what is wrong with them out.

mod compile;
pub mod falco;
mod layout;
mod levels;

pub use compile::Compile;
pub use layout::Layout;
pub use levels::{Level, Levels};

use crate::diag::{Check, Diagnostic};
use crate::lint::meta::{INVALID_CONFIG, UNKNOWN_CHECK, UNKNOWN_CONFIG_KEY};
use crate::nearest::nearest;
use crate::schema::event_names::KnownEvents;
use crate::source::{FileId, Span};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::ops::{Range, RangeInclusive};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const FILE_NAME: &str = "rulec.toml";

const KEYS: [&str; 11] = [
    "plugins",
    "schemas",
    "engine-version",
    "rules",
    "exclude",
    "no-ignore",
    "benchmark",
    "known-events",
    "fmt",
    "compile",
    "levels",
];

/// The settings of a `rulec.toml`; `Default` is without a file.
#[derive(Debug, Default, Clone)]
pub struct Config {
    /// `plugins`: each as `NAME` or `NAME@VERSION`.
    pub plugins: Option<Vec<Setting>>,
    /// `schemas`: field lists of other plugins, as `[SOURCE=]FILE`, relative to the file.
    pub schemas: Vec<Setting>,
    /// `engine-version`.
    pub engine_version: Option<Setting>,
    /// `rules`: files and directories to read if no path is given, relative to the file.
    pub rules: Vec<Setting>,
    /// `exclude`: paths in directories that are not read.
    pub exclude: Exclude,
    /// `no-ignore`: search hidden directories, `node_modules` and what git ignores, too.
    pub no_ignore: bool,
    /// `benchmark`: the benchmark whose gaps `rulec check` reports.
    pub benchmark: Option<Setting>,
    /// `known-events`: events that rulec's list does not have.
    pub known_events: KnownEvents,
    /// `fmt`: the layout of formatted rules.
    pub layout: Layout,
    /// `compile`: settings of targets.
    pub compile: Compile,
    /// `levels`.
    pub levels: Levels,
}

/// A string in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The string.
    pub value: String,
    /// Its bytes in the file.
    pub range: Range<usize>,
}

/// An error in the file.
#[derive(Debug, Clone)]
pub struct ConfigProblem {
    /// The check that reports it.
    pub check: &'static Check,
    /// Its bytes in the file.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl ConfigProblem {
    /// The finding, for the file's id in a source map.
    pub fn in_file(&self, file: FileId) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::new(self.check, Span::new(file, self.range.start, self.range.end), &self.message);
        diagnostic.help = self.help.clone();
        diagnostic
    }
}

/// Patterns of paths in directories that are not read.
#[derive(Debug, Default, Clone)]
pub struct Exclude(Option<GlobSet>);

impl Exclude {
    /// True if the path or a directory above it matches. The path is relative to the file, with `/` between its parts.
    pub fn matches(&self, path: &str) -> bool {
        let Some(globs) = &self.0 else { return false };
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.filter(|&end| end > 0).any(|end| globs.is_match(&path[..end]))
    }
}

/// Reads a `rulec.toml`. Settings that cannot be used are ignored and reported.
pub fn parse(text: &str) -> (Config, Vec<ConfigProblem>) {
    let mut reader = ConfigReader { config: Config::default(), problems: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        // The parser's messages have several lines, ours one.
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        reader.problem(&INVALID_CONFIG, range, format!("not TOML: {message}"), None);
    }
    reader.table(table.get_ref());
    // The parser's table is not in the order of the file.
    reader.problems.sort_by_key(|problem| (problem.range.start, problem.range.end));
    (reader.config, reader.problems)
}

struct ConfigReader {
    config: Config,
    problems: Vec<ConfigProblem>,
}

impl ConfigReader {
    fn problem(&mut self, check: &'static Check, range: Range<usize>, message: String, help: Option<String>) {
        self.problems.push(ConfigProblem { check, range, message, help });
    }

    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match &**key.get_ref() {
                "plugins" => self.config.plugins = self.strings("plugins", value),
                "schemas" => self.config.schemas = self.strings("schemas", value).unwrap_or_default(),
                "engine-version" => self.config.engine_version = self.string("engine-version", value),
                "rules" => self.config.rules = self.strings("rules", value).unwrap_or_default(),
                "exclude" => {
                    let patterns = self.strings("exclude", value).unwrap_or_default();
                    self.config.exclude = self.globs(&patterns);
                }
                "no-ignore" => {
                    let value = self.boolean("no-ignore", value);
                    self.config.no_ignore = value.unwrap_or_default();
                }
                "benchmark" => self.config.benchmark = self.string("benchmark", value),
                "known-events" => self.known_events(value),
                "fmt" => layout::read(self, value),
                "compile" => compile::read(self, value),
                "levels" => self.levels(value),
                other => {
                    let help = match nearest(other, KEYS) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => format!("the keys are {}", quoted(KEYS)),
                    };
                    let message = format!("unknown key `{other}`");
                    self.problem(&UNKNOWN_CONFIG_KEY, key.span(), message, Some(help));
                }
            }
        }
    }

    fn string(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Setting> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(Setting { value: text.to_string(), range: value.span() });
        }
        let message = format!("expected a string for `{key}`, found {}", described(value.get_ref()));
        self.problem(&INVALID_CONFIG, value.span(), message, None);
        None
    }

    fn strings(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<Setting>> {
        if let DeValue::Array(array) = value.get_ref() {
            return Some(array.iter().filter_map(|value| self.string(key, value)).collect());
        }
        let message =
            format!("expected an array of strings for `{key}`, found {}", described(value.get_ref()));
        let help = matches!(value.get_ref(), DeValue::String(_)).then(|| "put it in brackets".to_owned());
        self.problem(&INVALID_CONFIG, value.span(), message, help);
        None
    }

    fn boolean(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        if let DeValue::Boolean(value) = value.get_ref() {
            return Some(*value);
        }
        let message = format!("expected true or false for `{key}`, found {}", described(value.get_ref()));
        self.problem(&INVALID_CONFIG, value.span(), message, None);
        None
    }

    /// A whole number within the range.
    fn number(
        &mut self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        range: RangeInclusive<usize>,
    ) -> Option<usize> {
        let (low, high) = (range.start(), range.end());
        let message = match value.get_ref() {
            DeValue::Integer(number) => match usize::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) if range.contains(&number) => return Some(number),
                _ => format!("`{key}` must be between {low} and {high}"),
            },
            other => format!("expected an integer for `{key}`, found {}", described(other)),
        };
        self.problem(&INVALID_CONFIG, value.span(), message, None);
        None
    }

    fn globs(&mut self, patterns: &[Setting]) -> Exclude {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let text = pattern.value.trim_start_matches("./").trim_end_matches('/');
            match GlobBuilder::new(text).literal_separator(true).build() {
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => {
                    let message = format!("not a glob: {}", error.kind());
                    self.problem(&INVALID_CONFIG, pattern.range.clone(), message, None);
                }
            }
        }
        Exclude(set.build().ok().filter(|set| !set.is_empty()))
    }

    fn known_events(&mut self, value: &Spanned<DeValue<'_>>) {
        if let DeValue::Table(table) = value.get_ref() {
            for (source, names) in table {
                let source = &**source.get_ref();
                for name in self.strings(source, names).unwrap_or_default() {
                    self.config.known_events.insert(source, &name.value);
                }
            }
            return;
        }
        for Setting { value, range } in self.strings("known-events", value).unwrap_or_default() {
            match value.split_once(':').filter(|(source, name)| !source.is_empty() && !name.is_empty()) {
                Some((source, name)) => self.config.known_events.insert(source, name),
                None => {
                    let help = "write it as `SOURCE:NAME`, for instance `iam.amazonaws.com:CreateUser`";
                    let message = format!("`{value}` is not an event with its source");
                    self.problem(&INVALID_CONFIG, range, message, Some(help.to_owned()));
                }
            }
        }
    }

    fn levels(&mut self, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = value.get_ref() else {
            let message = format!("expected a table for `levels`, found {}", described(value.get_ref()));
            self.problem(&INVALID_CONFIG, value.span(), message, None);
            return;
        };
        for (key, value) in table {
            let name = &**key.get_ref();
            let Some(setting) = self.string(name, value) else { continue };
            let Some(level) = Level::parse(&setting.value) else {
                let message = format!("unknown level `{}`", setting.value);
                let help = Some("the levels are `allow`, `info`, `warn` and `deny`".to_owned());
                self.problem(&INVALID_CONFIG, setting.range, message, help);
                continue;
            };
            if name == "warnings" {
                if level == Level::Deny {
                    self.config.levels.deny_warnings = true;
                } else {
                    let message = "`warnings` can only be set to `deny`".to_owned();
                    self.problem(&INVALID_CONFIG, setting.range, message, None);
                }
            } else if let Some(check) = crate::lint::find(name) {
                self.config.levels.set(check, level);
            } else {
                let complaint = crate::lint::suppress::unknown(name, Span::default());
                self.problem(&UNKNOWN_CHECK, key.span(), complaint.message, complaint.help);
            }
        }
    }
}

fn quoted(words: impl IntoIterator<Item = &'static str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
