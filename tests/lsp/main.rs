//! The language server from outside: a client over standard input and output.
#![cfg(all(feature = "cli", feature = "lsp"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod client;
mod protocol;
mod workspace;

use std::path::Path;

/// A directory with these files.
pub fn files(all: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in all {
        write(directory.path(), name, text);
    }
    directory
}

/// Writes a file, and the directories above it.
pub fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A macro, a list and a rule that use each other. Clean.
pub const RULES: &str = "\
- list: admins
  items: [alice, bob]

- macro: console_login
  condition: ct.name = \"ConsoleLogin\"

- rule: Admin signs in
  desc: An administrator signed in to the console.
  condition: console_login and ct.user in (admins)
  output: An administrator signed in (user=%ct.user)
  priority: NOTICE
  source: aws_cloudtrail
  tags: [aws]
";
