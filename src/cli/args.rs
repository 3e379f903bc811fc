//! Arguments that several commands share.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

/// A parser for these values by their names. Each has a line of help, which is empty if the name suffices.
pub fn choice<T>(all: Vec<(T, &'static str, &'static str)>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    let names =
        all.iter().map(|&(_, name, help)| PossibleValue::new(name).help((!help.is_empty()).then_some(help)));
    PossibleValuesParser::new(names).try_map(move |given| {
        let value = all.iter().find(|(_, name, _)| *name == given).map(|(value, ..)| value.clone());
        value.ok_or("there is no such value")
    })
}

/// The rules files, and the engine to check them for.
#[derive(Args, Debug, Default)]
pub struct Load {
    /// Files and directories, in load order; `-` is standard input
    ///
    /// Directories are searched for `.yaml`, `.yml`, `.tf` and `.json` files in order of their names. Files without rules
    /// are skipped, see docs/inputs.md. The default is `rules` of rulec.toml, then the current directory.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Plugins to check against, instead of those of rulec.toml
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',')]
    pub plugins: Vec<String>,

    /// Version of Falco's engine to check against
    #[arg(long, value_name = "VERSION")]
    pub engine_version: Option<String>,

    /// Load the rules files, plugins, rule selections and outputs of this falco.yaml
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; a plain array of fields needs SOURCE=FILE
    #[arg(long, value_name = "[SOURCE=]FILE")]
    pub schema: Vec<String>,

    /// Also search hidden directories, `node_modules` and paths that git ignores
    ///
    /// Paths on the command line are always read.
    #[arg(long)]
    pub no_ignore: bool,

    /// Name to use for standard input
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,

    /// Read this rulec.toml instead of looking for one above the first path
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no rulec.toml
    #[arg(long)]
    pub no_config: bool,
}

/// The engine to load rules with, for commands with paths of their own.
#[derive(Args, Debug)]
pub struct Engine {
    /// Plugins to load the rules with, instead of those of rulec.toml
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',')]
    plugins: Vec<String>,

    /// Version of Falco's engine to load the rules with
    #[arg(long, value_name = "VERSION")]
    engine_version: Option<String>,

    /// Load the rules files, plugins, rule selections and outputs of this falco.yaml
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; a plain array of fields needs SOURCE=FILE
    #[arg(long, value_name = "[SOURCE=]FILE")]
    schema: Vec<String>,

    /// Also search hidden directories, `node_modules` and paths that git ignores
    ///
    /// Paths on the command line are always read.
    #[arg(long)]
    no_ignore: bool,

    /// Read this rulec.toml instead of looking for one above the first path
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Read no rulec.toml
    #[arg(long)]
    no_config: bool,
}

impl Engine {
    /// The options to load these paths with this engine.
    pub fn load(&self, paths: &[PathBuf]) -> Load {
        Load {
            paths: paths.to_vec(),
            plugins: self.plugins.clone(),
            engine_version: self.engine_version.clone(),
            falco_config: self.falco_config.clone(),
            schema: self.schema.clone(),
            no_ignore: self.no_ignore,
            stdin_filename: None,
            config: self.config.clone(),
            no_config: self.no_config,
        }
    }
}
