//! Rules compiled for other engines mean what they meant: by proof, and on events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cloudwatch;
mod eventbridge;
mod falco;
mod random;
mod sigma;
mod sql;
mod support;
