//! Every check shows itself: the examples of its page and its spec in `tests/spec/lints`, run as `rulec check` runs them.
//!
//! A spec is prose and blocks of YAML, HCL or JSON; the block of text after each is what `rulec check` prints, kept by `cargo bless`.

use rulec::analysis::{Inputs, Options, analyze, findings};
use rulec::config::{Level, Levels, falco};
use rulec::coverage::{Benchmark, Catalogue, Scope};
use rulec::diag::{Check, Diagnostic, Group, Severity};
use rulec::lint;
use rulec::render::{Format, Report, Summary, page, render};
use rulec::schema::PluginSet;
use rulec::sema::environment::Environment;
use rulec::source::{FileId, SourceFile, SourceMap};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Their cause is no rules file alone: bytes, `rulec.toml`, a test file, a benchmark, a target.
const WITHOUT_EXAMPLES: [&str; 11] = [
    "selects-nothing",
    "invalid-falco-config",
    "skipped-rules-file",
    "invalid-utf8",
    "invalid-config",
    "unknown-config-key",
    "invalid-test",
    "control-uncovered",
    "control-partial",
    "not-in-target",
    "approximated",
];

/// Checks an example. `# file: NAME` begins another file, `# plugins: a,b` in the first line chooses the plugins,
/// `# benchmark: NAME` there the benchmark,
/// `crlf` ends its lines as Windows does, `latin1` saves it as such, `falco-config` takes the first file for a `falco.yaml`. What is off and not `about` stays so.
fn check(example: &str, how: &str, about: Option<&'static Check>) -> (SourceMap, Vec<Diagnostic>) {
    let mut files = vec![("rules.yaml".to_owned(), String::new())];
    for line in example.lines() {
        match line.strip_prefix("# file: ") {
            Some(name) if files.len() == 1 && files[0].1.is_empty() => files[0].0 = name.to_owned(),
            Some(name) => files.push((name.to_owned(), String::new())),
            None => {
                let end = if how.contains("crlf") { "\r\n" } else { "\n" };
                files.last_mut().unwrap().1 += &format!("{line}{end}");
            }
        }
    }
    let mut sources = SourceMap::default();
    for (name, text) in files {
        let bytes = match how.contains("latin1") {
            true => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
            false => text.into_bytes(),
        };
        sources.add(SourceFile::from_bytes(name, bytes));
    }
    let mut options = Options::default();
    if let Some(plugins) = example.lines().next().and_then(|line| line.strip_prefix("# plugins:")) {
        options.environment =
            Environment { plugins: Arc::new(PluginSet::parse(plugins).unwrap()), ..Environment::default() };
    }
    if let Some(name) = example.lines().next().and_then(|line| line.strip_prefix("# benchmark: ")) {
        let catalogue = Catalogue::bundled().unwrap();
        let version = catalogue.version(Some(name)).unwrap();
        options.benchmark = Some(Arc::new(Benchmark::new(&catalogue, version, Scope::Changes).unwrap()));
    }
    let mut about_falco = Vec::new();
    if how.contains("falco-config") {
        about_falco = configure(&mut sources, &mut options);
    }
    let mut analysis = analyze(Inputs { sources, options });
    let mut levels = Levels::default();
    if let Some(about) = about.filter(|about| !about.on) {
        levels.set(about, Level::Info);
    }
    let found = findings(&mut analysis, &levels);
    (analysis.sources, [about_falco, found].concat())
}

/// Takes the first file for a falco.yaml, and the others for what it may name.
fn configure(sources: &mut SourceMap, options: &mut Options) -> Vec<Diagnostic> {
    let (config, found) = falco::parse(FileId(0), sources.file(FileId(0)));
    let named = |name: &str| sources.given().find(|(_, file)| file.name == name).map(|(id, _)| id);
    let load = config.rules_files.iter().flatten().filter_map(|entry| named(&entry.value)).collect();
    let (plugins, missing) = config.loaded_plugins();
    let plugins: Vec<&str> = plugins.iter().map(|plugin| &*plugin.value).collect();
    options.environment.plugins = Arc::new(PluginSet::parse(&plugins.join(",")).unwrap());
    options.environment.deployment = Arc::new(config.deployment());
    sources.set_load(load);
    found.into_iter().chain(missing).collect()
}

