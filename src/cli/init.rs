//! `rulec init`.

use super::{CommandResult, Failure, output};
use crate::bundled;
use crate::files::{is_yaml, unreadable};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Set up a directory of rules
///
/// Writes rulec.toml, a first rule with tests, and the configuration that runs rulec in continuous integration. Existing
/// files are left alone.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec init                       in the current directory, for the service that it seems to use
  rulec init detections --ci none  only rules, in a new or existing directory")]
pub struct InitArgs {
    /// The directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,

    /// Where to run rulec; without it, the service that the directory seems to use
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',')]
    ci: Vec<Ci>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Ci {
    /// A workflow of GitHub Actions
    Github,
    /// A job of GitLab CI
    Gitlab,
    /// Hooks of pre-commit
    PreCommit,
    /// Nothing
    None,
}

/// A file to write, with an alternative path for its text if the file exists.
struct Planned {
    path: &'static str,
    text: &'static str,
    /// The alternative path, and what the user has to do then.
    beside: Option<(&'static str, &'static str)>,
}

const RULES: &str = "rules";
const FIRST: [Planned; 3] = [
    Planned { path: "rulec.toml", text: bundled::INIT_CONFIG, beside: None },
    Planned { path: "rules/cloudtrail.yaml", text: bundled::INIT_RULES, beside: None },
    Planned { path: "rules/cloudtrail.test.yaml", text: bundled::INIT_TESTS, beside: None },
];

impl Ci {
    fn planned(self) -> Option<Planned> {
        Some(match self {
            Ci::Github => {
                Planned { path: ".github/workflows/rulec.yml", text: bundled::INIT_GITHUB, beside: None }
            }
            Ci::Gitlab => Planned {
                path: ".gitlab-ci.yml",
                text: bundled::INIT_GITLAB,
                beside: Some((
                    ".gitlab/rulec.yml",
                    "add `include: [{local: .gitlab/rulec.yml}]` to .gitlab-ci.yml",
                )),
            },
            Ci::PreCommit => Planned {
                path: ".pre-commit-config.yaml",
                text: bundled::INIT_PRE_COMMIT,
                beside: Some((
                    ".pre-commit-rulec.yaml",
                    "move its entry of `repos` into .pre-commit-config.yaml",
                )),
            },
            Ci::None => return None,
        })
    }
}

/// Runs the command.
pub fn run(args: &InitArgs) -> CommandResult {
    let root = &args.directory;
    fs::create_dir_all(root).map_err(|error| Failure::io(&cannot_make(root), &error))?;
    let has_rules = has_yaml(&root.join(RULES))?;
    let mut planned: Vec<Planned> =
        FIRST.into_iter().filter(|file| !has_rules || file.path == "rulec.toml").collect();
    let asked = if args.ci.is_empty() { detected(root) } else { args.ci.clone() };
    planned.extend(asked.into_iter().filter_map(Ci::planned));
    if has_rules {
        output::note(&format!("kept {}: there are rules already", root.join(RULES).display()));
    }
    for file in &planned {
        write(root, file)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn cannot_make(directory: &Path) -> String {
    format!("cannot make the directory {}", directory.display())
}

/// Writes a file unless it exists, and reports which.
fn write(root: &Path, file: &Planned) -> Result<(), Failure> {
    let text = file.text.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    if create(root, file.path, &text)? {
        return Ok(());
    }
    match file.beside {
        // A file with the same text needs no alternative.
        Some((beside, then)) if fs::read_to_string(root.join(file.path)).is_ok_and(|old| old != text) => {
            create(root, beside, &text)?;
            output::note(&format!("to use {beside}, {then}"));
        }
        _ => {}
    }
    Ok(())
}

fn create(root: &Path, name: &str, text: &str) -> Result<bool, Failure> {
    let path = root.join(name);
    let shown = if root == Path::new(".") { Path::new(name) } else { &path };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io(&cannot_make(parent), &error))?;
    }
    let created = output::create(&path, text)?;
    output::note(&format!("{} {}", if created { "wrote" } else { "kept" }, shown.display()));
    Ok(created)
}

/// True if there are YAML files in a directory.
fn has_yaml(directory: &Path) -> Result<bool, Failure> {
    if !directory.is_dir() {
        return Ok(false);
    }
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, &error))?;
    Ok(entries.filter_map(Result::ok).any(|entry| is_yaml(&entry.path())))
}

/// The services that the directory uses, by its files and the origin of its repository.
fn detected(root: &Path) -> Vec<Ci> {
    let is_there = |name: &str| root.join(name).exists();
    let origin = fs::read_to_string(root.join(".git/config")).unwrap_or_default();
    let comes_from = |forge: &str| {
        let mut urls = origin.lines().filter_map(|line| line.trim().strip_prefix("url"));
        urls.any(|url| url.contains(forge))
    };
    let mut found = Vec::new();
    if is_there(".github") || comes_from("github") {
        found.push(Ci::Github);
    }
    if is_there(".gitlab-ci.yml") || comes_from("gitlab") {
        found.push(Ci::Gitlab);
    }
    if is_there(".pre-commit-config.yaml") {
        found.push(Ci::PreCommit);
    }
    found
}
