//! What happens to findings before they are shown: suppressions, levels, rulec.toml, fixes.

use rulec::config::{self, Level, Levels};
use rulec::diag::{Diagnostic, Edit, Fix};
use rulec::fix;
use rulec::lint::{self, suppress};
use rulec::render::{Format, Report, Summary, render};
use rulec::source::{FileId, SourceFile, SourceMap, Span};

rulec::declare_check! {
    /// Another check.
    OTHER = "RC9999", "other-check", Names, Error;
}

/// Rules with `@` before each place that has a finding of `unknown-check`; comments and items are found by eye.
fn suppressed(marked: &str) -> (SourceMap, Vec<Diagnostic>) {
    let mut text = String::new();
    let mut places = Vec::new();
    for c in marked.chars() {
        if c == '@' { places.push(text.len()) } else { text.push(c) }
    }
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("r.yaml", text.as_str()));
    let check = lint::find("unknown-check").unwrap();
    let diagnostics =
        places.iter().map(|&at| Diagnostic::new(check, Span::new(file, at, at + 1), "here")).collect();
    let comments: Vec<Span> = text
        .match_indices('#')
        .map(|(at, _)| Span::new(file, at, at + text[at..].find(['\n', '\r']).unwrap_or(text.len() - at)))
        .collect();
    let starts: Vec<usize> = text
        .match_indices("- ")
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let items: Vec<Span> = starts.iter().zip(ends).map(|(&start, end)| Span::new(file, start, end)).collect();
    let scope = suppress::Scope { file, comments: &comments, items: &items };
    let kept = suppress::apply(&sources, [scope], diagnostics);
    (sources, kept)
}

fn shown(marked: &str) -> String {
    let (sources, mut kept) = suppressed(marked);
    kept.sort_by_key(|d| d.primary.span.start);
    let report = Report {
        sources: &sources,
        diagnostics: &kept,
        summary: Summary::default(),
        color: false,
        base: None,
    };
    render(Format::Concise, &report)
}

#[test]
fn suppression_on_the_line() {
    assert_eq!(shown("- rule: @x # rulec: allow unknown-check -- why\n"), "");
    assert_eq!(
        shown("- rule: @x # rulec: allow RC0902\r\n  desc: @y\r\n"),
        "r.yaml:2:9: warning[unknown-check] here\n"
    );
    assert_eq!(
        shown("- rule: x\n  condition: > # rulec: allow unknown-check\n    a\n\n    @b\n  output: o\n"),
        ""
    );
}

#[test]
fn suppression_before_an_item() {
    assert_eq!(shown("# rulec: allow unknown-check\n# more words\n- rule: @x\n  desc: @y\n"), "");
    assert_eq!(
        shown("# rulec: allow unknown-check -- why\n- rule: @x\n- rule: @y\n"),
        "r.yaml:3:9: warning[unknown-check] here\n"
    );
    assert_eq!(shown("- rule: a\n# rulec: allow unknown-check\n\n- rule: @y\n"), "");
}

#[test]
fn suppression_inside_an_item() {
    let text = "- rule: x\n  # rulec: allow unknown-check\n  condition: >\n    a\n    @b\n  output: @o\n";
    assert_eq!(shown(text), "r.yaml:6:11: warning[unknown-check] here\n");
}

#[test]
fn suppression_of_the_file() {
    assert_eq!(shown("# rulec: allow-file unknown-check\n\n- rule: @x\n- rule: @y\n"), "");
    assert_eq!(
        shown("- rule: @x\n# rulec: allow-file unknown-check\n"),
        "r.yaml:1:9: warning[unknown-check] here\n\
         r.yaml:2:1: warning[malformed-suppression] `allow-file` stands after the first item\n"
    );
}

#[test]
fn comments_that_do_nothing() {
    insta::assert_snapshot!(shown(
        "# rulec: ignore x\n\
         # rulec:\n\
         # rulec allow x\n\
         # rulec: allow\n\
         # rulec: allow a b\n\
         # rulec: allow invalid-config,, unknown-check\n\
         # rulec: allow unknown-chek -- typo\n\
         # rulec: allow invalid-config, unknown-check, unknown-config-key -- one is used\n\
         # rulec is mentioned only\n\
         - rule: @x\n\
         - rule: y # rulec: allow invalid-config\n\
         # rulec: allow invalid-config -- nothing follows\n"
    ));
}

#[test]
fn unused_suppressions_can_be_allowed_and_fixed() {
    assert_eq!(
        shown("# rulec: allow-file unused-suppression\n- rule: x # rulec: allow invalid-config\n"),
        ""
    );
    let text = "# a\n# rulec: allow invalid-config\n- rule: @x # rulec: allow invalid-config, unknown-check -- why\n- rule: y   # rulec: allow unknown-check\n";
    let (sources, kept) = suppressed(text);
    let applied = fix::apply(&sources, &kept);
    assert_eq!(applied.texts[&FileId(0)], "# a\n- rule: x # rulec: allow unknown-check -- why\n- rule: y\n");
}

