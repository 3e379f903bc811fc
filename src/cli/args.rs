//! Arguments that several commands share.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

/// Takes one of these values by its name; each has a line of help, or none if the name says it.
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

/// Which files, and for which engine.
#[derive(Args, Debug, Default)]
pub struct Load {
    /// Files and directories, in load order; `-` is standard input
    ///
    /// Directories are searched for `.yaml`, `.yml`, `.tf` and `.json` files in order of their names; those without rules
    /// at the top or inside are skipped, see docs/inputs.md. Without a path, `rules` of rulec.toml counts, then the
    /// current directory.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Plugins to check against, instead of those of rulec.toml
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',')]
    pub plugins: Vec<String>,

    /// Version of Falco's engine to check against
    #[arg(long, value_name = "VERSION")]
    pub engine_version: Option<String>,

    /// Load what a Falco with this falco.yaml loads: its rules files, plugins, selections and outputs
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; for a bare list of fields, as SOURCE=FILE
    #[arg(long, value_name = "[SOURCE=]FILE")]
    pub schema: Vec<String>,

    /// Also search hidden directories, `node_modules` and paths that git ignores
    ///
    /// A path that is named is read in any case.
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

/// For which engine; the paths are the command's own affair.
#[derive(Args, Debug)]
pub struct Engine {
    /// Plugins to load the rules with, instead of those of rulec.toml
    #[arg(long, value_name = "NAME[@VERSION]", value_delimiter = ',')]
    plugins: Vec<String>,

    /// Version of Falco's engine to load the rules with
    #[arg(long, value_name = "VERSION")]
    engine_version: Option<String>,

    /// Load what a Falco with this falco.yaml loads: its rules files, plugins, selections and outputs
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    falco_config: Option<PathBuf>,

    /// Fields of a plugin that rulec does not know, as JSON; for a bare list of fields, as SOURCE=FILE
    #[arg(long, value_name = "[SOURCE=]FILE")]
    schema: Vec<String>,

    /// Also search hidden directories, `node_modules` and paths that git ignores
    ///
    /// A path that is named is read in any case.
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
    /// The same for these paths.
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
