//! All lints. The order is that in which they speak: of two that would say something about one place, the earlier does.

mod cloudtrail;
mod correctness;
mod performance;
mod portability;
mod style;

use super::Lint;

/// All of them, the most specific first.
pub static LINTS: &[&dyn Lint] = &[
    // What CloudTrail writes.
    &cloudtrail::EventSourceMismatch,
    &cloudtrail::NeverExtractedField,
    &cloudtrail::UnknownIdentityType,
    &correctness::AbsentComparison,
    &correctness::CaseMismatch,
    &cloudtrail::UnknownEventName,
    &cloudtrail::UnknownEventSource,
    &cloudtrail::ConsoleLoginErrorCode,
    &cloudtrail::FailedCallsExcluded,
    &cloudtrail::FailedCallsIncluded,
    &cloudtrail::RetiredApi,
    &cloudtrail::AmbiguousEventName,
    &cloudtrail::DataEventNeeded,
    &cloudtrail::ReadOnlyNoise,
    // What a condition says by mistake.
    &correctness::ExceptionSwallowsRule,
    &correctness::ListSubstitutionSurprise,
    &correctness::PrecedenceSurprise,
    &correctness::UnanchoredContains,
    &correctness::GlobWithoutWildcard,
    &correctness::NegatedInequality,
    &correctness::NumericTextComparison,
    &correctness::DuplicateListItem,
    &correctness::DuplicateRuleBody,
    &correctness::NeverTrue,
    &correctness::AlwaysTrue,
    &correctness::DeadClause,
    &correctness::ShadowedRule,
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
