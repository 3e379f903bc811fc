//! Items that change earlier ones, and exceptions.

crate::declare_check! {
    /// `override` asks for something that cannot be done.
    ///
    /// ## What it does
    /// Reports an `override` that Falco cannot carry out: an operation other than `append` and `replace`, an
    /// operation that the key does not allow, a key that is named but not given, a key that is given but not named,
    /// `override` together with `append: true`.
    ///
    /// ## Why it matters
    /// Falco refuses the file. `condition`, `output`, `desc`, `tags` and `exceptions` of a rule can be appended to or
    /// replaced; `priority`, `enabled`, `capture`, `capture_duration`, `warn_evttypes` and `skip-if-unknown-filter`
    /// only replaced; `source` neither.
    ///
    /// Before it notices a key that `override` does not name, Falco has already applied the rest of the item.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///
    /// - rule: Console login
    ///   priority: WARNING
    ///   override:
    ///     priority: append
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
    ///
    /// - rule: Console login
    ///   priority: WARNING
    ///   override:
    ///     priority: replace
    /// ```
    pub INVALID_OVERRIDE = "RC0117", "invalid-override", Items, Error => ErrYamlValidate;

    /// `append: true`, which `override` replaces.
    ///
    /// ## What it does
    /// Reports `append: true` on a list, a macro or a rule.
    ///
    /// ## Why it matters
    /// Falco warns since 0.38 and will drop it. On a rule it reads only `condition` and `exceptions` and silently
    /// leaves everything else aside; `override` says for each key what is to happen, and complains about the rest.
    ///
    /// ## Avoid
    /// ```yaml
    /// - list: regions
    ///   items: [us-east-1]
    ///
    /// - list: regions
    ///   items: [eu-west-1]
    ///   append: true
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.region in (regions)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - list: regions
    ///   items: [us-east-1]
    ///
    /// - list: regions
    ///   items: [eu-west-1]
    ///   override:
    ///     items: append
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.region in (regions)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub DEPRECATED_APPEND = "RC0118", "deprecated-append", Items, Warning => DeprecatedItem;

    /// A rule switched on or off without `override`.
    ///
    /// ## What it does
    /// Reports an item that only switches an earlier rule on or off.
    ///
    /// ## Why it matters
    /// Falco warns and will drop this form. It also ignores every other key of such an item.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///
    /// - rule: Console login
    ///   enabled: false
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
    ///
    /// - rule: Console login
    ///   enabled: false
    ///   override:
    ///     enabled: replace
    /// ```
    pub DEPRECATED_ENABLED = "RC0119", "deprecated-enabled", Items, Warning => DeprecatedItem;

    /// An exception has the wrong shape.
    ///
    /// ## What it does
    /// Reports an exception whose parts do not fit together: `fields`, `comps` and each entry of `values` must have
    /// the same length; `comps` must be operators; with a single field, the operator must be one that takes a list.
    ///
    /// ## Why it matters
    /// Falco refuses the file. There are two forms. With `fields: ct.user` the operator is `in` unless `comps` says
    /// otherwise, and `values` is a list of texts. With `fields: [ct.user, ct.region]` each field has its own
    /// operator (`=` unless `comps` says otherwise), and each entry of `values` is a list with one value for each
    /// field, even if there is but one.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   exceptions:
    ///     - name: trusted
    ///       fields: [ct.user, ct.region]
    ///       values:
    ///         - [alice]
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
    ///   exceptions:
    ///     - name: trusted
    ///       fields: [ct.user, ct.region]
    ///       values:
    ///         - [alice, eu-west-1]
    /// ```
    pub INVALID_EXCEPTION = "RC0130", "invalid-exception", Items, Error => ErrValidate;

    /// An exception is appended without values and so has no effect.
    ///
    /// ## What it does
    /// Reports an exception in an `override` or `append` that has no `values`.
    ///
    /// ## Why it matters
    /// There is nothing to append, so the item changes nothing. Falco warns.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   exceptions:
    ///     - name: trusted
    ///       fields: ct.user
    ///
    /// - rule: Console login
    ///   exceptions:
    ///     - name: trusted
    ///   override:
    ///     exceptions: append
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
    ///   exceptions:
    ///     - name: trusted
    ///       fields: ct.user
    ///
    /// - rule: Console login
    ///   exceptions:
    ///     - name: trusted
    ///       values: [alice]
    ///   override:
    ///     exceptions: append
    /// ```
    pub EXCEPTION_WITHOUT_VALUES = "RC0132", "exception-without-values", Items, Warning => AppendNoValues;
}
