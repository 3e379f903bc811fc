//! Fields and their arguments.

crate::declare_check! {
    /// A field does not exist in the rule's source.
    ///
    /// ## What it does
    /// Reports a field, in a condition, output or exception, that the rule's source does not have.
    ///
    /// ## Why it matters
    /// Falco refuses the file. Each source has its own fields: `proc.name` exists for system calls but not for
    /// `aws_cloudtrail`. For data that has no field of its own there is `json.value[/path]` with the json plugin.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.nmae = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub UNKNOWN_FIELD = "RC0401", "unknown-field", Types, Error => ErrCompileCondition;

    /// A field has an argument it does not take, or lacks one it needs.
    ///
    /// ## What it does
    /// Reports a field whose argument in brackets is missing, not wanted or of the wrong form.
    ///
    /// ## Why it matters
    /// Falco refuses the file. Falco cuts the text of a plugin's field at the first blank, so an argument can hold
    /// none, even in quotes; and it ends at the first `]`. A field that exists but lacks its argument is an error
    /// that `skip-if-unknown-filter` does not forgive.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: json.value = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: json.value[/eventName] = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub FIELD_ARGUMENT = "RC0402", "field-argument", Types, Error => ErrCompileCondition;

    /// A rule is dropped because of a field it says may be unknown.
    ///
    /// ## What it does
    /// Reports a rule that Falco does not load because it uses an unknown field and says `skip-if-unknown-filter:
    /// true`.
    ///
    /// ## Why it matters
    /// The rule never fires. That is what was asked for, but a misspelt field looks the same as one that an old
    /// plugin does not have yet, and a stray `%` in the output counts as well. Without the key the field is an error
    /// ([unknown-field](unknown-field.md)).
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.nmae = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   skip-if-unknown-filter: true
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   skip-if-unknown-filter: true
    /// ```
    pub SKIPPED_RULE = "RC0408", "skipped-rule", Types, Warning => UnknownFilter;

    /// A field name stands where a text is compared.
    ///
    /// ## What it does
    /// Reports a text on the right side of an operator that is the name of a field, or looks like a transformer in
    /// quotes.
    ///
    /// ## Why it matters
    /// Falco compares with the letters `ct.request.username`, not with the value of the field, and the condition is
    /// practically always false. Falco warns.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.user = ct.request.username
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.user = val(ct.request.username)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub MISUSED_FIELD_AS_VALUE = "RC0409", "misused-field-as-value", Types, Warning => CompileCondition;

    /// A field is compared with `<NA>`, which no event has.
    ///
    /// ## What it does
    /// Reports a `ka.*` or `jevt.*` field that is compared with `<NA>`.
    ///
    /// ## Why it matters
    /// `<NA>` is what Falco *prints* for an absent field. A condition never sees it: every comparison with an absent
    /// field is false, `!=` included. Falco warns for `ka.` and `jevt.` fields.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: jevt.value[/errorCode] != <NA>
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: jevt.value[/errorCode] exists
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub UNSAFE_NA_COMPARISON = "RC0411", "unsafe-na-comparison", Types, Warning => UnsafeNaCheck;

    /// A field or token that Falco is about to drop.
    ///
    /// ## What it does
    /// Reports fields that Falco is about to drop: `evt.dir`, `evt.latency` and its relatives, and `%container.info`
    /// in outputs.
    ///
    /// ## Why it matters
    /// Since Falco has no enter events any more, `evt.dir = <` is always true and `evt.dir = >` never; the latencies
    /// have no value. `%container.info` is removed from the output before it is used. Falco warns.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Shell
    ///   desc: A program was started.
    ///   condition: evt.type = execve and evt.dir = <
    ///   output: program started (name=%proc.name)
    ///   priority: NOTICE
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Shell
    ///   desc: A program was started.
    ///   condition: evt.type = execve
    ///   output: program started (name=%proc.name)
    ///   priority: NOTICE
    /// ```
    pub DEPRECATED_FIELD = "RC0412", "deprecated-field", Types, Warning => DeprecatedItem;

    /// A field of Sysdig's older dialect.
    ///
    /// ## What it does
    /// Reports fields of the older Sysdig dialect of CloudTrail rules that the open-source plugin does not have under
    /// that name, and gives today's name.
    ///
    /// ## Why it matters
    /// Falco refuses the file: to it these are unknown fields. `--fix` renames those in conditions.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: aws.eventName = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub SYSDIG_DIALECT = "RC0415", "sysdig-dialect", Types, Error => ErrCompileCondition;

    /// A field by the older name that the json plugin keeps as an alias.
    ///
    /// ## What it does
    /// Reports `jevt.value`, `jevt.obj` and `jevt.rawtime` in conditions.
    ///
    /// ## Why it matters
    /// They are `json.value`, `json.obj` and `json.rawtime`, under the name that the plugin had for them first. Falco 0.45
    /// takes both; one name for one thing is easier to search for.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: jevt.value[/eventName] = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: json.value[/eventName] = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    /// ```
    pub OLDER_FIELD_NAME = "RC0416", "older-field-name", Types, Info;
}
