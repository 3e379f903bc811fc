//! The layers of `src/`: which module may use which, and who may touch the world outside.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Left may never use right.
const LAYERS: [&str; 26] = [
    "bundled",
    "source",
    "diag",
    "fix",
    "nearest",
    "syntax",
    "embedded",
    "schema",
    "cloudtrail",
    "sema",
    "logic",
    "eval",
    "coverage",
    "lint",
    "config",
    "analysis",
    "testing",
    "format",
    "backend",
    "render",
    "api",
    "ide",
    "files",
    "lsp",
    "cli",
    "main",
];
/// The only layers that may read files, look at clock and environment, or print. Tests beside the code may, too.
const OUTSIDE: [&str; 4] = ["files", "lsp", "cli", "main"];
const FORBIDDEN: [&str; 13] = [
    "std::fs",
    "std::env",
    "std::io::stdout",
    "std::io::stderr",
    "std::io::stdin",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::process",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "std::thread",
];
const FORBIDDEN_MACROS: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];

/// One source file: its layer, how deep its module is, and every path in it.
struct File {
    path: PathBuf,
    layer: String,
    depth: usize,
    paths: Vec<Vec<String>>,
}

impl File {
    /// Tests beside the code, which no release has.
    fn is_test(&self) -> bool {
        self.path.file_name().is_some_and(|name| name == "tests" || name.to_string_lossy().ends_with("_test"))
    }
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    collect(&root, &mut found);
    let mut files = Vec::new();
    for path in found {
        let inside = path.strip_prefix(&root).unwrap().with_extension("");
        let parts: Vec<String> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if ["lib", "internals"].contains(&parts[0].as_str()) {
            continue;
        }
        let depth = parts.len() - usize::from(parts.last().unwrap() == "mod");
        let tokens: TokenStream = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let mut paths = Vec::new();
        read_paths(tokens, &mut paths);
        files.push(File { path: inside, layer: parts[0].clone(), depth, paths });
    }
    files
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every `a::b::c` in the tokens, in macros too, `a::{b, c::d}` spelled out.
fn read_paths(tokens: TokenStream, paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(_) => at = read_path(&tokens, at, &[], paths),
            TokenTree::Group(group) => {
                read_paths(group.stream(), paths);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Reads the path that starts at `at` and returns where it ends.
fn read_path(tokens: &[TokenTree], mut at: usize, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut start = 0;
                while start < inner.len() {
                    start = match inner[start] {
                        TokenTree::Ident(_) => read_path(&inner, start, &path, paths),
                        _ => start + 1,
                    };
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        let is = |at: usize, c| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
        if is(at, '!') {
            path.push("!".into());
        }
        if !(is(at, ':') && is(at + 1, ':')) {
            break;
        }
        at += 2;
    }
    paths.push(path);
    at
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|&known| known == layer)
}

/// The layer a path leads to, if it leads to another module of the crate.
fn used_layer(file: &File, path: &[String]) -> Option<usize> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let next = match path[0].as_str() {
        "crate" | "rulec" => path.get(1),
        "super" if supers >= file.depth => path.get(supers),
        _ => None,
    };
    rank(next?)
}

#[test]
fn left_never_uses_right() {
    let mut wrong = Vec::new();
    for file in files() {
        let own = rank(&file.layer).unwrap_or_else(|| panic!("{} has no layer", file.path.display()));
        for path in &file.paths {
            if used_layer(&file, path).is_some_and(|used| used > own) {
                wrong.push(format!("{} uses {}", file.path.display(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "left may never use right:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_outside_touches_the_world() {
    let mut wrong = Vec::new();
    let is_inside = |file: &&File| !OUTSIDE.contains(&file.layer.as_str()) && !file.is_test();
    for file in files().iter().filter(is_inside) {
        for path in &file.paths {
            let text = path.join("::");
            let is_macro = path.len() == 2 && path[1] == "!" && FORBIDDEN_MACROS.contains(&path[0].as_str());
            let is_under = |root: &&str| text == **root || text.starts_with(&format!("{root}::"));
            if is_macro || FORBIDDEN.iter().any(is_under) {
                wrong.push(format!("{}: {text}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "only files, lsp, cli and main may do this:\n{}", wrong.join("\n"));
}

#[test]
fn paths_are_seen_wherever_they_hide() {
    let code = "use crate::{cli::x, diag::{self, y}}; fn f() { g!(super::super::lsp::z); println!(\"\"); } mod m { use std::{fs, io::{stdout}}; }";
    let mut paths = Vec::new();
    read_paths(code.parse().unwrap(), &mut paths);
    let paths: Vec<String> = paths.iter().map(|path| path.join("::")).collect();
    for expected in [
        "crate::cli::x",
        "crate::diag::y",
        "super::super::lsp::z",
        "println::!",
        "std::fs",
        "std::io::stdout",
    ] {
        assert!(paths.iter().any(|path| path == expected), "{expected} not in {paths:?}");
    }
}

/// A reader who meets a type's name should know which type it is.
#[test]
fn no_type_name_is_defined_more_than_three_times() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let mut defined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let file = path.strip_prefix(&root).unwrap().display().to_string();
        let tokens = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        read_types(tokens, &mut |name| defined.entry(name).or_default().push(file.clone()));
    }
    assert!(defined.len() > 500, "{}", defined.len());
    let often = defined.iter().filter(|(_, files)| files.len() > 3);
    let often: Vec<_> = often.map(|(name, files)| format!("{name}: {}", files.join(", "))).collect();
    assert!(often.is_empty(), "{}", often.join("\n"));
}

/// The names after `struct`, `enum` and `trait`, in bodies of functions and macros too.
fn read_types(tokens: TokenStream, found: &mut impl FnMut(String)) {
    let mut follows = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if follows => {
                found(ident.to_string());
                follows = false;
            }
            TokenTree::Ident(ident) => {
                follows = ["struct", "enum", "trait"].contains(&ident.to_string().as_str());
            }
            TokenTree::Group(group) => {
                read_types(group.stream(), found);
                follows = false;
            }
            _ => follows = false,
        }
    }
}
