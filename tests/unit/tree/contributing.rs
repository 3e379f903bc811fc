//! CONTRIBUTING.md describes what there is: `cargo new-lint` is run on a copy of the tree, and every target is where the page says.

use super::lint_template::ExampleLint;
use super::scaffold::{self, NewFile};
use rulec::backend::TARGETS;
use rulec::lint::{Context, Lint, LintRule};
use rulec::sema::collect::{Collected, ErrorPolicy, collect};
use rulec::sema::compile::compile;
use rulec::sema::compiled::{RuleView, Sink};
use rulec::sema::environment::Environment;
use rulec::sema::lower::Lowering;
use rulec::sema::report::Report;
use rulec::source::{FileId, SourceFile, SourceMap};
use rulec::syntax::yaml;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|_| panic!("there is no {path}"))
}

fn section(title: &str) -> String {
    let page = text("CONTRIBUTING.md");
    let start = format!("{title}\n");
    page.split("\n## ").find(|part| part.starts_with(&start)).unwrap().to_owned()
}

/// Copies a file or a folder of the tree.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}

/// What `cargo new-lint` needs of the tree.
fn copy_of_the_tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for part in ["src", "tests/spec/lints", "CHANGELOG.md"] {
        copy(&root().join(part), &directory.path().join(part));
    }
    directory
}

fn write(root: &Path, files: &[NewFile]) {
    files.iter().for_each(|file| fs::write(root.join(&file.path), &file.text).unwrap());
}

/// The command of the page, on a copy of the tree.
#[test]
fn the_command_of_the_page_begins_a_lint() {
    let page = section("A new check");
    let command = page.lines().find_map(|line| line.strip_prefix("cargo new-lint ")).unwrap();
    let (group, name) = command.split_once(' ').unwrap();
    let alias = text(".cargo/config.toml");
    assert!(alias.contains("new-lint = [\"run\", \"--quiet\", \"--example\", \"new-lint\", \"--\"]"));
    assert!(text("Cargo.toml").contains("name = \"new-lint\"\npath = \"tests/dev/new_lint.rs\"\n"));

    let tree = copy_of_the_tree();
    let files = scaffold::new_lint(tree.path(), group, name).unwrap();
    for file in &files {
        let file_name = name.replace('-', "_");
        let path = file.path.replace(group, "GROUP").replace(&file_name, "NAME").replace(name, "NAME");
        assert!(page.contains(&format!("| `{path}` |")), "the page does not name {path}");
        assert_eq!(tree.path().join(&file.path).exists(), file.path == scaffold::REGISTRY, "{path}");
    }
    assert_eq!(page.matches("\n| `").count(), files.len(), "the page names other files");
    write(tree.path(), &files);
    let taken = scaffold::new_lint(tree.path(), group, name).unwrap_err();
    assert_eq!(taken, format!("there is a check `{name}` already"));
    let next = scaffold::new_lint(tree.path(), group, "another-name").unwrap();
    let code = |files: &[NewFile]| files[0].text.split("= \"RC").nth(1).unwrap()[..4].parse::<u32>().unwrap();
    assert_eq!(code(&next), code(&files) + 1);
}

/// What is written for a new lint is the template, which the tests compile, in other names; and one line of the registry.
#[test]
fn a_new_lint_is_the_template_in_other_names() {
    let before = text(scaffold::REGISTRY);
    let groups: BTreeMap<&str, &str> = BTreeMap::from([
        ("cloudtrail", "CloudTrail"),
        ("correctness", "Correctness"),
        ("performance", "Performance"),
        ("portability", "Portability"),
        ("style", "Style"),
    ]);
    for (group, variant) in groups {
        for name in ["aaa-first", "mmm-in-between2", "zzz-last-and-as-long-as-a-name-ever-gets"] {
            let files = scaffold::new_lint(root(), group, name).unwrap();
            let [lint, registry, spec] = files.as_slice() else { panic!("{files:?}") };
            let file = name.replace('-', "_");
            let ident: String = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
            let code = format!("RC{}", &lint.text.split("= \"RC").nth(1).unwrap()[..4]);
            assert!(rulec::lint::checks().all(|check| check.code != code), "{code} is taken");
            let back = lint.text.replace(&file.to_uppercase(), "EXAMPLE_LINT").replace(&ident, "ExampleLint");
            let back = back.replace(name, "example-lint").replace(&code, "RC9999");
            assert_eq!(back.replace(&format!(", {variant}, "), ", Style, "), scaffold::LINT);
            let back = spec.text.replace(name, "example-lint");
            assert_eq!(back, scaffold::SPEC);
            // Declarations stand in a macro, where rustfmt changes nothing.
            let code = lint.text.split("/// See").nth(1).unwrap();
            assert!(code.lines().all(|line| line.len() <= 110), "a line of {name} is too long");
            let line = format!("        {file}::{ident},\n");
            let (head, tail) = registry.text.split_once(&line).unwrap();
            assert_eq!(format!("{head}{tail}"), before, "one line is new");
            let in_group = head.rsplit_once(" {\n").unwrap();
            assert!(in_group.0.ends_with(&format!("    {group}")), "{name} is in another group");
            let sorted = |lines: &str| lines.lines().is_sorted();
            let rest = tail.split_once("    }").unwrap().0;
            assert!(sorted(&format!("{}{line}{rest}", in_group.1)), "{name} is not in order");
        }
    }
}

