//! The catalogue of what Falco itself refuses or warns about. Each doc comment is a page of the documentation.

mod changes;
mod fields;
mod items;
mod names;
mod requirements;
mod syntax;
mod types;
mod yaml;

pub use changes::*;
pub use fields::*;
pub use items::*;
pub use names::*;
pub use requirements::*;
pub use syntax::*;
pub use types::*;
pub use yaml::*;

use crate::diag::Check;

/// All of them, file by file.
pub static CHECKS: &[&[&Check]] = &[
    yaml::CHECKS,
    items::CHECKS,
    changes::CHECKS,
    syntax::CHECKS,
    names::CHECKS,
    fields::CHECKS,
    types::CHECKS,
    requirements::CHECKS,
];
