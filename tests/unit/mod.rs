//! Tests of the crate from inside, one file or folder for each area. They name the crate `rulec`, as code outside of it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod backend;
mod conformance;
mod coverage;
#[path = "support/ebnf.rs"]
mod ebnf;
mod embedded;
mod eval;
mod event_lints;
mod fields;
mod findings;
mod format;
#[path = "support/formatting.rs"]
mod formatting;
#[path = "../bench/records.rs"]
#[allow(dead_code)]
mod generated;
mod ide;
mod incremental;
mod lint_fixes;
mod lints;
mod logic;
#[path = "support/recorded.rs"]
mod recorded;
mod render;
mod robustness;
mod support;
mod tree;
mod yaml;
