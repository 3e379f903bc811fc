//! The engine that the flags describe.

use super::Failure;
use super::args::Load;
use super::settings::Settings;
use crate::analysis::Options;
use crate::files::engine::{self, EngineSettings, SettingError};
use crate::schema::{Plugin, PluginSet};

pub use crate::files::engine::{bundled, of_catalogue};

/// The options for an analysis; flags override `rulec.toml`.
pub fn options(args: &Load, settings: &mut Settings) -> Result<Options, Failure> {
    let asked = EngineSettings {
        plugins: &args.plugins,
        engine_version: args.engine_version.as_deref(),
        falco_config: args.falco_config.as_deref(),
        schemas: &args.schema,
    };
    engine::options(asked, settings).map_err(of_flag)
}

/// The plugins of the flag, or the bundled ones without it.
pub fn plugin_set(flag: &[String]) -> Result<PluginSet, Failure> {
    engine::plugin_set(flag).map_err(of_flag)
}

/// The plugins with field lists of the user.
pub fn own_plugins(args: &Load, settings: &Settings) -> Result<Vec<Plugin>, Failure> {
    engine::own_plugins(&args.schema, settings).map(|(plugins, _)| plugins).map_err(of_flag)
}

/// Names the setting as its flag is written.
fn of_flag(error: SettingError) -> Failure {
    match error.parts() {
        (Some(name), reason) => Failure::new(format!("--{name}: {reason}")),
        (None, reason) => Failure::new(reason),
    }
}
