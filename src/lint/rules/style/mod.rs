//! What could be said better.

pub mod double_negation;
pub mod key_order;
pub mod list_for_repeated_equality;
pub mod missing_tags;
pub mod output_without_who;
pub mod priority_spelling;
pub mod redundant_parentheses;
pub mod rule_name_style;
pub mod unknown_mitre_technique;
