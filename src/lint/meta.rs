//! The checks about rulec itself: suppressions and configuration.

crate::declare_check! {
    /// A suppression that suppresses nothing.
    ///
    /// ## What it does
    /// Reports `# rulec: allow …` comments, or names in them, that no finding answers to.
    ///
    /// ## Why it matters
    /// A suppression that outlives its reason hides the next finding of the same kind, and tells the reader of a
    /// problem that is not there.
    ///
    /// ## Avoid
    /// ```yaml
    /// # rulec: allow unused-macro -- used by the local rules
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: console_login
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: console_login
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub UNUSED_SUPPRESSION = "RC0901", "unused-suppression", Meta, Warning;

    /// A check is named that does not exist.
    ///
    /// ## What it does
    /// Reports names in suppressions and under `[levels]` in `rulec.toml` that belong to no check.
    ///
    /// ## Why it matters
    /// The line looks as if it had an effect and has none. `rulec list checks` shows every name.
    ///
    /// ## Avoid
    /// ```yaml
    /// # rulec: allow unused-macros -- used by the local rules
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// # rulec: allow unused-macro -- used by the local rules
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// ```
    pub UNKNOWN_CHECK = "RC0902", "unknown-check", Meta, Warning;

    /// A comment addressed to rulec that it cannot read.
    ///
    /// ## What it does
    /// Reports comments that begin with `rulec:` but are not `allow NAME, … -- reason` or `allow-file NAME, … -- reason`,
    /// and `allow-file` comments that stand after the first item.
    ///
    /// ## Why it matters
    /// Nothing is suppressed by it, though its author meant something to be.
    ///
    /// ## Avoid
    /// ```yaml
    /// # rulec: ignore unused-macro
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// # rulec: allow unused-macro -- used by the local rules
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// ```
    pub MALFORMED_SUPPRESSION = "RC0903", "malformed-suppression", Meta, Warning;

    /// `rulec.toml` says something that rulec cannot use.
    ///
    /// ## What it does
    /// Reports what is not TOML, values of the wrong type, unknown levels, globs that cannot be read, and plugins or
    /// engine versions that rulec does not know.
    ///
    /// ## Why it matters
    /// The setting is left out, so the files are checked differently from what the project decided.
    pub INVALID_CONFIG = "RC0904", "invalid-config", Meta, Error;

    /// A key in `rulec.toml` that rulec does not know.
    ///
    /// ## What it does
    /// Reports keys other than those that `docs/configuration.md` tells of.
    ///
    /// ## Why it matters
    /// The setting has no effect; most often its name is mistyped.
    pub UNKNOWN_CONFIG_KEY = "RC0905", "unknown-config-key", Meta, Warning;

    /// A test file says something that rulec cannot use.
    ///
    /// ## What it does
    /// Reports what is wrong in a `*.test.yaml`: what is not YAML, unknown keys, rules and templates, values of the wrong
    /// type, tests that expect nothing, and events that cannot be completed or read.
    ///
    /// ## Why it matters
    /// The tests of the file are not run, so nothing is known about the rules. `docs/testing.md` has the format.
    pub INVALID_TEST = "RC0920", "invalid-test", Meta, Error;

    /// Falco refuses to start with this `falco.yaml`.
    ///
    /// ## What it does
    /// With `--falco-config`, reports what is wrong in the keys that are about rules: `rules_files`, `plugins`,
    /// `load_plugins`, `rules`, `append_output`, `priority` and `config_files`.
    ///
    /// ## Why it matters
    /// Falco ends before it reads a rule.
    pub INVALID_FALCO_CONFIG = "RC0913", "invalid-falco-config", Meta, Error;

    /// A rules file that Falco passes over.
    ///
    /// ## What it does
    /// With `--falco-config`, reports entries of `rules_files` that lead to nothing that Falco reads: a path that does
    /// not exist where Falco is started, or a file whose name does not end in `.yaml` or `.yml`.
    ///
    /// ## Why it matters
    /// Falco says nothing and runs without the rules.
    pub SKIPPED_RULES_FILE = "RC0914", "skipped-rules-file", Meta, Warning;

    /// An entry of `falco.yaml` that is about no rule.
    ///
    /// ## What it does
    /// With `--falco-config`, reports entries of `rules` and `append_output` that match none of the rules that the file
    /// loads.
    ///
    /// ## Why it matters
    /// Falco says nothing: a rule that was to be switched off goes on speaking. Most often its name is mistyped.
    pub SELECTS_NOTHING = "RC0915", "selects-nothing", Meta, Warning;
}
