//! All lints.

use super::Lint;

/// Makes the modules of all lints, the table of them, and `checks` with what they report. A lint is `FILE::TYPE` in its
/// group, a folder.
macro_rules! lints {
    ($($(#[doc = $doc:literal])+ $group:ident { $($file:ident::$lint:ident,)+ })+) => {
        $(
            $(#[doc = $doc])+
            pub mod $group {
                $(
                    #[allow(missing_docs)]
                    pub mod $file;
                )+
            }
        )+

        /// What lints report, for those that yield to it.
        #[allow(ambiguous_glob_reexports, unused_imports)]
        pub mod checks {
            $($(pub use super::$group::$file::*;)+)+
        }

        /// All of them. Their order has no meaning.
        pub static LINTS: &[&dyn Lint] = &[$($(&$group::$file::$lint,)+)+];
    };
}

lints! {
    /// What CloudTrail writes, and what it does not.
    cloudtrail {
        ambiguous_event_name::AmbiguousEventName,
        console_login_error_code::ConsoleLoginErrorCode,
        data_event_needed::DataEventNeeded,
        event_source_mismatch::EventSourceMismatch,
        failed_calls_excluded::FailedCallsExcluded,
        failed_calls_included::FailedCallsIncluded,
        never_extracted_field::NeverExtractedField,
        read_only_noise::ReadOnlyNoise,
        retired_api::RetiredApi,
        unknown_event_name::UnknownEventName,
        unknown_event_source::UnknownEventSource,
        unknown_identity_type::UnknownIdentityType,
    }

    /// Conditions that do not do what they say.
    correctness {
        absent_comparison::AbsentComparison,
        always_true::AlwaysTrue,
        case_mismatch::CaseMismatch,
        dead_clause::DeadClause,
        duplicate_list_item::DuplicateListItem,
        duplicate_rule_body::DuplicateRuleBody,
        exception_swallows_rule::ExceptionSwallowsRule,
        glob_without_wildcard::GlobWithoutWildcard,
        list_substitution_surprise::ListSubstitutionSurprise,
        negated_inequality::NegatedInequality,
        never_true::NeverTrue,
        numeric_text_comparison::NumericTextComparison,
        precedence_surprise::PrecedenceSurprise,
        shadowed_rule::ShadowedRule,
        unanchored_contains::UnanchoredContains,
    }

    /// Rules that cost more than they must.
    performance {
        expensive_first::ExpensiveFirst,
        no_event_name::NoEventName,
    }

    /// Rules that work on some engines only.
    portability {
        json_plugin_required::JsonPluginRequired,
        needs_newer_engine::NeedsNewerEngine,
        plugin_version_too_low::PluginVersionTooLow,
    }

    /// What could be written better.
    style {
        double_negation::DoubleNegation,
        key_order::KeyOrder,
        list_for_repeated_equality::ListForRepeatedEquality,
        missing_tags::MissingTags,
        output_without_who::OutputWithoutWho,
        priority_spelling::PrioritySpelling,
        redundant_parentheses::RedundantParentheses,
        rule_name_style::RuleNameStyle,
        unknown_mitre_technique::UnknownMitreTechnique,
    }
}
