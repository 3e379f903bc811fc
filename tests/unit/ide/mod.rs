//! Answers about files that are being written. In the samples `$0` is the cursor, and `@ NAME` begins a file.

mod actions;
mod completion;
mod hints;
mod hover;
mod navigation;
mod rename;
mod robustness;
mod structure;
mod support;
mod tokens;
mod words;
