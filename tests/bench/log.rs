//! Writes CloudTrail logs of any size: `cargo run --release --example log -- RECORDS FILES DIRECTORY`.
//!
//! Gzip files of JSON lines, a record each, which `rulec scan`, DuckDB and Spark all read. What rules alert on, root, denied
//! calls, sign-ins and changes, is as rare as in a quiet account: one in fifty of those that the benches of `scan` have.

// The benches use all of the generator, this only some.
#[allow(dead_code)]
mod records;

use flate2::{Compression, write::GzEncoder};
use records::Random;
use std::fs::File;
use std::io::{BufWriter, Result, Write as _};
use std::path::Path;
use std::process::ExitCode;

/// What rules wait for.
const LOUD: [&str; 4] = [r#""type":"Root""#, "AccessDenied", r#""readOnly":false"#, "ConsoleLogin"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|count| count.parse::<usize>().ok());
    let (Some(count), Some(files @ 1..), Some(directory)) = (number(0), number(1), arguments.get(2)) else {
        eprintln!("usage: log RECORDS FILES DIRECTORY");
        return ExitCode::from(2);
    };
    match write(count, files, Path::new(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("log: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(count: usize, files: usize, directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory)?;
    for at in 0..files {
        let file = File::create(directory.join(format!("cloudtrail-{at:03}.jsonl.gz")))?;
        let mut out = BufWriter::new(GzEncoder::new(file, Compression::default()));
        let mut random = Random::new(1 + at as u64);
        let share = count / files + usize::from(at < count % files);
        for _ in 0..share {
            writeln!(out, "{}", quiet(&mut random))?;
        }
        out.into_inner()?.finish()?;
    }
    Ok(())
}

/// A record, most often one that no rule waits for.
fn quiet(random: &mut Random) -> String {
    loop {
        let record = records::record(0, random);
        let loud = LOUD.iter().any(|part| record.contains(part));
        if !loud || random.percent(2) {
            return record;
        }
    }
}
