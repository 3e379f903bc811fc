//! The catalogue of all checks, and what is done with findings before anyone sees them.

pub mod meta;
pub mod suppress;

use crate::diag::Check;

/// Every check there is, in the order of their codes' declaration.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    // One entry per file that declares checks.
    crate::sema::checks::CHECKS.iter().copied().chain([meta::CHECKS]).flatten().copied()
}

/// The check with this name or `RC` code.
pub fn find(name_or_code: &str) -> Option<&'static Check> {
    checks().find(|check| check.name == name_or_code || check.code.eq_ignore_ascii_case(name_or_code))
}

/// The name of the check that was probably meant.
pub fn did_you_mean(name: &str) -> Option<&'static str> {
    nearest(name, checks().map(|check| check.name))
}

/// The candidate closest to `name`, if one is close enough to be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}
