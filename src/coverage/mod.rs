//! Which controls of a benchmark the rules cover, by proof: covered, or an event that slips through.
//!
//! ```text
//! controls.yaml -> Catalogue -> Benchmark (conditions of one version and scope) -+
//!                                                                                v
//! rules, policies -> counted -> names (who can hear an event) ----> judge: rows, then controls -> Coverage
//!                                                                     |      ^
//!                                                                   logic   eval (confirms every witness)
//! ```
//!
//! A witness is confirmed by `eval` before anyone sees it: the control's condition holds for it and no counted rule
//! fires. If `logic` and `eval` disagree, that is an error of rulec, told as such.

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

/// What a proof says of a control.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Undecided.
    Unknown,
    /// No row is covered, not even in part.
    None,
    /// Some of it.
    Partial,
    /// Every event that the control asks for makes a counted rule fire.
    Full,
}

/// What a proof says of one event of a control.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// Undecided.
    Unknown,
    /// No rule that is about this event fires.
    Missing,
    /// A rule about this event fires, but not always.
    Conditional,
    /// A counted rule always fires.
    Covered,
}

/// Whether the purpose of a control is served, by a stated rule and no proof.
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

/// What the rules cover of a benchmark. Rules are indices into the rules that were given.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Indices of the rules that count, in evaluation order.
    pub counted: Vec<usize>,
    /// The controls, in the benchmark's order.
    pub controls: Vec<Covered>,
    /// Rules that do not count and come before one that does: under `rule_matching: first` they take its events.
    pub hidden: Vec<Hidden>,
}

/// What the rules cover of a control.
#[derive(Clone, Debug)]
pub struct Covered {
    /// What is proved.
    pub verdict: Verdict,
    /// What is served.
    pub purpose: Purpose,
    /// The rules that cover it together if it is full; else those that cover rows, or overlap.
    pub rules: Vec<usize>,
    /// An event that slips through, if it is not full.
    pub witness: Option<Confirmed>,
    /// Why it is undecided.
    pub reason: Option<String>,
    /// The events of the benchmark.
    pub events: Vec<EventCovered>,
    /// Events beyond the benchmark.
    pub hardening: Vec<EventCovered>,
    /// GuardDuty findings that address it.
    pub findings: Vec<Addressed>,
}

/// What the rules cover of one event.
#[derive(Clone, Debug)]
pub struct EventCovered {
    /// Which event.
    pub row: Row,
    /// What is proved.
    pub status: Status,
    /// A smallest set that covers it, or the specific rules that overlap.
    pub rules: Vec<usize>,
    /// Rules that overlap though they are about no event in particular.
    pub incidental: Vec<usize>,
    /// For each of `rules` that does not cover the row alone: what narrows it.
    pub narrowed: Vec<Narrowed>,
    /// An event that slips through.
    pub witness: Option<Confirmed>,
    /// Why it is undecided.
    pub reason: Option<String>,
}

/// What keeps a rule from covering a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Narrowed {
    /// The rule.
    pub rule: usize,
    /// The clauses that the witness does not satisfy.
    pub clauses: Vec<Span>,
}

/// A GuardDuty finding beside the rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addressed {
    /// Its type.
    pub finding: String,
    /// Its severity.
    pub severity: Severity,
    /// How far it goes.
    pub extent: Extent,
}

/// A counted rule that stays silent on some events under `rule_matching: first`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hidden {
    /// The counted rule.
    pub rule: usize,
    /// The earlier rule that does not count.
    pub by: usize,
}
