//! Why something cannot be answered.

use super::Finding;
use std::fmt;

/// Why there is no result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The rules do not load; these errors keep them from it.
    Rules(Vec<Finding>),
    /// The rules do not serve here, for this reason.
    Refused(String),
    /// An option or argument is wrong.
    Argument(String),
    /// rulec contradicts itself. Please report it with the rules.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Rules(found) => {
                let first = found.first().map(|found| format!(": {found}"));
                write!(f, "the rules do not load{}", first.unwrap_or_default())
            }
            Error::Refused(reason) | Error::Argument(reason) => f.write_str(reason),
            Error::Internal(reason) => write!(f, "internal error in rulec: {reason}"),
        }
    }
}

impl std::error::Error for Error {}
