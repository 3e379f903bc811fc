//! Every format on the same findings, and on everything that could trip it.

use rulec::analysis::LoadResult;
use rulec::diag::{Diagnostic, Edit, FalcoCode, FalcoSays, Fix, Location};
use rulec::render::{Format, Report, Summary, falco, render};
use rulec::source::{FileId, SourceFile, SourceMap, Span};

rulec::declare_check! {
    /// A field that no plugin has.
    ///
    /// ## What it does
    /// Reports fields.
    UNKNOWN_FIELD = "RC9901", "unknown-field", Types, Error => ErrCompileCondition;
    /// A macro nobody uses.
    UNUSED = "RC9902", "unused-macro", Names, Warning;
    /// Something that could be better.
    STYLE = "RC9903", "wide-condition", Correctness, Info;
}

const RULES: &str = "\
- macro: 控制台
  condition: ct.name = \"ConsoleLogin\"

- rule: 🔑 login\t# tab\r
  condition: >
    控制台 and
    ct.nmae = x
  output: \u{202e}%ct.user\x1b[31m
";

fn place(sources: &SourceMap, file: u32, text: &str) -> Span {
    let start = sources.file(FileId(file)).text.find(text).unwrap();
    Span::new(FileId(file), start, start + text.len())
}

fn example() -> (SourceMap, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules/a b,100%.yaml", RULES));
    sources.add(SourceFile::new("/etc/empty.yaml", ""));
    let at = |text| place(&sources, 0, text);
    let field = Diagnostic::new(&UNKNOWN_FIELD, at("ct.nmae"), "unknown field `ct.nmae`")
        .at("no such field")
        .label(at("🔑 login"), "in this rule")
        .help("did you mean `ct.name`?")
        .fix("replace by `ct.name`", at("ct.nmae"), "ct.name")
        .falco(FalcoSays {
            code: FalcoCode::ErrCompileCondition,
            message: "filter_check called with nonexistent field ct.nmae".into(),
            context: Vec::new(),
            snippet_of: None,
            deprecated_field: None,
        });
    let unused = Diagnostic::new(&UNUSED, at("macro: 控制台"), "macro `控制台` is not used");
    let lines = at("控制台 and\n    ct.nmae = x");
    let mut style = Diagnostic::new(&STYLE, lines, "100% of this, and\nmore: `x`");
    let second = Edit { span: Span::point(FileId(1), 0), text: "# new\n".into() };
    let edits = vec![Edit { span: lines, text: "y".into() }, second];
    style.fix = Some(Fix { title: "write less".into(), edits, safe: false });
    let output = Diagnostic::new(&STYLE, at("\u{202e}%ct.user\x1b"), "text that hides");
    let empty = Diagnostic::new(&UNUSED, Span::point(FileId(1), 0), "the file is empty");
    (sources, vec![unused, field, style, output, empty])
}

fn rendered(format: Format, sources: &SourceMap, diagnostics: &[Diagnostic], color: bool) -> String {
    let summary = Summary { files: 2, rules: 1, macros: 1, ..Summary::default() };
    let summary = summary.count(sources, diagnostics);
    render(format, &Report { sources, diagnostics, summary, color, base: Some("/home/me/über/../x") })
}

#[test]
fn formats() {
    let (sources, diagnostics) = example();
    for &format in Format::ALL {
        let text =
            rendered(format, &sources, &diagnostics, false).replace(env!("CARGO_PKG_VERSION"), "VERSION");
        insta::assert_snapshot!(format.name(), text);
    }
}

#[test]
fn colours_are_only_added() {
    let (sources, diagnostics) = example();
    let plain = rendered(Format::Full, &sources, &diagnostics, false);
    let mut stripped = String::new();
    for (at, part) in rendered(Format::Full, &sources, &diagnostics, true).split('\x1b').enumerate() {
        stripped += if at == 0 { part } else { part.split_once('m').unwrap().1 };
    }
    assert_eq!(stripped, plain);
    assert!(!plain.contains('\x1b'));
}

#[test]
fn no_findings() {
    let (sources, _) = example();
    for &format in Format::ALL {
        let empty = rendered(format, &sources, &[], false);
        assert!(empty.is_empty() || empty.ends_with('\n'), "{format:?}");
    }
    assert_eq!(rendered(Format::Full, &sources, &[], false), "");
}

#[test]
fn any_span_in_any_text() {
    let long = "x".repeat(5000);
    let texts =
        ["", "\n", "a", "a\r\nb\r\n", "a\rb", "\t\tx\n", "控制台\n🔑é\n", "\u{feff}- a", "a\0b\n\n", &long];
    for text in texts {
        let mut sources = SourceMap::default();
        let file = sources.add(SourceFile::new("x.yaml", text));
        for start in (0..=text.len() + 2).take(20).chain([text.len()]) {
            for end in (start..=text.len() + 3).take(20).chain([text.len()]) {
                let span = Span::new(file, start, end);
                let found = Diagnostic::new(&UNUSED, span, "m").at("l").label(span, "k").fix("t", span, "n");
                for &format in Format::ALL {
                    let shown = rendered(format, &sources, std::slice::from_ref(&found), false);
                    assert!(shown.contains("unused-macro"), "{format:?} {text:?} {start}..{end}");
                }
            }
        }
    }
}

#[test]
fn falco_result() {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("1.yaml", "- rule: r\n  condition: ct.name = x and ct.bogus = y\n"));
    let step = |item_type, name: &str, line, column, offset| Location {
        item_type,
        item_name: String::new(),
        name: name.into(),
        line,
        column,
        offset,
    };
    let says = FalcoSays {
        code: FalcoCode::ErrCompileCondition,
        message: "filter_check called with nonexistent field ct.bogus".into(),
        context: vec![
            step("rules content", "1.yaml", 0, 0, 0),
            step("condition expression", "\"ct.name = x and c...\"", 2, 30, 39),
        ],
        snippet_of: Some("ct.name = x and ct.bogus = y".into()),
        deprecated_field: None,
    };
    let mut warning = says.clone();
    warning.code = FalcoCode::DeprecatedItem;
    warning.deprecated_field = Some("evt.dir".into());
    warning.snippet_of = None;
    warning.context.pop();
    let failed = LoadResult {
        name: "1.yaml".into(),
        schema_valid: Some(false),
        schema_warnings: vec!["failed for <root>: x".into()],
        errors: vec![says],
        warnings: vec![warning],
        ..LoadResult::default()
    };
    let fine = LoadResult { name: "2.yaml".into(), successful: true, ..LoadResult::default() };
    insta::assert_snapshot!(falco::render(&[failed, fine], &sources));
}
