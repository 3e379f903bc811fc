//! The formats of findings, one row each: the values of `--format`, the dispatch and the tests follow from the rows.

use super::{Report, concise, full, github, gitlab, json, lsp, sarif};

/// A command that shows findings in a format of the user's choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// `rulec check`.
    Check,
    /// `rulec compile`.
    Compile,
}

macro_rules! formats {
    ($($format:ident, $name:literal, $render:path, [$($command:ident),+], $purpose:literal;)+) => {
        /// A format of findings. `falco-json` is none: it shows Falco's results.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Format {
            $(
                #[doc = $purpose]
                $format,
            )+
        }

        impl Format {
            /// Every format, in the order of the help.
            pub const ALL: &[Format] = &[$(Format::$format),+];

            /// The value of `--format`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Format::$format => $name,)+
                }
            }

            /// What it is for, as the help says it.
            pub fn purpose(self) -> &'static str {
                match self {
                    $(Format::$format => $purpose,)+
                }
            }

            /// The commands that have it.
            pub(crate) fn commands(self) -> &'static [Command] {
                match self {
                    $(Format::$format => &[$(Command::$command),+],)+
                }
            }
        }

        /// Renders a report. The result is empty or ends with a line break.
        pub fn render(format: Format, report: &Report<'_>) -> String {
            match format {
                $(Format::$format => $render(report),)+
            }
        }
    };
}

formats! {
    Full, "full", full::render, [Check, Compile], "With the source text, for people";
    Concise, "concise", concise::render, [Check, Compile], "`file:line:col: severity[name] message`";
    Json, "json", json::render, [Check, Compile], "JSON, see docs/json.md";
    Sarif, "sarif", sarif::render, [Check, Compile], "SARIF 2.1.0, for code scanning";
    Github, "github", github::render, [Check, Compile], "Annotations of GitHub workflows";
    Gitlab, "gitlab", gitlab::render, [Check], "A Code Quality report of GitLab";
    Lsp, "lsp", lsp::render, [Check], "publishDiagnostics parameters of the language server protocol, one line per file";
}

impl Format {
    /// The formats of a command.
    pub(crate) fn of(command: Command) -> impl Iterator<Item = Format> {
        Format::ALL.iter().copied().filter(move |format| format.commands().contains(&command))
    }
}
