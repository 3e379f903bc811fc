//! The program from outside: its commands, and what pages say of them.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[cfg(unix)]
mod action;
mod cli;
mod conformance;
mod glossary;
#[cfg(unix)]
mod pages;
mod pictures;
mod readme;
#[path = "../unit/support/recorded.rs"]
mod recorded;
mod rulesets;
#[cfg(unix)]
mod tutorial;
