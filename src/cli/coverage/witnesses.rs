//! Events that no rule fires on, written as CloudTrail files.

use super::super::output;
use super::Failure;
use crate::coverage::{Benchmark, Confirmed, Coverage};
use crate::render::json::to_text;
use std::fs;
use std::path::{Path, PathBuf};

/// One file for each witness: `4.4.json` for a control, `4.4-CreatePolicy.json` for one of its events.
pub fn write(directory: &Path, benchmark: &Benchmark, coverage: &Coverage) -> Result<(), Failure> {
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for (control, covered) in benchmark.controls.iter().zip(&coverage.controls) {
        let open: Vec<_> = covered
            .events
            .iter()
            .filter_map(|event| Some((&event.row.name, event.witness.as_ref()?)))
            .collect();
        let whole = covered.witness.as_ref().filter(|_| open.is_empty());
        let mut add = |name: String, witness: &Confirmed| {
            let name: String = name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' })
                .collect();
            let numbered = (2..).map(|number| format!("{name}-{number}"));
            let path = std::iter::once(name.clone())
                .chain(numbered)
                .map(|name| directory.join(format!("{name}.json")))
                .find(|path| files.iter().all(|(taken, _)| taken != path));
            let log = serde_json::json!({ "Records": [witness.record] });
            files.extend(path.map(|path| (path, to_text(&log))));
        };
        whole.into_iter().for_each(|witness| add(control.id.clone(), witness));
        open.into_iter().for_each(|(name, witness)| add(format!("{}-{name}", control.id), witness));
    }
    fs::create_dir_all(directory)
        .map_err(|error| Failure::io(&format!("cannot make {}", directory.display()), &error))?;
    let writes: Vec<(&Path, &str)> = files.iter().map(|(path, text)| (path.as_path(), &**text)).collect();
    output::replace_all(&writes)
}
