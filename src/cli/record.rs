//! `rulec test --record`: a test made of the first record of a log on which a rule fires.

use super::engine;
use super::scan::logs::{Found, Logs};
use super::suites::Suites;
use super::test::{TestArgs, rules_of, run_file};
use super::{CommandResult, FAILED, Failure, files, output, settings};
use crate::eval::{self, Event};
use crate::source::{FileId, SourceFile};
use crate::testing::Suite;
use crate::testing::file::{self, Parsed};
use crate::testing::record::{Refused, alone, append, closeness, record};
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Maximum number of records that are compared part by part to find the closest one.
const COMPARED: u64 = 100_000;

/// A record of a log.
struct Hit {
    text: String,
    place: String,
}

/// The result of a search.
#[derive(Default)]
struct Search {
    hit: Option<Hit>,
    events: u64,
    /// The distance of the closest record, and that record.
    closest: Option<(f64, String)>,
}

/// Runs the command.
pub fn run(args: &TestArgs, log: &Path, name: &str) -> CommandResult {
    let old = args.append.as_deref().map(existing).transpose()?.flatten();
    let load = args.engine.load(&args.rules);
    let mut settings = settings::load(&load)?;
    let options = engine::options(&load, &mut settings)?;
    let roots = match (&args.append, &old) {
        _ if !args.rules.is_empty() => args.rules.clone(),
        (Some(path), Some((_, parsed))) => rules_of(args, path, parsed),
        _ => settings.default_roots(),
    };
    let mut suites = Suites::new(&settings, options, &load);
    let at = suites.of(&roots)?;
    let suite = &suites.all()[at];
    let rule = suite.rule(name).map_err(|meant| {
        let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        Failure::new(format!("there is no rule named `{name}`{hint}"))
    })?;
    let found = search(suite, rule, log)?;
    let Some(hit) = found.hit else {
        output::note(&format!("`{name}` fires on none of {} events in {}", found.events, log.display()));
        if let Some((_, place)) = found.closest {
            output::note(&format!(
                "the closest record is {place}; `rulec explain-match` shows why it does not match"
            ));
        }
        return Ok(ExitCode::from(FAILED));
    };
    let recorded = match record(suite, rule, &hit.text, &args.keep) {
        Ok(recorded) => recorded,
        Err(refused) => {
            output::note(&format!("error: {}: {}", hit.place, reason(&refused)));
            return Ok(ExitCode::from(FAILED));
        }
    };
    let text = match (&args.append, &old) {
        (Some(path), Some((source, parsed))) => append(source, parsed, &recorded)
            .map_err(|reason| Failure::new(format!("cannot append to {}: {reason}", path.display())))?,
        _ => alone(&recorded),
    };
    let before = old.as_ref().map_or(0, |(_, parsed)| parsed.file.tests.len());
    verify(args, suite, &text, before)?;
    match &args.append {
        Some(path) => output::replace_all(&[(path, &text)])?,
        None => output::deliver(&text, args.output.as_deref())?,
    }
    let (had, left) = recorded.members;
    let replaced = recorded.replaced;
    output::note(&format!("{}: {left} of {had} members matter, {replaced} texts have stand-ins", hit.place));
    Ok(ExitCode::SUCCESS)
}

fn reason(refused: &Refused) -> String {
    match refused {
        Refused::Unusable(reason) => reason.clone(),
        Refused::Needed(paths) => {
            let shown: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            let flags: Vec<String> = paths.iter().map(|path| format!("--keep {path}")).collect();
            format!(
                "no stand-in makes the rule fire in place of {}; {} leaves it as it is",
                shown.join(", "),
                flags.join(" ")
            )
        }
    }
}

/// The existing test file.
fn existing(path: &Path) -> Result<Option<(SourceFile, Parsed)>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(files::unreadable(path, &error)),
    };
    let source = SourceFile::from_bytes(path.to_string_lossy(), bytes);
    match file::parse(FileId(0), &source) {
        Ok(parsed) => Ok(Some((source, parsed))),
        Err(_) => {
            Err(Failure::new(format!("{} is no test file yet; `rulec test` shows why", path.display())))
        }
    }
}

/// The first record on which the rule fires.
fn search(suite: &Suite, rule: usize, log: &Path) -> Result<Search, Failure> {
    if log.starts_with("s3:") {
        return Err(Failure::new("logs in S3 are read by `rulec scan` alone; `--record` needs a copy"));
    }
    let mut search = Search::default();
    for found in Logs::new(&[log.to_owned()], &Arc::default())? {
        let mut log = match found {
            Found::Log(log) => log,
            Found::Other | Found::Later => continue,
            Found::Unreadable(message) => {
                output::note(&format!("warning: {message}"));
                continue;
            }
        };
        let batches = match log.open() {
            Ok(batches) => batches,
            Err(message) => {
                output::note(&format!("warning: {}: {message}", log.name));
                continue;
            }
        };
        for batch in batches {
            for (number, range) in &batch.records {
                let bytes = batch.text.get(range.clone()).unwrap_or_default();
                let place = || format!("record {number} of {}", log.name);
                if let Ok(event) = suite.engine.event(bytes, *number) {
                    search.look_at(suite, rule, bytes, &event, place);
                }
                if search.hit.is_some() {
                    return Ok(search);
                }
            }
        }
    }
    Ok(search)
}

impl Search {
    fn look_at(
        &mut self,
        suite: &Suite,
        rule: usize,
        bytes: &[u8],
        event: &Event<'_>,
        place: impl Fn() -> String,
    ) {
        self.events += 1;
        let condition = &suite.engine.rules()[rule].condition;
        if eval::holds(condition, event) {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.hit = Some(Hit { text, place: place() });
        } else if self.events <= COMPARED {
            let close = closeness(&eval::explain(condition, event));
            if close > 0.0 && self.closest.as_ref().is_none_or(|(best, _)| close > *best) {
                self.closest = Some((close, place()));
            }
        }
    }
}

/// Parses the new text and runs the new test: a test that fails is never written.
fn verify(args: &TestArgs, suite: &Suite, text: &str, before: usize) -> Result<(), Failure> {
    let broken =
        || Failure::new("internal error in rulec: the test that was made does not pass; please report it");
    let source = SourceFile::new("new", text);
    let parsed = file::parse(FileId(0), &source).map_err(|_| broken())?;
    let new =
        parsed.file.tests.get(before).filter(|_| parsed.file.tests.len() == before + 1).ok_or_else(broken)?;
    let path = args.append.as_deref().unwrap_or(Path::new("new"));
    let (outcomes, _) = run_file(suite, &parsed, path, &|name| name == new.name, None);
    match &outcomes[..] {
        [outcome] if outcome.failures.is_empty() => Ok(()),
        _ => Err(broken()),
    }
}
