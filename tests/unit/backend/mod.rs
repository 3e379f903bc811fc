//! Rules compiled for other engines mean what they meant: by proof, and on events.

mod cloudwatch;
mod eventbridge;
mod falco;
mod matcher;
mod random;
mod sigma;
mod sql;
pub(super) mod support;
