//! Rules that work on some engines only.

pub mod json_plugin_required;
pub mod needs_newer_engine;
pub mod plugin_version_too_low;
mod versions;
