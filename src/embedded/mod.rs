//! Rules inside host files: Helm values, ConfigMaps, Terraform, exports of Sysdig. Each becomes an embedded file that
//! knows its position in the host file.

mod host;
mod item;
mod scalars;
mod sysdig;
pub mod terraform;
mod text;
mod unresolved;
mod writer;

pub use host::to_host;

use crate::diag::Diagnostic;
use crate::source::{Edits, FileId, Origin, Run, SourceFile, SourceMap};
use crate::syntax::sniff::looks_like_rules;
use crate::syntax::yaml;
use memchr::memmem;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

crate::declare_check! {
    /// A file that holds rules cannot be read.
    ///
    /// ## What it does
    /// Reports where a file that holds rules inside is broken: Helm values and ConfigMaps that are no YAML, Terraform that
    /// is no HCL. docs/inputs.md lists the files that rulec reads.
    ///
    /// ## Why it matters
    /// The file cannot be deployed either, and rulec did not check what it could not find in it.
    ///
    /// ## Avoid
    /// ```yaml
    /// # file: values.yaml
    /// customRules:
    ///   aws.yaml: |-
    ///     - macro: console_login
    ///       condition: ct.name = "ConsoleLogin"
    ///   : [
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// # file: values.yaml
    /// customRules:
    ///   aws.yaml: |-
    ///     # rulec: allow-file unused-macro -- an example
    ///     - macro: console_login
    ///       condition: ct.name = "ConsoleLogin"
    /// ```
    pub UNREADABLE_INPUT = "RC0911", "unreadable-input", Meta, Error;

    /// A value that is known only after deployment.
    ///
    /// ## What it does
    /// Reports what rulec leaves out because a template or Terraform sets its value later: `${var.bucket}` in the
    /// condition of a `sysdig_secure_rule_falco`, a Helm template with rules in it.
    ///
    /// ## Why it matters
    /// The rule may be wrong, and rulec has not checked it.
    ///
    /// ## Avoid
    /// ```yaml
    /// # file: templates/rules.yaml
    /// data:
    ///   aws.yaml: |-
    ///     - macro: console_login
    ///       condition: ct.name = "ConsoleLogin"
    /// {{- include "labels" . }}
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// # file: rendered/rules.yaml
    /// data:
    ///   aws.yaml: |-
    ///     # rulec: allow-file unused-macro -- an example
    ///     - macro: console_login
    ///       condition: ct.name = "ConsoleLogin"
    /// ```
    pub NOT_CHECKED = "RC0912", "not-checked", Meta, Info;
}

/// The embedded content of one host file.
#[derive(Debug, Default)]
struct Extracted {
    /// Rules files in load order.
    files: Vec<SourceFile>,
    /// Items of Sysdig's formats, in any order.
    items: Vec<item::EmbeddedItem>,
    /// Findings about the host file itself and about what was left out.
    findings: Vec<Diagnostic>,
}

/// True if a file of this name and content is a host file with rules in it.
pub fn holds_rules(name: &str, text: &str) -> bool {
    open(FileId::default(), &SourceFile::new(name, text)).is_some()
}

/// True if Terraform or JSON that begins like this may contain items of Sysdig's formats.
pub fn may_hold_items(beginning: &[u8]) -> bool {
    [terraform::RESOURCES, sysdig::MARK].iter().any(|mark| memmem::find(beginning, mark.as_bytes()).is_some())
}

/// True for the names of Terraform files.
pub fn is_terraform(name: &str) -> bool {
    name.len() > 3 && name.as_bytes()[name.len() - 3..].eq_ignore_ascii_case(b".tf")
}

/// Replaces host files by their embedded files. Returns all files, and the findings about the host files.
pub fn unwrap(mut sources: SourceMap) -> (SourceMap, Vec<Diagnostic>) {
    if sources.is_sorted_out() {
        return (sources, Vec::new());
    }
    let given: Vec<(FileId, Option<Extracted>)> =
        sources.given().map(|(id, file)| (id, open(id, file))).collect();
    if given.iter().all(|(_, found)| found.is_none()) {
        return (sources, Vec::new());
    }
    let (mut load, mut items, mut findings) = (Vec::new(), Vec::new(), Vec::new());
    for (id, found) in given {
        let Some(found) = found else {
            load.push(id);
            continue;
        };
        load.extend(found.files.into_iter().map(|file| sources.add(file)));
        items.extend(found.items);
        findings.extend(found.findings);
    }
    // Few names are looked up many times.
    let known: RefCell<FxHashMap<String, bool>> = RefCell::default();
    let is_elsewhere = |name: &str| {
        let contains = || load.iter().any(|&id| sources.file(id).text.contains(name));
        *known.borrow_mut().entry(name.to_owned()).or_insert_with(contains)
    };
    let (files, left_out) = item::files(items, is_elsewhere);
    load.extend(files.into_iter().map(|file| sources.add(file)));
    findings.extend(left_out);
    sources.set_load(load);
    (sources, findings)
}

/// The embedded content of a file; `None` if the file is to be read as it is.
fn open(id: FileId, file: &SourceFile) -> Option<Extracted> {
    if is_terraform(&file.name) {
        let has_items = memmem::find(file.text.as_bytes(), terraform::RESOURCES.as_bytes()).is_some();
        // Terraform without such resources is no rules file either.
        return Some(if has_items { terraform::read(id, file) } else { Extracted::default() });
    }
    if looks_like_rules(&file.text) || !scalars::mentions_items(&file.text) {
        return None;
    }
    let stream = yaml::parse(id, file);
    sysdig::read(id, file, &stream).or_else(|| scalars::read(file, &stream))
}

/// A rules file in a scalar of YAML.
fn of_scalar(name: String, outer: &SourceFile, scalar: &yaml::Scalar) -> SourceFile {
    let text = &scalar.text;
    let origin = Origin {
        file: text.span.file,
        runs: runs(outer, text),
        edits: match scalar.style {
            yaml::Style::Literal => scalars::indent(outer, text).map_or(Edits::None, Edits::Lines),
            _ => Edits::None,
        },
        is_item: false,
    };
    SourceFile::inside(name, &*text.value, origin)
}

/// The runs of a decoded scalar: one byte each where the file contains it unchanged.
fn runs(outer: &SourceFile, text: &crate::source::Text) -> Vec<Run> {
    let whole = [(0, text.content)];
    let map = if text.map.is_empty() { &whole[..] } else { &*text.map };
    let (inner, outside) = (&*text.value, &*outer.text);
    let mut runs = Vec::with_capacity(map.len() + 1);
    for (at, &(value, start)) in map.iter().enumerate() {
        let next = map.get(at + 1);
        let value_end = next.map_or(inner.len(), |next| next.0 as usize);
        let end = next.map_or(text.span.end, |next| next.1).max(start);
        let (Some(part), Some(there)) =
            (inner.get(value as usize..value_end), outside.get(start as usize..end as usize))
        else {
            continue;
        };
        if part.is_empty() {
            continue;
        }
        let same = part.bytes().zip(there.bytes()).take_while(|(a, b)| a == b).count();
        let same = crate::source::floor_char_boundary(part, same) as u32;
        if same > 0 {
            runs.push(Run { at: value, start, end: start + same, exact: true });
        }
        if (same as usize) < part.len() {
            runs.push(Run { at: value + same, start: start + same, end, exact: false });
        }
    }
    runs
}
