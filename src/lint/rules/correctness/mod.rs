//! Conditions that do not do what they say.

mod absent_comparison;
mod case_mismatch;
mod negated_inequality;
mod numeric_text_comparison;

pub use absent_comparison::AbsentComparison;
pub use case_mismatch::CaseMismatch;
pub use negated_inequality::NegatedInequality;
pub use numeric_text_comparison::NumericTextComparison;
