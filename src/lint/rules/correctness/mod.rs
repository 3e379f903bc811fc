//! Conditions that do not do what they say.

mod absent_comparison;
mod always_true;
mod case_mismatch;
mod dead_clause;
mod negated_inequality;
mod never_true;
mod numeric_text_comparison;
mod shadowed_rule;

pub use absent_comparison::AbsentComparison;
pub use always_true::AlwaysTrue;
pub use case_mismatch::CaseMismatch;
pub use dead_clause::DeadClause;
pub use negated_inequality::NegatedInequality;
pub use never_true::NeverTrue;
pub use numeric_text_comparison::NumericTextComparison;
pub use shadowed_rule::ShadowedRule;