#[test]
fn bad_names_are_refused() {
    let refusal = |group, name| scaffold::new_lint(root(), group, name).unwrap_err();
    let groups = "the groups are cloudtrail, correctness, performance, portability, style";
    assert_eq!(refusal("stile", "some-name"), format!("there is no group `stile`; {groups}"));
    for name in
        ["", "Some-name", "some_name", "some-", "-some", "some--name", "2-names", "some-näme", "a/../b-c"]
    {
        assert_eq!(refusal("style", name), format!("`{name}` is not in kebab-case"));
    }
    assert_eq!(refusal("style", "loop"), "`loop` is a single word; a name has two or more");
    let long = "a-name-that-is-longer-than-any-line-can-be";
    assert_eq!(refusal("style", long), format!("`{long}` is longer than 40 letters"));
    // Of a lint, of another group, and of a check that is no lint.
    for name in ["missing-tags", "never-true", "unknown-field"] {
        assert_eq!(refusal("style", name), format!("there is a check `{name}` already"));
    }
}

/// Runs the lint of the template.
struct OnlyTemplate<'c> {
    lowering: Lowering,
    context: Context<'c>,
}

impl<'a> Sink<'a> for OnlyTemplate<'_> {
    fn rule(&mut self, view: &RuleView<'_, 'a>) {
        let (rule, written) = self.lowering.rule(view).unwrap();
        ExampleLint.rule(&LintRule::new(view, &rule, &written), &mut self.context);
    }
}

#[test]
fn the_template_shows_itself() {
    let body = rulec::render::page::body(ExampleLint.check());
    for (heading, expected) in [("Avoid", 1), ("Prefer", 0)] {
        let (_, below) = body.split_once(&format!("## {heading}\n```yaml\n")).unwrap();
        let example = below.split_once("```").unwrap().0;
        assert!(heading == "Prefer" || scaffold::SPEC.contains(example), "the spec has another example");
        let mut sources = SourceMap::default();
        sources.add(SourceFile::new("rules.yaml", example));
        let (environment, solver) = (Environment::default(), OnceCell::new());
        let mut sink = OnlyTemplate {
            lowering: Lowering::default(),
            context: Context::new(&sources, &environment, &solver),
        };
        let stream = yaml::parse(FileId(0), sources.file(FileId(0)));
        let mut report = Report::without_context(&sources);
        let mut collected = Collected::default();
        let policy = ErrorPolicy::All;
        collect(&mut collected, FileId(0), &stream, &environment, policy, &mut report);
        compile(&collected, &environment, policy, &mut report, &mut sink);
        assert_eq!((report.errors(), sink.context.reported()), (0, expected), "{heading}");
    }
}

/// Nothing of the template is left in a lint.
#[test]
fn no_lint_is_the_template() {
    for check in rulec::lint::checks() {
        assert!(!check.docs.contains("Replace this page"), "{} has no page", check.name);
    }
}

/// Every target is in the places that the page names for a new one, and the page names no others.
#[test]
fn targets_are_where_the_page_says() {
    let page = section("A new backend");
    let registry = text("src/backend/mod.rs");
    let rows = registry.split("TARGETS: &[&dyn Target] = &[").nth(1).unwrap().split("];").next().unwrap();
    let rows: Vec<&str> = rows.lines().map(str::trim).filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), TARGETS.len());
    let tests: String = fs::read_dir(root().join("tests/unit/backend"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let (compile, readme) = (text("docs/compile.md"), text("README.md").to_lowercase());
    for (row, target) in rows.iter().zip(TARGETS) {
        let name = target.name();
        let (module, _) = row.trim_start_matches('&').split_once("::").unwrap();
        let places = [format!("src/backend/{module}.rs"), format!("src/backend/{module}/mod.rs")];
        let place = places.iter().find(|place| root().join(place).exists());
        let place = place.unwrap_or_else(|| panic!("{name} has no file"));
        let code = text(place);
        assert!(code.contains("impl Target for "), "{place} implements no target");
        assert!(registry.contains(&format!("mod {module};\n")), "{module} is no module");
        assert!(tests.contains(&format!("\"{name}\"")), "no test compiles for {name}");
        let heading =
            compile.lines().any(|line| line.starts_with("## ") && line.contains(&format!("`{name}`")));
        assert!(heading, "docs/compile.md has no section on {name}");
        assert!(readme.contains(name), "the README does not name {name}");
        assert_eq!(rulec::backend::find(name).map(|found| found.name()), Some(name));
    }
    assert!(rows.contains(&"&sigma::Sigma,"));
    for place in ["mod sigma;", "&sigma::Sigma,", "fit"] {
        assert!(page.contains(&format!("`{place}`")), "the page does not name {place}");
    }
    let named =
        page.split('`').skip(1).step_by(2).filter(|word| word.ends_with(".rs") || word.ends_with(".md"));
    named.for_each(|path| drop(text(path)));
}
