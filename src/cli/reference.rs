//! The reference page of the command line, docs/cli.md, from the same definitions as `--help`.

use super::Cli;
use clap::{Command, CommandFactory};

/// The page as Markdown.
pub fn markdown() -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut out =
        String::from("# The command line\n\nThis page is generated; it shows `--help` of every command.\n");
    section(&mut out, &mut root, "rulec");
    out
}

fn section(out: &mut String, command: &mut Command, path: &str) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    *out += &format!("\n## {path}\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    for child in command.get_subcommands_mut().filter(|child| child.get_name() != "help") {
        let path = format!("{path} {}", child.get_name());
        section(out, child, &path);
    }
}
