//! Coverage of a benchmark's controls by rules. Each answer is a proof or an event that no counted rule fires on.
//!
//! ```text
//! controls.yaml -> Catalogue -> Benchmark (conditions of one version and scope) -+
//!                                                                                v
//! rules, policies -> counted -> names (rules by event name) ------> judge: rows, then controls -> Coverage
//!                                                                     |      ^
//!                                                                   logic   eval (confirms every witness)
//! ```
//! `eval` confirms every witness before it is shown: the control's condition holds for it and no counted rule fires.
//! A disagreement of `logic` and `eval` is an error of rulec and ends the run.

mod about;
pub mod baseline;
mod benchmark;
pub mod catalogue;
pub mod checks;
mod condition;
mod counted;
pub mod guardduty;
mod judge;
mod names;
pub mod policies;
mod proof;
pub mod suggest;

pub use about::controls_of;
pub use benchmark::{Benchmark, Control, Row, Scope};
pub use catalogue::Catalogue;
pub use counted::{Count, Silent};
pub use judge::cover;
pub use proof::{Confirmed, Disagreement};

use crate::source::Span;
use guardduty::{Extent, Severity};

/// The proved verdict on a control.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Undecided.
    Unknown,
    /// No row is covered, not even in part.
    None,
    /// Some rows are covered, or covered in part.
    Partial,
    /// Every event that the control asks for makes a counted rule fire.
    Full,
}

/// The proved verdict on one event of a control.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// Undecided.
    Unknown,
    /// No rule specific to this event fires.
    Missing,
    /// A rule specific to this event fires, but not always.
    Conditional,
    /// A counted rule always fires.
    Covered,
}

/// Whether the purpose of a control is served, by a stated rule and without proof.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// ×
    None,
    /// △
    Partial,
    /// ◯
    Full,
}

impl Verdict {
    /// `full`, `partial`, `none` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Unknown => "unknown",
            Verdict::None => "none",
            Verdict::Partial => "partial",
            Verdict::Full => "full",
        }
    }
}

impl Status {
    /// `covered`, `conditional`, `missing` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Unknown => "unknown",
            Status::Missing => "missing",
            Status::Conditional => "conditional",
            Status::Covered => "covered",
        }
    }
}

impl Purpose {
    /// `full`, `partial` or `none`.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::None => "none",
            Purpose::Partial => "partial",
            Purpose::Full => "full",
        }
    }

    /// ◯, △ or ×.
    pub fn mark(self) -> &'static str {
        match self {
            Purpose::None => "×",
            Purpose::Partial => "△",
            Purpose::Full => "◯",
        }
    }
}

/// Coverage of a benchmark. Rules are indices into the given rules.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Indices of the rules that count, in evaluation order.
    pub counted: Vec<usize>,
    /// The controls, in the benchmark's order.
    pub controls: Vec<Covered>,
    /// Counted rules that an earlier, not counted rule precludes under `rule_matching: first`.
    pub hidden: Vec<Hidden>,
}

/// Coverage of a control.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The proved verdict.
    pub verdict: Verdict,
    /// Whether its purpose is served.
    pub purpose: Purpose,
    /// The rules that cover it together if it is full, else those that cover some rows or overlap.
    pub rules: Vec<usize>,
    /// An event that no counted rule fires on, if it is not full.
    pub witness: Option<Confirmed>,
    /// Why the verdict is unknown.
    pub reason: Option<String>,
    /// The events of the benchmark.
    pub events: Vec<EventCovered>,
    /// Events beyond the benchmark.
    pub hardening: Vec<EventCovered>,
    /// GuardDuty findings that address it.
    pub findings: Vec<Addressed>,
}

/// Coverage of one event.
#[derive(Clone, Debug)]
pub struct EventCovered {
    /// The event.
    pub row: Row,
    /// The proved verdict.
    pub status: Status,
    /// A minimal set of rules that covers it, or the specific rules that overlap.
    pub rules: Vec<usize>,
    /// Rules that overlap but are not specific.
    pub incidental: Vec<usize>,
    /// For each of `rules` that does not cover the row alone, the clauses that narrow it.
    pub narrowed: Vec<Narrowed>,
    /// An event that no counted rule fires on.
    pub witness: Option<Confirmed>,
    /// Why the verdict is unknown.
    pub reason: Option<String>,
}

/// The clauses that keep a rule from covering a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Narrowed {
    /// The rule.
    pub rule: usize,
    /// The clauses that the witness does not satisfy.
    pub clauses: Vec<Span>,
}

/// A GuardDuty finding that addresses a control.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addressed {
    /// Its type.
    pub finding: String,
    /// Its severity.
    pub severity: Severity,
    /// How much of the control it reports.
    pub extent: Extent,
}

/// A counted rule that does not fire on some events under `rule_matching: first`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hidden {
    /// The counted rule.
    pub rule: usize,
    /// The earlier rule that does not count.
    pub by: usize,
}
