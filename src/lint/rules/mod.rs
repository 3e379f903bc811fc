//! All lints. The order is that in which they speak: of two that would say something about one place, the earlier does.

pub mod correctness;
pub mod performance;
pub mod portability;
pub mod style;

use super::Lint;

/// All of them, the most specific first.
pub static LINTS: &[&dyn Lint] = &[
    // What a condition says by mistake.
    &correctness::exception_swallows_rule::ExceptionSwallowsRule,
    &correctness::list_substitution_surprise::ListSubstitutionSurprise,
    &correctness::precedence_surprise::PrecedenceSurprise,
    &correctness::unanchored_contains::UnanchoredContains,
    &correctness::glob_without_wildcard::GlobWithoutWildcard,
    &correctness::duplicate_list_item::DuplicateListItem,
    &correctness::duplicate_rule_body::DuplicateRuleBody,
    // Where it works.
    &portability::json_plugin_required::JsonPluginRequired,
    &portability::plugin_version_too_low::PluginVersionTooLow,
    &portability::needs_newer_engine::NeedsNewerEngine,
    // What it costs.
    &performance::expensive_first::ExpensiveFirst,
    &performance::no_event_name::NoEventName,
    // How it reads.
    &style::missing_tags::MissingTags,
    &style::unknown_mitre_technique::UnknownMitreTechnique,
    &style::output_without_who::OutputWithoutWho,
    &style::key_order::KeyOrder,
    &style::rule_name_style::RuleNameStyle,
    &style::double_negation::DoubleNegation,
    &style::priority_spelling::PrioritySpelling,
    &style::list_for_repeated_equality::ListForRepeatedEquality,
    &style::redundant_parentheses::RedundantParentheses,
];
