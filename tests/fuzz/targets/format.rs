//! Text as a rules file: formatted it says the same, and formatting it again changes nothing.
//! The first byte chooses the options.
#![no_main]

#[path = "../../unit/support/formatting.rs"]
mod formatting;

use rulec::internals::config::Layout;
use rulec::internals::format::{self, Options};
use rulec::internals::source::SourceFile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut chars = text.chars();
    let Some(how) = chars.next().map(u32::from) else { return };
    let line_width = [20, 60, 120][how as usize % 3];
    let layout = Layout { line_width, indent: 1 + how as usize % 4, key_order: how % 2 == 0 };
    let options = Options { layout, ..Options::default() };
    formatting::holds_with(chars.as_str(), &options);
    let file = SourceFile::new("rules.yaml", chars.as_str());
    format::range(&file, &options, how as usize % 7..9);
});
