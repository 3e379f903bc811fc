//! All lints. The order is that in which they speak: of two that would say something about one place, the earlier does.

use super::Lint;

/// All of them, the most specific first.
pub static LINTS: &[&dyn Lint] = &[];
