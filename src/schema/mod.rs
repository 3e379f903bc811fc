//! Which fields exist: types, arguments and meaning of each, per event source, and the known AWS event names.
//!
//! ```text
//! rulesets/schemas/*.json -> load -> Schema -+
//!                                            +-> PluginSet -> SourceFields -> resolve, suggest
//! plugin names from the user ----------------+
//! rulesets/aws-events.txt -> event_names
//! rulesets/aws/*.txt -> aws_facts
//! ```
//!
//! Nothing is parsed before it is needed, and nothing twice.

pub mod aws_facts;
mod builtin;
pub mod classes;
pub mod event_names;
pub mod field;
pub mod load;
pub mod plugins;
mod suggest;

pub use classes::{FieldProblem, LookupError, Resolved, SourceFields, SourceId};
pub use field::{EventType, Field, Schema, Type};
pub use plugins::{Plugin, PluginSet, bundled_plugins, event_type, event_types};
pub use suggest::dialect;
