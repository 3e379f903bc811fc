//! Versions of the engine and its plugins.

crate::declare_check! {
    /// The rules need a newer engine.
    ///
    /// ## What it does
    /// Reports a `required_engine_version` that the engine does not meet.
    ///
    /// ## Why it matters
    /// Falco refuses the file. The major number must be the same and the rest not lower; a single number `N` stands
    /// for `0.N.0`. Falco 0.45 has engine 0.63.0. A leading zero makes a single number octal: `010` is 8.
    ///
    /// ## Avoid
    /// ```yaml
    /// - required_engine_version: 0.70.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - required_engine_version: 0.40.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub ENGINE_VERSION = "RC0501", "engine-version", Requirements, Error => ErrValidate;

    /// A version that is not three numbers.
    ///
    /// ## What it does
    /// Reports a version, of the engine or a plugin, that is not three numbers with dots between. For the engine a
    /// single number is a version too.
    ///
    /// ## Why it matters
    /// Falco refuses the file. What follows the third number is ignored, so `0.17.1-rc1` is `0.17.1`; `0.31`, though,
    /// is neither a number nor three.
    ///
    /// ## Avoid
    /// ```yaml
    /// - required_engine_version: 0.31
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - required_engine_version: 0.31.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub INVALID_VERSION = "RC0502", "invalid-version", Requirements, Error => ErrValidate;

    /// A required plugin is not loaded, or is too old.
    ///
    /// ## What it does
    /// Reports an entry of `required_plugin_versions` that the loaded plugins do not meet, and one that names the
    /// same plugin twice.
    ///
    /// ## Why it matters
    /// Falco refuses to start, with all its rules, whichever file the entry is in. Of an entry and its `alternatives`
    /// the first plugin that is *loaded* decides: if its version does not fit, a later alternative is not considered.
    /// The major number must be the same and the rest not lower. rulec takes the plugins that `--plugins` or
    /// `rulec.toml` name.
    ///
    /// ## Avoid
    /// ```yaml
    /// - required_plugin_versions:
    ///     - name: cloudtrail
    ///       version: 0.99.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - required_plugin_versions:
    ///     - name: cloudtrail
    ///       version: 0.12.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub PLUGIN_REQUIREMENT = "RC0503", "plugin-requirement", Requirements, Error;
}