#[test]
fn levels() {
    let mut levels = Levels::default();
    let found = || vec![Diagnostic::new(&OTHER, Span::default(), "x")];
    let severity = |levels: &Levels| {
        let mut found = found();
        levels.apply(&mut found);
        (found.first().map(|d| d.severity.name()), levels.fails(&found))
    };
    assert_eq!(severity(&levels), (Some("error"), true));
    levels.set(&OTHER, Level::Warn);
    assert_eq!(severity(&levels), (Some("warning"), false));
    levels.deny_warnings = true;
    assert_eq!(severity(&levels), (Some("warning"), true));
    levels.set(&OTHER, Level::Allow);
    assert_eq!(severity(&levels), (None, false));
}

#[test]
fn config_problems() {
    let text = "plugins = [\"cloudtrail\", 1]\nengine-version = 63\nrule = [\"rules\"]\nexclude = [\"[a\"]\nrules = \"x\"\n\
                [levels]\nunknown-chek = \"warn\"\nunknown-check = \"off\"\ninvalid-config = true\nwarnings = \"allow\"\n\
                [compile]\nsigma = 1\n[compile.cloudwatch]\nthreshold = 0\nperiod = 60\nthresholds = {A = \"5\"}\n[x]\n]";
    let (config, problems) = config::parse(text);
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("rulec.toml", text));
    let diagnostics: Vec<Diagnostic> = problems.iter().map(|problem| problem.in_file(file)).collect();
    let report = Report {
        sources: &sources,
        diagnostics: &diagnostics,
        summary: Summary::default(),
        color: false,
        base: None,
    };
    insta::assert_snapshot!(render(Format::Full, &report));
    assert_eq!(config.plugins.unwrap()[0].value, "cloudtrail");
}

#[test]
fn config_that_is_right() {
    let (config, problems) = config::parse(
        "plugins = [\"cloudtrail@0.17.1\"]\nengine-version = \"0.63.0\"\nrules = [\"rules/\"]\nexclude = [\"vendor/\", \"**/old-*.yaml\"]\n[compile.cloudwatch]\nthreshold = 2\nthresholds = {\"A rule\" = 5}\n[levels]\nunknown-check = \"deny\"\nwarnings = \"deny\"\n",
    );
    assert!(problems.is_empty(), "{problems:?}");
    assert!(config.levels.deny_warnings);
    assert_eq!(config.compile.thresholds, [(None, 2), (Some("A rule".to_owned()), 5)]);
    let excluded = ["vendor", "vendor/a/b.yaml", "rules/x/old-1.yaml", "old-1.yaml"];
    assert!(excluded.iter().all(|path| config.exclude.matches(path)));
    assert!(!config.exclude.matches("rules/vendor/a.yaml") && !config.exclude.matches("vendored.yaml"));
}

#[test]
fn fixes_do_not_overlap() {
    let mut sources = SourceMap::default();
    let a = sources.add(SourceFile::new("a", "0123456789"));
    let b = sources.add(SourceFile::new("b", "é\r\n"));
    let broken = sources.add(SourceFile::from_bytes("c", b"ab\xff".to_vec()));
    let with = |safe, edits: &[(FileId, usize, usize, &str)]| {
        let edits =
            edits.iter().map(|&(f, s, e, t)| Edit { span: Span::new(f, s, e), text: t.into() }).collect();
        let mut d = Diagnostic::new(&OTHER, Span::point(a, 0), "x");
        d.fix = Some(Fix { title: "t".into(), edits, safe });
        d
    };
    let found = [
        with(true, &[(a, 8, 9, "H"), (b, 0, 2, "e")]),
        with(true, &[(a, 2, 4, "")]),
        with(true, &[(a, 3, 5, "no"), (b, 4, 4, "no")]),
        with(true, &[(a, 4, 4, "no")]),
        with(false, &[(a, 0, 1, "no")]),
        with(true, &[(a, 0, 99, "no")]),
        with(true, &[(b, 1, 1, "no")]),
        with(true, &[(broken, 0, 1, "no")]),
        with(true, &[]),
        with(true, &[(a, 10, 10, "!")]),
    ];
    let applied = fix::apply(&sources, &found);
    assert_eq!(applied.count, 3);
    assert_eq!(applied.texts[&a], "014567H9!");
    assert_eq!(applied.texts[&b], "e\r\n");
    assert_eq!(applied.texts.len(), 2);
}
