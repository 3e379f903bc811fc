//! The grammar of conditions and outputs.

crate::declare_check! {
    /// A condition does not follow the grammar.
    ///
    /// ## What it does
    /// Reports a condition that does not follow Falco's grammar, see [the language](../language.md). rulec reads on
    /// after an error, so one condition may have several.
    ///
    /// ## Why it matters
    /// Falco refuses the file. Its own position is counted in the condition after lists were put in, and added to the
    /// place of the `condition` key, so it mostly points somewhere else. rulec points at the word in your file.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" && ct.error exists
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and ct.error exists
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub CONDITION_SYNTAX = "RC0201", "condition-syntax", Syntax, Error => ErrCompileCondition;

    /// An output has a `%` that starts no field.
    ///
    /// ## What it does
    /// Reports a `%` in an output that no field follows.
    ///
    /// ## Why it matters
    /// Falco refuses the file with `unknown filter: unexpected token after '`, whatever the cause. There is no way to
    /// write a literal `%`: `%%` does not help. With `skip-if-unknown-filter: true` Falco silently drops the rule
    /// instead.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: quota at 90% (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: quota at 90 percent (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub OUTPUT_SYNTAX = "RC0202", "output-syntax", Syntax, Error => ErrCompileOutput;
}
