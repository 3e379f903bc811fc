//! Semantics: items merged in Falco's order, names resolved, fields and values checked.
//!
//! ```text
//! streams -> collect (append, override) -> compile (lists, macros, conditions, outputs) -> findings, IR
//! ```

pub mod checks;
pub mod collect;
pub mod compile;
pub mod compiled;
pub mod deployment;
pub mod describe;
pub mod environment;
pub mod errors;
pub mod event_types;
pub mod exceptions;
pub mod graph;
pub mod ir;
pub mod lists;
pub mod lower;
pub mod names;
pub mod outputs;
pub mod pattern;
pub mod predicate;
pub mod print;
pub mod report;
pub mod requirements;
pub mod text;
pub mod types;
pub mod values;
