//! Conditions that do not do what they say.

mod absent_comparison;
mod always_true;
mod case_mismatch;
mod dead_clause;
mod duplicate_list_item;
mod duplicate_rule_body;
mod exception_swallows_rule;
mod glob_without_wildcard;
mod list_substitution_surprise;
mod negated_inequality;
mod never_true;
mod numeric_text_comparison;
mod precedence_surprise;
mod shadowed_rule;
mod unanchored_contains;

pub use absent_comparison::AbsentComparison;
pub use always_true::AlwaysTrue;
pub use case_mismatch::CaseMismatch;
pub use dead_clause::DeadClause;
pub use duplicate_list_item::DuplicateListItem;
pub use duplicate_rule_body::DuplicateRuleBody;
pub use exception_swallows_rule::ExceptionSwallowsRule;
pub use glob_without_wildcard::GlobWithoutWildcard;
pub use list_substitution_surprise::ListSubstitutionSurprise;
pub use negated_inequality::NegatedInequality;
pub use never_true::NeverTrue;
pub use numeric_text_comparison::NumericTextComparison;
pub use precedence_surprise::PrecedenceSurprise;
pub use shadowed_rule::ShadowedRule;
pub use unanchored_contains::UnanchoredContains;
