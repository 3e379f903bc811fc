//! Parsing: YAML with spans, items with their keys, conditions and outputs. Never fails: errors leave holes in the
//! trees.

pub mod ast;
pub mod condition;
pub mod glob;
pub mod items;
pub mod json_schema;
pub mod lexer;
pub mod output;
pub mod re2;
pub mod sniff;
pub mod token;
pub mod yaml;
