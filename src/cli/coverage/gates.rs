//! Limits of `rulec coverage` that fail a run: verdicts, and an earlier report.

use super::super::output;
use super::{CoverageArgs, Failure, read};
use crate::coverage::baseline::{self, Baseline};
use crate::coverage::{Benchmark, Coverage, Verdict};
use std::path::Path;

/// The limits of `--fail-under` and the report of `--baseline`.
pub struct Gates {
    limits: Vec<Limit>,
    before: Option<Baseline>,
}

impl Gates {
    /// Reads them from the flags.
    pub fn new(args: &CoverageArgs, benchmark: &Benchmark) -> Result<Gates, Failure> {
        let limits = args.fail_under.iter().map(|text| limit(text, benchmark)).collect::<Result<_, _>>()?;
        let before = args.baseline.as_deref().map(|path| earlier(path, benchmark)).transpose()?;
        Ok(Gates { limits, before })
    }

    /// True if anything can make the run fail.
    pub fn any(&self) -> bool {
        !self.limits.is_empty() || self.before.is_some()
    }

    /// Reports what falls short of them, and returns whether something does.
    pub fn fail(&self, benchmark: &Benchmark, coverage: &Coverage) -> bool {
        let fell = self.before.as_ref().is_some_and(|before| report_regressions(before, benchmark, coverage));
        let short = report_short(&self.limits, benchmark, coverage);
        fell || short
    }
}

/// The least verdict that a control must have, or without a control each of them.
struct Limit {
    control: Option<String>,
    least: Verdict,
}

fn limit(text: &str, benchmark: &Benchmark) -> Result<Limit, Failure> {
    let (control, least) = match text.split_once('=') {
        Some((control, least)) => (Some(control.to_owned()), least),
        None => (None, text),
    };
    if let Some(control) =
        control.as_deref().filter(|id| benchmark.controls.iter().all(|known| known.id != *id))
    {
        return Err(Failure::new(format!("{} has no control `{control}`", benchmark.name)));
    }
    let least = match least {
        "full" => Verdict::Full,
        "partial" => Verdict::Partial,
        other => {
            return Err(Failure::new(format!("`--fail-under` takes `full` or `partial`, not `{other}`")));
        }
    };
    Ok(Limit { control, least })
}

fn earlier(path: &Path, benchmark: &Benchmark) -> Result<Baseline, Failure> {
    let before = baseline::parse(&path.to_string_lossy(), &read::text_of(path)?);
    let before = before.map_err(|problem| Failure::new(problem.to_string()))?;
    let now = (&*benchmark.name, benchmark.scope.name());
    if (&*before.benchmark, &*before.scope) != now {
        return Err(Failure::new(format!(
            "{} is about {} in scope {}, this is {} in scope {}",
            path.display(),
            before.benchmark,
            before.scope,
            now.0,
            now.1
        )));
    }
    Ok(before)
}

/// Reports what was better before, and returns whether something was.
fn report_regressions(before: &Baseline, benchmark: &Benchmark, coverage: &Coverage) -> bool {
    let regressions = before.regressions(benchmark, coverage);
    for regression in &regressions {
        let what = regression.event.as_ref().map(|event| format!(" {event}")).unwrap_or_default();
        let now = regression.now.unwrap_or("not there");
        output::note(&format!(
            "coverage fell: {}{what} was {}, is {now}",
            regression.control, regression.before
        ));
    }
    !regressions.is_empty()
}

/// Reports what is less than it should be, and returns whether something is.
fn report_short(limits: &[Limit], benchmark: &Benchmark, coverage: &Coverage) -> bool {
    let mut is_short = false;
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        let about = |limit: &&Limit| limit.control.as_ref().is_some_and(|id| *id == control.id);
        let own = limits.iter().filter(about).map(|limit| limit.least).max();
        let general = limits.iter().filter(|limit| limit.control.is_none()).map(|limit| limit.least).max();
        // A limit for one control overrides one for all.
        let Some(least) = own.or(general).filter(|&least| covered.verdict < least) else { continue };
        is_short = true;
        output::note(&format!(
            "coverage falls short: {} {} is {}, not {}",
            control.id,
            control.title,
            covered.verdict.name(),
            least.name()
        ));
    }
    is_short
}