/// What could be better is told where a spec is about it, so that others can be short.
fn belongs(found: &Diagnostic, about: Option<&'static Check>) -> bool {
    let (group, own) = (found.check.group, about.is_some_and(|about| found.check == about));
    if ["shadowed-rule", "duplicate-rule-body"].contains(&found.check.name) {
        return own;
    }
    let better = [Group::Portability, Group::Performance, Group::Style, Group::CloudTrail].contains(&group);
    // What is said of events must not be said twice.
    let events = |about: &Check| [Group::CloudTrail, Group::Correctness].contains(&about.group);
    let related = about.is_some_and(|about| group == Group::CloudTrail && events(about));
    !better || related || own
}

fn shown(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let summary = Summary::default();
    render(Format::Full, &Report { sources, diagnostics, summary, color: false, base: None })
}

/// The fenced block below a heading of a page.
fn example(check: &Check, heading: &str) -> Option<String> {
    let body = page::body(check);
    let (_, below) = body.split_once(&format!("## {heading}\n```yaml\n"))?;
    below.split_once("```").map(|(block, _)| block.to_owned())
}

#[test]
fn pages() {
    for lint in lint::checks() {
        let name = lint.name;
        let examples = (example(lint, "Avoid"), example(lint, "Prefer"));
        let (Some(avoid), Some(prefer)) = examples else {
            assert!(WITHOUT_EXAMPLES.contains(&name), "the page of {name} lacks an example");
            continue;
        };
        let (sources, found) = check(&avoid, "", Some(lint));
        let hit = found.iter().any(|found| found.check.code == lint.code);
        assert!(hit, "the example to avoid does not show {name}:\n{}", shown(&sources, &found));
        let (sources, found) = check(&prefer, "", Some(lint));
        let clean = found.iter().all(|d| d.severity != Severity::Error && d.check.code != lint.code);
        assert!(clean, "the example to prefer of {name}:\n{}", shown(&sources, &found));
    }
}

#[test]
fn every_check_has_a_spec() {
    let specs: BTreeSet<String> =
        specs("lints").iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let elsewhere = [
        "invalid-config",
        "unknown-config-key",
        "invalid-test",
        "not-in-target",
        "approximated",
        "invalid-falco-config",
        "skipped-rules-file",
        "selects-nothing",
    ];
    for lint in lint::checks().filter(|lint| !elsewhere.contains(&lint.name)) {
        assert!(specs.contains(lint.name), "there is no tests/spec/lints/{}.md", lint.name);
    }
    for spec in &specs {
        assert!(lint::find(spec).is_some(), "tests/spec/lints/{spec}.md is about no check");
    }
}

#[test]
fn lints() {
    for path in specs("lints") {
        let text = run(&path);
        let name = path.file_stem().unwrap().to_string_lossy();
        assert!(text.contains(&format!("[{name}]")), "{} never shows its check", path.display());
    }
}

#[test]
fn syntax() {
    specs("syntax").iter().for_each(|path| drop(run(path)));
}

#[test]
fn inputs() {
    specs("inputs").iter().for_each(|path| drop(run(path)));
}

fn specs(area: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec").join(area);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Runs the blocks of a spec and compares it with what it should be, or writes it. Returns it.
fn run(path: &Path) -> String {
    let old = fs::read_to_string(path).unwrap();
    let about = lint::find(&path.file_stem().unwrap().to_string_lossy());
    let mut new = String::new();
    let mut rest = &*old;
    while let Some(at) = ["```yaml", "```hcl", "```json"].iter().filter_map(|fence| rest.find(fence)).min() {
        let (before, fenced) = rest.split_at(at);
        let (opening, inside) = fenced.split_once('\n').unwrap();
        let how = opening.split_once(' ').map_or("", |(_, how)| how);
        let (block, after) = inside.split_once("\n```\n").unwrap();
        let (sources, mut found) = check(block, how, about);
        found.retain(|found| belongs(found, about));
        let text = shown(&sources, &found);
        let text = if found.is_empty() { "no problems" } else { text.trim_end() };
        new += &format!("{before}{opening}\n{block}\n```\n\n```text\n{text}\n```\n");
        rest = match after.trim_start().strip_prefix("```text\n") {
            Some(expected) => expected.split_once("\n```\n").unwrap().1,
            None => after,
        };
    }
    new += rest;
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, &new).unwrap();
    } else {
        assert!(old == new, "{} shows other findings; see `cargo bless`:\n{new}", path.display());
    }
    new
}
