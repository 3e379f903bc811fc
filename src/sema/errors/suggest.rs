//! "Did you mean": the nearest of some names.

/// The known name closest to `name`, if one is close enough to be a slip.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // A ruleset with thousands of names and thousands of slips must not cost their product.
    const LOOK_AT: usize = 2_000;
    let allowed = match name.chars().count() {
        0..=2 => return None,
        3..=5 => 1,
        6..=10 => 2,
        _ => 3,
    };
    known
        .take(LOOK_AT)
        .filter(|known| known.len().abs_diff(name.len()) <= allowed && *known != name)
        .map(|known| (strsim::osa_distance(name, known), known))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, known)| known)
}
