//! Generated pages are current, and the catalogue keeps its promises. `cargo bless` writes the pages anew.

use rulec::diag::{FalcoCode, Severity};
use rulec::lint;
use rulec::render::{Format, page};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Compares a page with what it should be, or writes it.
fn keep_current(path: &Path, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return;
    }
    let old = fs::read_to_string(path).unwrap_or_default();
    assert!(old == text, "{} is not current; run `cargo bless`", path.display());
}

/// Below this line of the index stands what is written by hand.
const BY_HAND: &str = "\n## On real rules\n";

#[cfg(feature = "cli")]
#[test]
fn command_line() {
    keep_current(&docs().join("cli.md"), &rulec::cli::markdown());
}

#[test]
fn lint_pages() {
    let directory = docs().join("lints");
    let mut expected = BTreeSet::new();
    for check in lint::checks() {
        let path = directory.join(format!("{}.md", check.name));
        keep_current(&path, &page::markdown(check));
        expected.insert(path);
    }
    let index = directory.join("README.md");
    let old = fs::read_to_string(&index).unwrap_or_default();
    let by_hand = old.find(BY_HAND).map_or("", |at| &old[at..]);
    assert!(!by_hand.is_empty(), "the index has lost what is found in real rules");
    keep_current(&index, &(page::index(lint::checks()) + by_hand));
    expected.insert(index);
    let present: BTreeSet<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(present, expected, "pages without a check");
}

#[test]
fn catalogue() {
    let (mut names, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for check in lint::checks() {
        let name = check.name;
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{name} is not kebab-case"
        );
        assert!(names.insert(name), "{name} is there twice");
        assert!(codes.insert(check.code), "{} is there twice", check.code);
        let digits = check.code.strip_prefix("RC").unwrap_or_default();
        assert!(
            digits.len() == 4 && digits.chars().all(|c| c.is_ascii_digit()),
            "{name} has code {}",
            check.code
        );
        for heading in ["## What it does\n", "## Why it matters\n"] {
            assert!(page::body(check).contains(heading), "the page of {name} lacks {heading:?}");
        }
    }
}

/// Every format is in the places that CONTRIBUTING.md names for a new one, and the page names no others.
#[test]
fn formats_are_where_contributing_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_else(|_| panic!("no {path}"));
    let page = text("CONTRIBUTING.md");
    let section = page.split("\n## ").find(|part| part.starts_with("A new format\n")).unwrap();
    let mut named: Vec<&str> =
        section.split('`').skip(1).step_by(2).filter(|word| word.contains('/')).collect();
    named.retain(|path| path.ends_with(".rs") || path.ends_with(".md"));
    let mod_lines = text("src/render/mod.rs");
    let rows = text("src/render/format.rs");
    let (readme, help) = (text("README.md"), text("docs/cli.md"));
    let snapshots = snapshots(&root.join("tests"));
    for &format in Format::ALL {
        let name = format.name();
        let code = text(&format!("src/render/{name}.rs"));
        assert!(code.contains("pub fn render(report: &Report<'_>) -> String {"), "{name} has no renderer");
        assert!(mod_lines.contains(&format!("\npub mod {name};\n")), "{name} is no module");
        let row = format!("    {format:?}, \"{name}\", {name}::render, [");
        assert!(rows.contains(&row), "{name} has no row");
        let snapshot = format!("render__{name}.snap");
        assert!(snapshots.iter().any(|file| file.ends_with(&snapshot)), "{name} has no snapshot");
        assert!(readme.contains(&format!("`{name}`")), "the README does not name {name}");
        assert!(help.contains(&format!("          - {name}:")), "{name} is not in the help");
    }
    let gitlab = "Gitlab, \"gitlab\", gitlab::render, [Check], \"A Code Quality report of GitLab\";\n";
    assert!(rows.contains(gitlab) && section.contains(gitlab), "the row of the example is another one");
    for path in named {
        text(path);
    }
    for place in
        ["src/render/gitlab.rs", "pub mod gitlab;", "render__gitlab.snap", "README.md", "docs/cli.md"]
    {
        assert!(section.contains(place), "the section does not name {place}");
    }
}

/// The names of all snapshots below a directory.
fn snapshots(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| match path.is_dir() {
        true => snapshots(&path),
        false => vec![path.file_name().unwrap().to_string_lossy().into_owned()],
    };
    entries.flat_map(of).filter(|name| name.ends_with(".snap")).collect()
}

/// Falco's code and our severity agree: what Falco refuses is an error here, what it warns about is none.
#[test]
fn codes_of_falco() {
    let names: BTreeSet<&str> = FalcoCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), FalcoCode::ALL.len(), "a name is there twice");
    for code in FalcoCode::ALL {
        assert_eq!(code.is_error(), code.name().starts_with("LOAD_ERR_"), "{code}");
        assert!(!code.description().is_empty(), "{code}");
    }
    for check in lint::checks() {
        let Some(code) = check.falco else { continue };
        assert_eq!(code.is_error(), check.severity == Severity::Error, "{} has {code}", check.name);
    }
}
