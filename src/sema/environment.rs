//! The environment that rules are checked against: engine, plugins and deployment.

use super::deployment::Deployment;
use super::requirements::Version;
use crate::schema::event_names::KnownEvents;
use crate::schema::{PluginSet, SourceFields};
use std::sync::Arc;

/// The engine, its plugins and its deployment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Engine version, `0.63.0` for Falco 0.45.
    pub engine_version: Version,
    /// Plugins assumed to be loaded.
    pub plugins: Arc<PluginSet>,
    /// Event names that the user adds to rulec's list.
    pub known_events: Arc<KnownEvents>,
    /// The effect of the deployment on rules that load.
    pub deployment: Arc<Deployment>,
}

/// The engine version of Falco 0.45.
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
    /// The fields of a source; `None` if no plugin provides it.
    pub fn fields(&self, source: &str) -> Option<&SourceFields> {
        self.plugins.classes(source)
    }

    /// The version of a loaded plugin.
    pub fn plugin_version(&self, name: &str) -> Option<Version> {
        self.plugins.version_of(name).and_then(Version::parse)
    }
}
