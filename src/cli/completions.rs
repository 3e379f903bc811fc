//! `rulec completions` and `rulec man`, generated from the definitions of `--help`.

use super::{Cli, CommandResult, Failure, output};
use crate::lint;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Print the completion script for a shell
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec completions bash >~/.local/share/bash-completion/completions/rulec     for one user of bash
  rulec completions fish >~/.config/fish/completions/rulec.fish                for one user of fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Print the manual page of rulec, or write those of all commands
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec man | man -l -                       the page of rulec itself
  rulec man --out /usr/local/share/man/man1  a page for each command")]
pub struct ManArgs {
    /// Write a page for each command into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs `rulec completions`.
pub fn run(args: &CompletionsArgs) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut with_names(), "rulec", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// The command line with the names of checks as values. For parsing, these arguments take any text, so that commands can
/// report an unknown name with a suggestion.
fn with_names() -> Command {
    let names = || PossibleValuesParser::new(lint::checks().map(|check| check.name));
    let mut command = Cli::command();
    for flag in ["allow", "info", "warn", "deny"] {
        command =
            command.mut_subcommand("check", |check| check.mut_arg(flag, |arg| arg.value_parser(names())));
    }
    command.mut_subcommand("explain", |explain| explain.mut_arg("check", |arg| arg.value_parser(names())))
}

/// Runs `rulec man`.
pub fn man(args: &ManArgs) -> CommandResult {
    let mut root = Cli::command().disable_help_subcommand(true);
    // Sets the full names of subcommands.
    root.build();
    let Some(directory) = &args.out else {
        output::print(&page(&man_of(&root), &root)?)?;
        return Ok(ExitCode::SUCCESS);
    };
    fs::create_dir_all(directory).map_err(|error| {
        Failure::io(&format!("cannot make the directory {}", directory.display()), &error)
    })?;
    let mut pages = Vec::new();
    pages_of(&root, directory, &mut pages)?;
    let writes: Vec<(&Path, &str)> =
        pages.iter().map(|(path, text)| (path.as_path(), text.as_str())).collect();
    output::replace_all(&writes)?;
    Ok(ExitCode::SUCCESS)
}

fn pages_of(command: &Command, directory: &Path, pages: &mut Vec<(PathBuf, String)>) -> Result<(), Failure> {
    let man = man_of(command);
    pages.push((directory.join(man.get_filename()), page(&man, command)?));
    command.get_subcommands().try_for_each(|child| pages_of(child, directory, pages))
}

/// A page with the examples on lines of their own, which the generator would join.
fn page(man: &Man, command: &Command) -> Result<String, Failure> {
    let mut text = Vec::new();
    let mut render = || {
        man.render_title(&mut text)?;
        man.render_name_section(&mut text)?;
        man.render_synopsis_section(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
        if command.has_subcommands() {
            man.render_subcommands_section(&mut text)?;
        }
        examples(command).to_writer(&mut text)
    };
    render().map_err(|error| Failure::io("cannot make the page", &error))?;
    let text = String::from_utf8_lossy(&text);
    // Every section starts with the same definitions.
    let definitions = Roff::new().render();
    let sections: Vec<&str> = text.split(&definitions).collect();
    Ok(definitions.clone() + &sections.concat())
}

fn man_of(command: &Command) -> Man {
    Man::new(command.clone()).source(concat!("rulec ", env!("CARGO_PKG_VERSION")))
}

fn examples(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let Some(help) = command.get_after_help().map(ToString::to_string) else { return roff };
    roff.control("SH", ["EXAMPLES"]);
    roff.control("nf", []);
    for line in help.lines().filter(|line| *line != "Examples:") {
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    roff.control("fi", []);
    roff
}
