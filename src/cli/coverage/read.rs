//! The inputs of `rulec coverage`: controls, findings of GuardDuty, policies and rules.

use super::super::files::unreadable;
use super::super::settings::Settings;
use super::super::{engine, inputs};
use super::{CoverageArgs, Failure};
use crate::analysis::Options;
use crate::coverage::catalogue::CatalogueError;
use crate::coverage::guardduty::{self, Finding};
use crate::coverage::policies::{self, Policy};
use crate::coverage::{Benchmark, Catalogue};
use crate::sema::ir::Priority;
use crate::source::{SourceFile, SourceMap};
use std::fs;
use std::path::Path;

/// The benchmark of the flags; without any, that of rulec.toml.
pub fn benchmark(args: &CoverageArgs, settings: &Settings) -> Result<Benchmark, Failure> {
    let Some(path) = &args.controls else {
        let configured = settings.config.benchmark.as_ref().map(|setting| &*setting.value);
        return engine::bundled(args.benchmark.as_deref().or(configured), args.scope);
    };
    let catalogue = Catalogue::parse(&path.to_string_lossy(), &text_of(path)?);
    engine::of_catalogue(
        &catalogue.map_err(|problem| Failure::new(problem.to_string()))?,
        args.benchmark.as_deref(),
        args.scope,
    )
}

/// The GuardDuty findings to show beside the rules.
pub fn findings(args: &CoverageArgs) -> Result<Vec<Finding>, Failure> {
    let found = match args.guardduty.as_deref() {
        None => return Ok(Vec::new()),
        Some("all") => guardduty::all(),
        Some(path) => guardduty::parse(path, &text_of(Path::new(path))?),
    };
    found.map_err(|problem| Failure::new(problem.to_string()))
}

/// The policies of the file and of the profile together; `None` if neither is named.
pub fn policies(args: &CoverageArgs) -> Result<Option<Vec<Policy>>, Failure> {
    let failed = |problem: CatalogueError| Failure::new(problem.to_string());
    let mut all = None;
    if let Some(path) = &args.policies {
        all = Some(policies::parse(&path.to_string_lossy(), &text_of(path)?).map_err(failed)?);
    }
    if let Some(name) = &args.profile {
        let (_, _, text) = profile(name)?;
        all.get_or_insert_default().extend(policies::parse("policies.yaml", text).map_err(failed)?);
    }
    Ok(all)
}

fn profile(name: &str) -> Result<(&'static str, &'static str, &'static str), Failure> {
    crate::bundled::PROFILES.into_iter().find(|(known, ..)| *known == name).ok_or_else(|| {
        let known: Vec<&str> = crate::bundled::PROFILES.iter().map(|(known, ..)| *known).collect();
        Failure::new(format!("there is no profile named `{name}`; there is {}", known.join(", ")))
    })
}

/// The rules files. With a profile, only those that are named.
pub fn rules(args: &CoverageArgs, settings: &mut Settings) -> Result<(SourceMap, Options), Failure> {
    if args.profile.is_some() && args.load.falco_config.is_some() {
        return Err(Failure::new("`--falco-config` names all rules, so it does not go with `--profile`"));
    }
    let options = engine::options(&args.load, settings)?;
    let mut sources = SourceMap::default();
    if let Some(name) = &args.profile {
        let (name, rules, _) = profile(name)?;
        sources.add(SourceFile::new(format!("{name}/rules.yaml"), rules));
    }
    if args.load.paths.is_empty() && args.load.falco_config.is_none() && args.profile.is_some() {
        return Ok((sources, options));
    }
    let own = inputs::sound(&args.load, settings)?.sources;
    if args.profile.is_none() {
        return Ok((own, options));
    }
    for (_, file) in own.files() {
        sources.add(file.clone());
    }
    Ok((sources, options))
}

/// The priority of this name.
pub fn priority(text: &str) -> Result<Priority, Failure> {
    Priority::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Priority::ALL.iter().map(|priority| priority.name()).collect();
        Failure::new(format!("there is no priority named `{text}`; there are {}", known.join(", ")))
    })
}

/// The text of a file.
pub fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(format!("cannot read {}: it is not UTF-8", path.display())))
}
