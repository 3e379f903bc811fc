//! Generated pages are current, and the catalogue keeps its promises. `cargo bless` writes the pages anew.
#![allow(clippy::unwrap_used, clippy::panic)]

use rulec::{lint, render::page};
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

/// The tables of findings on real rules stand beside the pages.
fn is_page(path: &Path) -> bool {
    !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("corpus-"))
}

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
    keep_current(&index, &page::index(lint::checks()));
    expected.insert(index);
    let present: BTreeSet<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_page(path))
        .collect();
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
