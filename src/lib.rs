//! rulec: the compiler and linter for Falco and Sysdig rules on AWS CloudTrail.
//!
//! [`Ruleset`] is where to begin: it takes rules files as texts, and checks, runs and compiles them. All results are plain
//! data. Nothing here reads a disk, a clock or the environment, except [`program`], which is the command line.
//!
//! | function | does what this command does |
//! |---|---|
//! | [`Ruleset::check`] | `rulec check` |
//! | [`Ruleset::describe`] | `rulec describe` |
//! | [`Ruleset::scan`] | `rulec scan` |
//! | [`Ruleset::test`] | `rulec test` |
//! | [`Ruleset::coverage`] | `rulec coverage` |
//! | [`Ruleset::compile`] | `rulec compile` |
//! | [`format()`] | `rulec fmt` |
//! | [`explain`] | `rulec explain` |
#![cfg_attr(
    not(all(feature = "cli", feature = "lsp")),
    allow(dead_code, unused_imports, reason = "the program needs more than the library gives away")
)]

mod analysis;
mod api;
mod backend;
mod bundled;
#[cfg(feature = "cli")]
mod cli;
mod cloudtrail;
mod config;
mod coverage;
mod diag;
mod embedded;
mod eval;
#[cfg(any(feature = "cli", feature = "lsp"))]
mod files;
mod fix;
mod format;
mod ide;
#[cfg(any(test, feature = "internals"))]
#[doc(hidden)]
pub mod internals;
mod lint;
mod logic;
#[cfg(feature = "lsp")]
mod lsp;
mod nearest;
mod render;
mod schema;
mod sema;
mod source;
mod syntax;
mod testing;

pub use api::*;
pub use backend::fit::Approximate;
#[cfg(feature = "cli")]
pub use cli::main as program;
pub use coverage::{Scope, Status, Verdict};
pub use diag::Severity;
pub use eval::Matching;
pub use render::{Format, Summary};

use diag::declare_check;

#[cfg(test)]
extern crate self as rulec;
#[cfg(test)]
#[path = "../tests/unit/mod.rs"]
mod unit;
