//! Items of a rules file and their keys.

crate::declare_check! {
    /// The file is not a list of rules, macros and lists.
    ///
    /// ## What it does
    /// Reports a document whose top level is not a list.
    ///
    /// ## Why it matters
    /// Falco refuses the file: `Rules content is not yaml array of objects`. Either the file is something else that
    /// lies in the rules directory, or the `- ` before its only item is missing.
    ///
    /// ## Avoid
    /// ```yaml
    /// rule: Console login
    /// desc: Someone signed in to the console.
    /// condition: ct.name = "ConsoleLogin"
    /// output: console login (user=%ct.user)
    /// priority: NOTICE
    /// source: aws_cloudtrail
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
    pub NOT_A_RULES_FILE = "RC0105", "not-a-rules-file", Items, Error => ErrYamlValidate;

    /// An element of the file is not a mapping.
    ///
    /// ## What it does
    /// Reports an element of the top-level list that is a text or a list.
    ///
    /// ## Why it matters
    /// Falco refuses the file at this element. Nothing after it is read.
    ///
    /// ## Avoid
    /// ```yaml
    /// - console_login
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
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub ITEM_NOT_MAPPING = "RC0110", "item-not-mapping", Items, Error => ErrYamlValidate;

    /// An item is no rule, macro, list or requirement; Falco ignores it.
    ///
    /// ## What it does
    /// Reports an item that has none of the keys `rule`, `macro`, `list`, `required_engine_version` and
    /// `required_plugin_versions`.
    ///
    /// ## Why it matters
    /// Falco warns and ignores the whole item. A misspelt `rule` is a rule that does not exist.
    ///
    /// ## Avoid
    /// ```yaml
    /// - Rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
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
    pub UNKNOWN_ITEM = "RC0111", "unknown-item", Items, Warning => UnknownItem;

    /// An item has a key that Falco does not know and ignores.
    ///
    /// ## What it does
    /// Reports a key that items of this kind do not have.
    ///
    /// ## Why it matters
    /// Falco warns and ignores it, so `tag:` gives a rule no tags and `exception:` no exceptions. Keys inside
    /// exceptions and plugin requirements are not looked at by Falco.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tag: [aws]
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
    ///   tags: [aws]
    /// ```
    pub UNKNOWN_KEY = "RC0112", "unknown-key", Items, Warning => UnknownKey;

    /// A required key is missing.
    ///
    /// ## What it does
    /// Reports an item that lacks a key it cannot do without. A rule needs `condition`, `output`, `desc` and
    /// `priority`, a macro its `condition`, a list its `items`, an exception its `name` and `fields`.
    ///
    /// ## Why it matters
    /// Falco refuses the file at this item.
    ///
    /// A rule item with none of the four keys is read as *switch this rule on or off*. That is why Falco then asks
    /// for `enabled`, even if the item only has `tags` or `exceptions`; what was meant is nearly always an
    /// `override`.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
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
    pub MISSING_KEY = "RC0113", "missing-key", Items, Error => ErrYamlValidate;

    /// A key has no value.
    ///
    /// ## What it does
    /// Reports a key whose value is nothing (`key:`, `~`, `null`) or an empty text.
    ///
    /// ## Why it matters
    /// Falco refuses the file. It makes no difference whether the key is optional: a key may be left out, but not
    /// left empty. Only an empty list is a value, as in `items: []` and `tags: []`; `exceptions:` may also stand
    /// alone.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   enabled:
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
    ///   enabled: true
    /// ```
    pub EMPTY_VALUE = "RC0114", "empty-value", Items, Error => ErrYamlValidate;

    /// A value is of the wrong kind: text where a list is wanted, a word where a boolean is wanted.
    ///
    /// ## What it does
    /// Reports a value of another kind than the key takes: a list where a text is wanted, a text where a list is
    /// wanted, something other than a boolean in `enabled`.
    ///
    /// ## Why it matters
    /// Falco refuses the file at this item. Booleans are `true`/`false`, `yes`/`no`, `on`/`off`, `y`/`n` in lower
    /// case, capitals or with a capital; `1` and `0` are none. Quotes make no difference. `capture_duration` is a
    /// whole number of milliseconds.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: aws
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
    ///   tags: [aws]
    /// ```
    pub WRONG_TYPE = "RC0115", "wrong-type", Items, Error => ErrYamlValidate;

    /// The priority is none of Falco's eight.
    ///
    /// ## What it does
    /// Reports a `priority` that is none of `EMERGENCY`, `ALERT`, `CRITICAL`, `ERROR`, `WARNING`, `NOTICE`,
    /// `INFORMATIONAL` (or `INFO`) and `DEBUG`.
    ///
    /// ## Why it matters
    /// Falco refuses the file. It knows no other abbreviations, no numbers and none of the levels of other tools,
    /// such as `HIGH`. Letter case is free, though Falco's own schema only knows capitals and reports others as a
    /// schema warning.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: HIGH
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: CRITICAL
    ///   source: aws_cloudtrail
    /// ```
    pub INVALID_PRIORITY = "RC0116", "invalid-priority", Items, Error => ErrYamlValidate;
}
