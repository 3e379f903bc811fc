//! Names of findings that do not depend on lines, so that services recognise a finding in another commit.

use crate::diag::Diagnostic;
use crate::source::SourceMap;
use rustc_hash::FxHashMap;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;

/// A name for each finding, in their order: 32 hexadecimal digits of its file, check, message and text. Findings that
/// share all of these are numbered in order.
pub fn fingerprints(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: FxHashMap<u128, u64> = FxHashMap::default();
    let name = |d: &Diagnostic| {
        let file = sources.file(d.primary.span.file).name.replace('\\', "/");
        let text: Vec<&str> = sources.slice(d.primary.span).split_whitespace().collect();
        let parts = [file.trim_start_matches("./"), d.check.code, &d.message, &text.join(" ")];
        let mut hasher = SipHasher13::new();
        for part in parts {
            // The length keeps `a`, `bc` and `ab`, `c` apart.
            hasher.write(&(part.len() as u64).to_le_bytes());
            hasher.write(part.as_bytes());
        }
        let count = seen.entry(hasher.finish128().as_u128()).or_default();
        hasher.write(&count.to_le_bytes());
        *count += 1;
        format!("{:032x}", hasher.finish128().as_u128())
    };
    diagnostics.iter().map(name).collect()
}
