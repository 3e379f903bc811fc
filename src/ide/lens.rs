//! Code lenses above items: uses, tests, covered controls.

use super::Snapshot;
use super::controls::{Control, Controls};
use super::index::NameIndex;
use super::outline::Role;
use super::reference::{self, Referent};
use crate::source::{FileId, SourceFile};
use crate::syntax::items::ItemKind;
use crate::testing::file::{self, NodeStep};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A code lens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The name of the item.
    pub range: Range<usize>,
    /// Its content.
    pub about: About,
}

/// The content of a code lens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The number of uses of a macro or list, computed by [`count`].
    Uses(ItemKind, String),
    /// The tests that name a rule.
    Tests(Vec<RuleTest>),
    /// The controls that a rule covers.
    Controls(Vec<Control>),
}

/// A test that names a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTest {
    /// Index among the files that were read.
    pub file: usize,
    /// Name of the test.
    pub name: String,
    /// 0-based line of the test.
    pub line: usize,
}

/// Tests by rule.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tests {
    by_rule: FxHashMap<String, Vec<RuleTest>>,
}

impl Tests {
    /// Reads test files; a file that cannot be read has no tests.
    pub fn read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Tests {
        let mut tests = Tests::default();
        for (at, text) in texts.into_iter().enumerate() {
            let source = SourceFile::new("", text);
            let Ok(parsed) = file::parse(FileId(0), &source) else { continue };
            for (number, case) in parsed.file.tests.iter().enumerate() {
                let span = parsed.span(&[NodeStep::Key("tests"), NodeStep::At(number)]);
                let line = source.line_index(span.start as usize);
                let listed = [&case.fires, &case.silent, &case.exactly];
                let rules = listed.into_iter().flatten().flatten().chain(case.output.keys());
                for rule in rules.chain(case.output_fields.keys()) {
                    let of_rule = tests.by_rule.entry(rule.clone()).or_default();
                    let test = RuleTest { file: at, name: case.name.clone(), line };
                    if of_rule.last() != Some(&test) {
                        of_rule.push(test);
                    }
                }
            }
        }
        tests
    }

    /// The tests that name a rule.
    pub fn of(&self, rule: &str) -> &[RuleTest] {
        self.by_rule.get(rule).map_or(&[], Vec::as_slice)
    }
}

/// The code lenses of a file.
pub fn lenses(
    snapshot: &Snapshot,
    doc: usize,
    tests: Option<&Tests>,
    controls: Option<&Controls>,
) -> Vec<Lens> {
    let mut lenses = Vec::new();
    for placed in snapshot.docs.get(doc).into_iter().flat_map(|doc| &doc.pieces) {
        for entry in placed.piece.outline().entries.iter().filter(|entry| !entry.name.is_empty()) {
            let range = placed.range_of(entry.name_span);
            let mut push = |about| lenses.push(Lens { range: range.clone(), about });
            match entry.kind {
                ItemKind::Macro | ItemKind::List => push(About::Uses(entry.kind, entry.name.to_string())),
                ItemKind::Rule if entry.role == Role::Defines => {
                    let tests = tests.map_or(&[][..], |tests| tests.of(&entry.name));
                    if !tests.is_empty() {
                        push(About::Tests(tests.to_vec()));
                    }
                    let controls = controls.map_or(&[][..], |controls| controls.of(&entry.name));
                    if !controls.is_empty() {
                        push(About::Controls(controls.to_vec()));
                    }
                }
                _ => {}
            }
        }
    }
    lenses
}

/// The number of uses of a macro or list.
pub fn count(snapshot: &Snapshot, kind: ItemKind, name: &str) -> usize {
    let index = NameIndex::new(snapshot);
    reference::places(&index, &Referent::Named(kind, name)).0.len()
}
