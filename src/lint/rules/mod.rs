//! All lints. The order is that in which they speak: of two that would say something about one place, the earlier does.

mod cloudtrail;
mod correctness;

use super::Lint;

/// All of them, the most specific first.
pub static LINTS: &[&dyn Lint] = &[
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
    &correctness::NegatedInequality,
    &correctness::NumericTextComparison,
    &correctness::NeverTrue,
    &correctness::AlwaysTrue,
    &correctness::DeadClause,
    &correctness::ShadowedRule,
];
