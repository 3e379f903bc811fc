//! The program from outside: its commands, and what pages say of them.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic)]

#[cfg(unix)]
mod action;
mod cli;
mod glossary;
#[cfg(unix)]
mod pages;
mod pictures;
mod readme;
mod rulesets;
#[cfg(unix)]
mod tutorial;
