//! Resolution of macros by name: existence, visibility and loops.

use super::collect::MacroInfo;
use super::collect::Table;
use crate::syntax::ast::{Expr, ExprKind, TextRange};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// A use of a macro in a text.
#[derive(Clone, Debug)]
pub struct Use<'t> {
    /// The name of the macro.
    pub name: &'t str,
    /// The place of the use.
    pub place: TextRange,
}

/// The uses of macros in a condition, left to right.
pub fn uses<'t>(expr: &Expr<'t>) -> Vec<Use<'t>> {
    let mut found = Vec::new();
    expr.walk(&mut |part| {
        if let ExprKind::Macro(name) = part.kind {
            found.push(Use { name, place: part.place.clone() });
        }
    });
    found
}

/// Why a macro cannot be resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameErrorKind {
    /// No macro of that name, or none that the user can see.
    Undefined(String),
    /// A loop through this macro.
    Loop(String),
}

/// A name that cannot be resolved.
#[derive(Clone, Debug)]
pub struct NameError {
    /// The reason.
    pub kind: NameErrorKind,
    /// Index of the macro whose text contains it.
    pub within: usize,
    /// Its place in that text.
    pub place: TextRange,
    /// The place in the text of the macro that is being resolved.
    pub root_place: TextRange,
}

/// Resolves all macros in the order of their first definition, as Falco: a macro sees those that were
/// first defined before its own latest change. Returns the error of each that has one.
pub fn resolve(macros: &Table<'_, MacroInfo<'_>>, uses: &[Vec<Use<'_>>]) -> Vec<Option<NameError>> {
    let targets: Vec<Vec<Option<usize>>> =
        uses.iter().map(|uses| uses.iter().map(|used| macros.index_of(used.name)).collect()).collect();
    let needs = needs(macros, &targets);
    (0..uses.len())
        .map(|root| {
            // The common case is free: no loop, and everything reachable is visible.
            let clean = needs[root].is_some_and(|need| need <= macros.items[root].visibility);
            if clean { None } else { search(macros, uses, &targets, root) }
        })
        .collect()
}

/// For each macro one more than the highest definition number it reaches; `None` if it reaches a loop or
/// a name that does not exist.
fn needs(macros: &Table<'_, MacroInfo<'_>>, targets: &[Vec<Option<usize>>]) -> Vec<Option<u32>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(targets.len(), targets.len());
    let nodes: Vec<NodeIndex> = targets.iter().map(|_| graph.add_node(())).collect();
    for (from, targets) in targets.iter().enumerate() {
        for &to in targets.iter().flatten() {
            graph.add_edge(nodes[from], nodes[to], ());
        }
    }
    let mut needs: Vec<Option<u32>> = vec![None; targets.len()];
    // Components are ordered after those they point to.
    for component in kosaraju_scc(&graph) {
        let [node] = component[..] else { continue };
        let at = node.index();
        if targets[at].contains(&Some(at)) {
            continue;
        }
        let need = targets[at].iter().try_fold(0, |need: u32, &target| {
            let target = target?;
            Some(need.max(needs[target]?).max(macros.items[target].index + 1))
        });
        needs[at] = need;
    }
    needs
}

/// Falco's own walk, for the message: into every unresolved macro, depth first.
fn search(
    macros: &Table<'_, MacroInfo<'_>>,
    uses: &[Vec<Use<'_>>],
    targets: &[Vec<Option<usize>>],
    root: usize,
) -> Option<NameError> {
    let visibility = macros.items[root].visibility;
    let mut unknown = None;
    let mut done = vec![false; uses.len()];
    // (macro, next use to look at); the root itself is not on Falco's path.
    let mut path: Vec<(usize, usize)> = vec![(root, 0)];
    while let Some(&(at, next)) = path.last() {
        let Some(used) = uses[at].get(next) else {
            path.pop();
            if !path.is_empty() {
                done[at] = true;
            }
            continue;
        };
        if let Some(last) = path.last_mut() {
            last.1 += 1;
        }
        let error = |trouble| NameError {
            kind: trouble,
            within: at,
            place: used.place.clone(),
            root_place: root_place(&uses[root], &path),
        };
        match targets[at][next].filter(|&target| macros.items[target].index < visibility) {
            None => {
                let undefined = error(NameErrorKind::Undefined(used.name.to_owned()));
                unknown.get_or_insert(undefined);
            }
            Some(target) if path[1..].iter().any(|&(on_path, _)| on_path == target) => {
                return Some(error(NameErrorKind::Loop(used.name.to_owned())));
            }
            // Earlier macros are resolved by now, or reported.
            Some(target) if target < root || done[target] => {}
            Some(target) => path.push((target, 0)),
        }
    }
    unknown
}

fn root_place(uses: &[Use<'_>], path: &[(usize, usize)]) -> TextRange {
    path.first()
        .and_then(|&(_, next)| uses.get(next.saturating_sub(1)))
        .map_or(0..0, |used| used.place.clone())
}
