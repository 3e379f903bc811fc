//! The condition does not do what it says.

mod always_true;
mod dead_clause;
mod never_true;
mod shadowed_rule;

pub use always_true::AlwaysTrue;
pub use dead_clause::DeadClause;
pub use never_true::NeverTrue;
pub use shadowed_rule::ShadowedRule;
