//! rulec: the compiler for Falco and Sysdig rules on AWS CloudTrail.
//!
//! ```text
//! files -> source -> syntax -> AST -> sema -> IR -> (logic, eval, lint, target)
//!                      |                |
//!                      +-- diagnostics -+--> analysis -> render -> cli, lsp
//! ```

pub mod analysis;
pub mod backend;
pub mod bundled;
#[cfg(feature = "cli")]
pub mod cli;
pub mod cloudtrail;
pub mod config;
pub mod coverage;
pub mod diag;
pub mod embedded;
pub mod eval;
#[cfg(any(feature = "cli", feature = "lsp"))]
pub mod files;
pub mod fix;
pub mod format;
pub mod ide;
pub mod lint;
pub mod logic;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod nearest;
pub mod render;
pub mod schema;
pub mod sema;
pub mod source;
pub mod syntax;
pub mod testing;

#[cfg(test)]
extern crate self as rulec;
#[cfg(test)]
#[path = "../tests/unit/mod.rs"]
mod unit;
