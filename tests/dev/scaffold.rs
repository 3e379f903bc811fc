//! What `cargo new-lint` writes: a lint that compiles and reports something, its spec and its registration.

use std::fs;
use std::path::{Path, PathBuf};

/// The template of a lint: code that the tests compile and run. Only its names are replaced.
pub const LINT: &str = include_str!("lint_template.rs");
/// The template of its spec.
pub const SPEC: &str = include_str!("spec_template.md");
/// Where all lints are registered.
pub const REGISTRY: &str = "src/lint/rules/mod.rs";
/// Longer names do not fit into lines of the template.
const LONGEST: usize = 40;

/// A file to write, by its path in the repository.
#[derive(Debug)]
pub struct NewFile {
    pub path: String,
    pub text: String,
}

/// The files that a new lint changes. The error says what is wrong with its group or name.
pub fn new_lint(root: &Path, group: &str, name: &str) -> Result<Vec<NewFile>, String> {
    let registry = read(&root.join(REGISTRY))?;
    let groups: Vec<&str> = registry.lines().filter_map(group_of).collect();
    if !groups.contains(&group) {
        return Err(format!("there is no group `{group}`; the groups are {}", groups.join(", ")));
    }
    check_name(name)?;
    let declared = Declared::all(root)?;
    if declared.checks.iter().any(|check| check.name == name) {
        return Err(format!("there is a check `{name}` already"));
    }
    let in_group = format!("src/lint/rules/{group}/");
    let variant = declared.checks.iter().find(|check| check.path.starts_with(&in_group));
    let variant = variant.map(|check| check.group.clone()).ok_or(format!("{in_group} declares no check"))?;
    let code = declared.free_code(&variant)?;
    let file = name.replace('-', "_");
    let words = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    let lint: String = words.collect();
    let text = LINT
        .replace("EXAMPLE_LINT", &file.to_uppercase())
        .replace("ExampleLint", &lint)
        .replace("example-lint", name)
        .replace("RC9999", &code)
        .replace(", Style, Info", &format!(", {variant}, Info"));
    Ok(vec![
        NewFile { path: format!("{in_group}{file}.rs"), text },
        NewFile { path: REGISTRY.to_owned(), text: registered(&registry, group, &file, &lint) },
        NewFile { path: format!("tests/spec/lints/{name}.md"), text: SPEC.replace("example-lint", name) },
    ])
}

/// Names are what the findings are about: `unused-macro`. A single word would collide with words of Rust.
fn check_name(name: &str) -> Result<(), String> {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !name.split('-').all(is_word) {
        return Err(format!("`{name}` is not in kebab-case"));
    }
    if !name.contains('-') {
        return Err(format!("`{name}` is a single word; a name has two or more"));
    }
    if name.len() > LONGEST {
        return Err(format!("`{name}` is longer than {LONGEST} letters"));
    }
    Ok(())
}

/// The group that a line of the registry begins.
fn group_of(line: &str) -> Option<&str> {
    let group = line.strip_prefix("    ")?.strip_suffix(" {")?;
    group.chars().all(|c| c.is_ascii_lowercase()).then_some(group)
}

/// The registry with one more line, in the order of the names.
fn registered(registry: &str, group: &str, file: &str, lint: &str) -> String {
    let line = format!("        {file}::{lint},");
    let mut text = String::new();
    let (mut inside, mut pending) = (false, true);
    for old in registry.lines() {
        let before = inside && pending && (old == "    }" || *old > *line);
        if before {
            text += &format!("{line}\n");
            pending = false;
        }
        if let Some(other) = group_of(old) {
            inside = other == group;
        }
        text += &format!("{old}\n");
    }
    text
}

/// A check as its declaration has it.
struct DeclaredCheck {
    path: String,
    code: u32,
    name: String,
    group: String,
}

/// All checks, and the codes that were ever given.
struct Declared {
    checks: Vec<DeclaredCheck>,
    changelog: String,
}

impl Declared {
    fn all(root: &Path) -> Result<Declared, String> {
        let mut paths = Vec::new();
        collect(&root.join("src"), &mut paths)?;
        paths.sort();
        let mut checks = Vec::new();
        for path in paths {
            let text = read(&path)?;
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            for (at, _) in text.match_indices("= \"RC") {
                let mut parts = text[at..].split(['"', ',', ' ', '\n']).filter(|part| part.len() > 1);
                let code = parts.next().and_then(|code| code.strip_prefix("RC")?.parse().ok());
                if let (Some(code), Some(name), Some(group)) = (code, parts.next(), parts.next()) {
                    let (name, group) = (name.to_owned(), group.to_owned());
                    checks.push(DeclaredCheck { path: path.clone(), code, name, group });
                }
            }
        }
        Ok(Declared { checks, changelog: read(&root.join("CHANGELOG.md"))? })
    }

    /// The code after the highest of a group that no check has and no earlier version had.
    fn free_code(&self, group: &str) -> Result<String, String> {
        let own = self.checks.iter().filter(|check| check.group == group);
        let highest = own.map(|check| check.code).max().unwrap_or_default();
        let text = |code: u32| format!("RC{code:04}");
        let taken = |code: &u32| {
            self.checks.iter().any(|check| check.code == *code) || self.changelog.contains(&text(*code))
        };
        let free = (highest + 1..10_000).find(|code| !taken(code));
        free.map(text).ok_or("there is no free code".to_owned())
    }
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
