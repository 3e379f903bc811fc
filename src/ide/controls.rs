//! The controls of a benchmark that each rule covers. Each pair takes a proof, so this runs in a background thread.

use super::Snapshot;
use crate::analysis::{Inputs, Options, compile_rules};
use crate::coverage::{Benchmark, Catalogue, Scope, controls_of};
use crate::logic::Assume;
use crate::source::{SourceFile, SourceMap};
use rustc_hash::FxHashMap;

/// Controls by rule.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Controls {
    /// Title and version of the benchmark.
    pub benchmark: String,
    by_rule: FxHashMap<String, Vec<Control>>,
}

/// A control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its number.
    pub id: String,
    /// Its title.
    pub title: String,
}

impl Controls {
    /// The controls that a rule covers, at least in part, in their order.
    pub fn of(&self, rule: &str) -> &[Control] {
        self.by_rule.get(rule).map_or(&[], Vec::as_slice)
    }
}

/// The controls that the rules of the files cover: of the benchmark of the settings, or of the bundled one.
pub fn controls(snapshot: &Snapshot) -> Controls {
    let settings = &snapshot.settings.options;
    let bundled = || {
        let catalogue = Catalogue::bundled().ok()?;
        Benchmark::new(&catalogue, &catalogue.default, Scope::default()).ok()
    };
    let benchmark = settings.benchmark.as_deref().cloned().or_else(bundled);
    let Some(benchmark) = benchmark else { return Controls::default() };
    let mut sources = SourceMap::default();
    for doc in &snapshot.docs {
        sources.add(SourceFile::new(&*doc.name, doc.text()));
    }
    let options = Options { environment: settings.environment.clone(), ..Options::default() };
    let rules = compile_rules(Inputs { sources, options }).rules;
    // If `logic` and `eval` disagree, no control is shown.
    let found = controls_of(&rules, &benchmark, Assume::CloudTrail).unwrap_or_default();
    let of_rule = |controls: std::collections::BTreeSet<usize>| {
        let control = |at| benchmark.controls.get(at);
        let all = controls.into_iter().filter_map(control);
        all.map(|control| Control { id: control.id.clone(), title: control.title.clone() }).collect()
    };
    let by_rule = rules.iter().zip(found).map(|(rule, controls)| (rule.name.clone(), of_rule(controls)));
    Controls { benchmark: benchmark.title.clone(), by_rule: by_rule.collect() }
}
