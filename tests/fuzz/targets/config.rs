//! Text as rulec.toml.
#![no_main]

#[path = "../../unit/support/mod.rs"]
mod support;

use rulec::internals::source::{SourceFile, SourceMap};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (config, problems) = rulec::internals::config::parse(text);
    config.exclude.matches("a/b.yaml");
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("rulec.toml", text));
    let found: Vec<_> = problems.iter().map(|problem| problem.in_file(file)).collect();
    support::spans(&sources, &found);
    support::renders(&sources, &found);
});
