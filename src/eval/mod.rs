//! Evaluation of rules on CloudTrail records as Falco does with its cloudtrail and json plugins.
//!
//! ```text
//! log -> batches of records -> Event (fields as the plugin extracts them) -> Engine (all rules at once) -> Alert
//! ```

mod compare;
mod event;
mod field;
mod generic;
mod index;
pub mod json;
pub mod log;
mod matches;
mod output;
mod plan;
pub mod profile;
mod records;
pub mod rows;
pub mod tally;
mod term;
pub mod time;
pub mod timeline;
mod value;
mod views;

pub use event::{Event, Host, Skipped};
pub use matches::{Why, explain, holds};
#[cfg(test)]
pub use records::records;

use crate::sema::ir::{FieldRef, OutputPart, Rule, Test};
use event::View;
use field::Field;
use index::RuleIndex;
use json::Paths;
use output::Output;
use plan::{Builder, Cache, Graph, NodeId, PlanNode};
use std::borrow::Cow;

/// The event source of the rules that run.
pub const SOURCE: &str = "aws_cloudtrail";

/// The rules that raise alerts if several match, as Falco's `rule_matching`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Matching {
    /// The first in evaluation order: Falco's default.
    #[default]
    First,
    /// All matching rules.
    All,
}

/// Rules compiled for many events.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Rule>,
    outputs: Vec<Output>,
    roots: Vec<NodeId>,
    graph: Graph,
    index: RuleIndex,
    paths: Paths,
    host: Host,
    user: Field,
    address: Field,
    numbered: bool,
}

/// An alert of a rule on an event.
#[derive(Clone, PartialEq, Debug)]
pub struct Alert {
    /// Index of the rule.
    pub rule: usize,
    /// The event's time in nanoseconds since 1970.
    pub time: i64,
    /// The rendered output, without Falco's leading time and priority.
    pub output: String,
    /// `output_fields` in order.
    pub fields: Vec<(String, serde_json::Value)>,
}

impl Engine {
    /// Compiles rules. Rules of other sources and disabled ones never fire.
    pub fn new(rules: Vec<Rule>) -> Engine {
        Engine::with_host(rules, Host::default())
    }

    /// Compiles rules for a machine.
    pub fn with_host(rules: Vec<Rule>, host: Host) -> Engine {
        let mut paths = event::paths();
        let mut builder = Builder::default();
        let (mut outputs, mut roots, mut active) = (Vec::new(), Vec::new(), Vec::new());
        for (at, rule) in rules.iter().enumerate() {
            let root = match is_active(rule) {
                true => builder.add(&rule.condition, &mut paths),
                false => builder.add(&crate::sema::ir::Pred::Const(false), &mut paths),
            };
            roots.push(root);
            active.push((at as u32, root));
            outputs.push(output::bind(&rule.output, &rule.extra_fields, &mut paths));
        }
        let graph = builder.finish(&roots);
        active.retain(|(_, root)| graph.nodes[*root as usize] != PlanNode::Const(false));
        let index = index::build(&active, &graph, &mut paths);
        let [user, address] = WHO.map(|name| field::named(name, &mut paths));
        paths.finish();
        let numbered = rules.iter().filter(|rule| is_active(rule)).any(counts_events);
        Engine { rules, outputs, roots, graph, index, paths, host, user, address, numbered }
    }

    /// Whether a rule depends on an event's number or on the time since the first event.
    pub fn numbered(&self) -> bool {
        self.numbered
    }

    /// User and address of an event: `ct.user` and `ct.srcip`.
    pub fn who<'e>(&'e self, event: &'e Event<'_>) -> [Option<Cow<'e, [u8]>>; 2] {
        let view = View::new(event, &self.paths);
        [self.user.text(view), self.address.text(view)]
    }

    /// The rules, by index.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Reads one record: one element of `Records`.
    pub fn event<'r>(&'r self, record: &'r [u8], num: u64) -> Result<Event<'r>, Skipped> {
        Event::read(record, num, &self.paths, &self.host)
    }

    /// The rules that fire on an event, in evaluation order.
    pub fn matches(&self, event: &Event<'_>, matching: Matching) -> Vec<usize> {
        let view = View::new(event, &self.paths);
        let mut fired = Vec::new();
        let candidates = self.index.candidates(view);
        if candidates.is_empty() {
            return fired;
        }
        let words = Cache::words(self.graph.results);
        let (mut few, mut many) = ([0; 32], Vec::new());
        let mut cache = Cache(match few.get_mut(..words) {
            Some(few) => few,
            None => {
                many.resize(words, 0);
                &mut many
            }
        });
        for rule in candidates {
            let rule = rule as usize;
            if self.graph.holds(self.roots[rule], view, &mut cache) {
                fired.push(rule);
                if matching == Matching::First {
                    break;
                }
            }
        }
        fired
    }

    /// The alert of a rule that fires on an event.
    pub fn alert(&self, rule: usize, event: &Event<'_>) -> Alert {
        let view = View::new(event, &self.paths);
        let output = &self.outputs[rule];
        Alert { rule, time: event.time, output: output.text(view), fields: output.fields(view) }
    }
}

/// Whether the rule can fire: it is enabled and for CloudTrail.
pub fn is_active(rule: &Rule) -> bool {
    rule.enabled && rule.source == SOURCE
}

const WHO: [&str; 2] = ["ct.user", "ct.srcip"];

/// Whether the rule depends on other events.
fn counts_events(rule: &Rule) -> bool {
    let mut found = false;
    let mut look = |field: &FieldRef| found |= generic::is_relative(&field.name);
    rule.condition.atoms(&mut |atom| {
        atom.left.fields(&mut look);
        if let Test::Term { term, .. } = &atom.test {
            term.fields(&mut look);
        }
    });
    for part in &rule.output {
        if let OutputPart::Term { term, .. } = part {
            term.fields(&mut look);
        }
    }
    found
}
