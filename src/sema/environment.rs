//! What is taken as given about the engine that will load the rules.

use super::deployment::Deployment;
use super::requirements::Version;
use crate::schema::event_names::KnownEvents;
use crate::schema::{PluginSet, SourceFields};
use std::sync::Arc;

/// The engine and its plugins.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Engine version, `0.63.0` for Falco 0.44.
    pub engine_version: Version,
    /// Plugins taken as loaded.
    pub plugins: Arc<PluginSet>,
    /// Events that are logged though rulec's list lacks them.
    pub known_events: Arc<KnownEvents>,
    /// What becomes of rules that load.
    pub deployment: Arc<Deployment>,
}

/// The engine version of Falco 0.44.
pub const ENGINE_VERSION: Version = Version(0, 63, 0);

impl Default for Environment {
    fn default() -> Environment {
        Environment {
            engine_version: ENGINE_VERSION,
            plugins: Arc::new(PluginSet::default()),
            known_events: Arc::default(),
            deployment: Arc::default(),
        }
    }
}

impl Environment {
    /// The fields rules of a source can use; `None` if nobody provides the source.
    pub fn fields(&self, source: &str) -> Option<&SourceFields> {
        self.plugins.classes(source)
    }

    /// The version of a loaded plugin.
    pub fn plugin_version(&self, name: &str) -> Option<Version> {
        self.plugins.version_of(name).and_then(Version::parse)
    }
}
