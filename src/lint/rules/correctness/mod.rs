//! Conditions that do not do what they say.

pub mod duplicate_list_item;
pub mod duplicate_rule_body;
pub mod exception_swallows_rule;
pub mod glob_without_wildcard;
pub mod list_substitution_surprise;
pub mod precedence_surprise;
pub mod unanchored_contains;
