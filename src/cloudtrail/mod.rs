//! What a CloudTrail record holds, and what the plugins' fields show of it. Pure data and small functions; what is
//! compared, proved or written as a query is made of these rows elsewhere.
//!
//! ```text
//! rulesets/aws/cloudtrail-members.txt -> members
//! path -> fields -> eval (slots), logic (formulas), backend (members, SQL), lint, ide
//! ```

pub mod fields;
pub mod members;
pub mod path;

pub use path::MemberPath;
