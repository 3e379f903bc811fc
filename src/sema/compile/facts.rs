//! Facts of conditions, including those of the macros they use.

use super::macros::Macros;
use crate::schema::{SourceFields, SourceId};
use crate::sema::types::{self, TypeFact};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;

/// The maximum number of findings that the macros of one rule can add.
const MAX_FACTS: usize = 1000;

/// A fact of a condition with the macros it came through: the innermost text and the use in the rule.
#[derive(Clone)]
pub(super) struct TracedFact {
    pub(super) fact: TypeFact,
    /// The macro in whose text the fact stands; `None` for the rule's own.
    pub(super) within: Option<usize>,
    /// The use of the outermost macro in the rule's text.
    pub(super) via: Option<Range<u32>>,
}

/// The facts of macros, computed once for each source.
pub(super) struct MacroFacts<'c, 't, 'a> {
    macros: &'c Macros<'t, 'a>,
    facts: FxHashMap<(usize, SourceId), Arc<Vec<TracedFact>>>,
}

impl<'c, 't, 'a> MacroFacts<'c, 't, 'a> {
    pub(super) fn new(macros: &'c Macros<'t, 'a>) -> Self {
        MacroFacts { macros, facts: FxHashMap::default() }
    }

    /// The facts of a text with those of its macros in their place.
    pub(super) fn flatten(&mut self, own: Vec<TypeFact>, fields: &SourceFields) -> Vec<TracedFact> {
        let mut found = Vec::with_capacity(own.len());
        for fact in own {
            match fact {
                TypeFact::Macro(at, place) => {
                    let inner = self.macro_facts(at, fields);
                    let room = MAX_FACTS.saturating_sub(found.len());
                    found.extend(
                        inner
                            .iter()
                            .take(room)
                            .map(|found| TracedFact { via: Some(place.clone()), ..found.clone() }),
                    );
                }
                fact => found.push(TracedFact { fact, within: None, via: None }),
            }
        }
        found
    }

    /// The facts of a macro and of the macros it uses, computed once for each source.
    fn macro_facts(&mut self, root: usize, fields: &SourceFields) -> Arc<Vec<TracedFact>> {
        let source = fields.id;
        let mut todo = vec![(root, None::<Vec<TypeFact>>)];
        while let Some((at, own)) = todo.pop() {
            if self.facts.contains_key(&(at, source)) {
                continue;
            }
            if self.macros.errors[at].is_some() {
                self.facts.insert((at, source), Arc::default());
                continue;
            }
            let Some(own) = own else {
                let own = types::facts(&self.macros.parsed[at].expr, fields, &|name| self.macros.index(name));
                let inner: Vec<usize> = own
                    .iter()
                    .filter_map(|fact| if let TypeFact::Macro(at, _) = fact { Some(*at) } else { None })
                    .collect();
                todo.push((at, Some(own)));
                todo.extend(inner.into_iter().map(|inner| (inner, None)));
                continue;
            };
            let mut found = Vec::new();
            for fact in own {
                match fact {
                    TypeFact::Macro(inner, _) => {
                        let room = MAX_FACTS.saturating_sub(found.len());
                        found.extend(
                            self.facts
                                .get(&(inner, source))
                                .into_iter()
                                .flat_map(|all| all.iter())
                                .take(room)
                                .cloned(),
                        );
                    }
                    fact => found.push(TracedFact { fact, within: Some(at), via: None }),
                }
            }
            self.facts.insert((at, source), Arc::new(found));
        }
        self.facts.get(&(root, source)).cloned().unwrap_or_default()
    }
}
