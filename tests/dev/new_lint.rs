//! `cargo new-lint GROUP NAME` begins a lint: see CONTRIBUTING.md, "A new check".

mod scaffold;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [group, name] = arguments.as_slice() else {
        eprintln!("usage: cargo new-lint GROUP NAME");
        return ExitCode::from(2);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = scaffold::new_lint(root, group, name).and_then(|files| {
        for file in &files {
            let path = root.join(&file.path);
            std::fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("wrote {}", file.path);
        }
        Ok(())
    });
    match written {
        Ok(()) => {
            println!(
                "next: write its page, its code and its spec, then run `cargo bless` and read what it changed"
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
