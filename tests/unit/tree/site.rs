//! The pages as a site: every page is in the book, and every link leads somewhere, in the book and in the repository.
//! `cargo bless` renews the list of checks in the summary.

use rulec::lint;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Links to our own repository begin so; what follows is a path in it.
const REPOSITORY: [&str; 2] =
    ["https://github.com/rulec/rulec/blob/main/", "https://github.com/rulec/rulec/tree/main/"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All pages below a folder, relative to the repository.
fn pages_below(folder: &str) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() && !entry.ends_with("node_modules") && !entry.ends_with("target") {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "md") {
                pages.push(entry.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    pages.sort();
    pages
}

/// The text of a page without its blocks of code and without code in lines.
fn prose(text: &str) -> String {
    let outside: String = text.split("\n```").step_by(2).collect();
    outside.split('`').step_by(2).collect()
}

fn links(prose: &str) -> Vec<&str> {
    prose.split("](").skip(1).map(|rest| rest.split([')', ' ']).next().unwrap()).collect()
}

/// The names that headings can be reached by.
fn anchors(text: &str) -> BTreeSet<String> {
    let outside: String = text.split("\n```").step_by(2).collect();
    let heading =
        |line: &str| line.starts_with('#').then(|| line.trim_start_matches('#').trim().to_lowercase());
    let anchor = |heading: String| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    outside.lines().filter_map(heading).map(anchor).collect()
}

/// `docs/a/../b` as `docs/b`; `None` if it leaves the repository.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !plain.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// What is wrong with a link, if anything.
fn problem(page: &Path, link: &str) -> Option<String> {
    if let Some(path) = REPOSITORY.iter().find_map(|start| link.strip_prefix(start)) {
        return (!root().join(path).exists()).then(|| format!("{path} is not in the repository"));
    }
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target =
        if path.is_empty() { Some(page.to_owned()) } else { plain(&page.parent().unwrap().join(path)) };
    let target = target.filter(|target| root().join(target).exists());
    let Some(target) = target else { return Some(format!("there is no {path}")) };
    if page.starts_with("docs") && !target.starts_with("docs") {
        return Some("the book ends at docs: write the whole address in the repository".into());
    }
    if !anchor.is_empty() && !anchors(&fs::read_to_string(root().join(target)).unwrap()).contains(anchor) {
        return Some(format!("there is no heading {anchor}"));
    }
    None
}

#[test]
fn links_lead_somewhere() {
    let mut pages: Vec<PathBuf> =
        ["docs", "editors", "grammar", "rulesets"].into_iter().flat_map(pages_below).collect();
    pages.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from));
    let mut problems = Vec::new();
    let mut count = 0;
    for page in pages {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        for link in links(&prose(&text)) {
            count += 1;
            problems
                .extend(problem(&page, link).map(|problem| format!("{}: {link}: {problem}", page.display())));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count > 200, "only {count} links were found");
}

#[test]
fn wrong_links_are_told() {
    let page = Path::new("docs/coverage.md");
    for link in ["nowhere.md", "cli.md#nowhere", "../README.md", "../../outside", "#nowhere"] {
        assert!(problem(page, link).is_some(), "{link}");
    }
    assert!(problem(page, "https://github.com/rulec/rulec/blob/main/nowhere").is_some());
    assert_eq!(problem(page, "testing.md#events"), None);
}

const SUMMARY: &str = "docs/SUMMARY.md";

#[test]
fn the_book_has_every_page() {
    let text = fs::read_to_string(root().join(SUMMARY)).unwrap();
    let listed: Vec<PathBuf> = links(&text).into_iter().map(|link| Path::new("docs").join(link)).collect();
    let once: BTreeSet<&PathBuf> = listed.iter().collect();
    assert_eq!(once.len(), listed.len(), "a page is there twice");
    let pages = pages_below("docs");
    let pages: BTreeSet<&PathBuf> = pages.iter().filter(|page| !page.ends_with("SUMMARY.md")).collect();
    assert_eq!(once, pages, "pages in {SUMMARY}, and pages in docs");
}

#[test]
fn the_book_has_every_check() {
    const ABOVE: &str = "- [Checks](lints/README.md)\n";
    let path = root().join(SUMMARY);
    let text = fs::read_to_string(&path).unwrap();
    let others: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("  - [") || !line.contains("](lints/"))
        .collect();
    let names: BTreeSet<&str> = lint::checks().map(|check| check.name).collect();
    let checks: String = names.iter().map(|name| format!("  - [{name}](lints/{name}.md)\n")).collect();
    let renewed = others.replacen(ABOVE, &format!("{ABOVE}{checks}"), 1);
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, renewed).unwrap();
        return;
    }
    assert!(text == renewed, "{SUMMARY} is not current; run `cargo bless`");
}

/// Words in backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn files_named_for_contributors_exist() {
    let folders = ["src/", "tests/", "rulesets/", "docs/", "editors/", ".github/", ".ci/", ".cargo/"];
    let mut count = 0;
    for page in ["docs/architecture.md", "CONTRIBUTING.md", "docs/verified.md", "docs/compile.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let prose: String = text.split("\n```").step_by(2).collect();
        let is_path = |word: &&str| folders.iter().any(|folder| word.starts_with(folder));
        // What is written in capitals or with `*` stands for many.
        let is_one = |word: &&str| {
            !word.contains(['*', ' ', '{']) && !word.contains("NAME") && !word.contains("GROUP")
        };
        for path in code(&prose).filter(is_path).filter(is_one) {
            count += 1;
            assert!(root().join(path).exists(), "{page} names {path}, which is not there");
        }
    }
    assert!(count > 60, "only {count} paths were found");
}

/// The rows of a room's table begin with names of its files.
#[test]
fn rooms_have_the_files_of_their_tables() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rooms = page.split("\n## ").find(|section| section.starts_with("Rooms\n")).unwrap();
    let mut count = 0;
    for part in rooms.split("\n**`").skip(1) {
        let room = root().join("src").join(part.split('`').next().unwrap());
        let rows = part.lines().filter_map(|line| line.strip_prefix("| `"));
        let names = rows.flat_map(|row| row.split(" |").next().unwrap().split(['`', ',', ' ']));
        for name in names.filter(|name| !name.is_empty() && !name.contains("NAME")) {
            count += 1;
            let exists = room.join(name).is_dir() || room.join(format!("{name}.rs")).is_file();
            assert!(exists, "{} has no {name}", room.display());
        }
    }
    assert!(count > 100, "only {count} files were found");
}
