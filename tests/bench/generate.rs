//! Writes a generated rules file to standard output: `cargo run --release --example generate -- VARIANT COUNT`.

// The bench uses all of the generator, this only some.
#[allow(dead_code)]
mod rules;

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let variant =
        arguments.first().and_then(|name| rules::VARIANTS.iter().find(|variant| variant.name() == name));
    let count = arguments.get(1).and_then(|count| count.parse().ok());
    let (Some(&variant), Some(count)) = (variant, count) else {
        let names: Vec<&str> = rules::VARIANTS.iter().map(|variant| variant.name()).collect();
        eprintln!("usage: generate VARIANT COUNT; variants are {}", names.join(", "));
        return ExitCode::from(2);
    };
    match std::io::stdout().lock().write_all(rules::generate(variant, count).as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("generate: {error}");
            ExitCode::FAILURE
        }
    }
}
