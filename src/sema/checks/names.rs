//! Names of rules, macros, lists and exceptions.

crate::declare_check! {
    /// The name of a list has characters that conditions cannot refer to.
    ///
    /// ## What it does
    /// Reports the name of a list with a blank, a quotation mark, a parenthesis, `=` or `,` in it.
    ///
    /// ## Why it matters
    /// Falco replaces names of lists in conditions as text, before it parses them. A name with such a character is
    /// found in places that are no single word, or in none. Falco warns.
    ///
    /// ## Avoid
    /// ```yaml
    /// - list: bad regions
    ///   items: [us-gov-east-1]
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.region in (bad regions)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - list: bad_regions
    ///   items: [us-gov-east-1]
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.region in (bad_regions)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub INVALID_LIST_NAME = "RC0120", "invalid-list-name", Names, Warning => InvalidListName;

    /// The name of a macro has characters that conditions cannot refer to.
    ///
    /// ## What it does
    /// Reports the name of a macro that is not a letter followed by letters, digits and underscores.
    ///
    /// ## Why it matters
    /// The condition language has no other names, so nothing can refer to the macro: `console-login` ends at the
    /// hyphen. Falco warns and loads the macro.
    ///
    /// ## Avoid
    /// ```yaml
    /// - macro: console-login
    ///   condition: ct.name = "ConsoleLogin"
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
    pub INVALID_MACRO_NAME = "RC0121", "invalid-macro-name", Names, Warning => InvalidMacroName;

    /// Two exceptions of one rule have the same name.
    ///
    /// ## What it does
    /// Reports an exception with the name of an earlier one of the same rule item.
    ///
    /// ## Why it matters
    /// Falco warns and keeps both. Values that are appended to that name later go to the first.
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
    ///       values: [alice]
    ///     - name: trusted
    ///       fields: ct.region
    ///       values: [eu-west-1]
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
    ///     - name: trusted_users
    ///       fields: ct.user
    ///       values: [alice]
    ///     - name: trusted_regions
    ///       fields: ct.region
    ///       values: [eu-west-1]
    /// ```
    pub DUPLICATE_EXCEPTION = "RC0131", "duplicate-exception", Names, Warning => ExceptionNameNotUnique;

    /// A condition uses a macro that does not exist, or that it cannot see.
    ///
    /// ## What it does
    /// Reports a word in a condition that should be a macro and is none, and macros that exist but cannot be used at
    /// this place.
    ///
    /// ## Why it matters
    /// Falco refuses the file. What a condition can see:
    ///
    /// - a rule sees every macro of its own file, wherever it stands, and those of the files loaded before;
    /// - a macro sees only macros that were first defined before its own latest definition or append;
    /// - nothing sees a file that is loaded later, because Falco compiles after each file.
    ///
    /// A text without quotes on the left side, and keywords in capitals (`AND`), are read as macros too.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: console_logn and ct.error exists
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
    ///   condition: console_login and ct.error exists
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub UNDEFINED_MACRO = "RC0301", "undefined-macro", Names, Error => ErrValidate;

    /// A macro leads back to itself.
    ///
    /// ## What it does
    /// Reports a macro that uses itself, directly or through others.
    ///
    /// ## Why it matters
    /// Falco refuses the file. A macro cannot see itself the first time it is defined, so a cycle only comes about
    /// when a macro is changed or defined again later; an override that refers to the macro it overrides is the usual
    /// case. `append` is what was meant.
    ///
    /// ## Avoid
    /// ```yaml
    /// - macro: trusted
    ///   condition: ct.user = "alice"
    ///
    /// - macro: trusted
    ///   condition: trusted or ct.user = "bob"
    ///   override:
    ///     condition: replace
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: trusted
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - macro: trusted
    ///   condition: ct.user = "alice"
    ///
    /// - macro: trusted
    ///   condition: or ct.user = "bob"
    ///   override:
    ///     condition: append
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: trusted
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub MACRO_CYCLE = "RC0302", "macro-cycle", Names, Error => ErrValidate;

    /// Something is appended to, replaced in or switched off that does not exist.
    ///
    /// ## What it does
    /// Reports an item that appends to, replaces a part of, or switches a list, macro or rule that does not exist.
    ///
    /// ## Why it matters
    /// Falco refuses the file. The item has to stand after the definition: further down in the same file or in a file
    /// loaded later. Names are compared exactly, letter case and blanks included. (Replacing a list or macro that
    /// does not exist is allowed and defines it.)
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
    /// - rule: Console Login
    ///   enabled: false
    ///   override:
    ///     enabled: replace
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
    pub NOTHING_TO_OVERRIDE = "RC0303", "nothing-to-override", Names, Error => ErrValidate;

    /// A rule is defined again for another source.
    ///
    /// ## What it does
    /// Reports a rule that is defined again, or changed, for another source.
    ///
    /// ## Why it matters
    /// The names of rules are shared by all sources, and Falco refuses the file. The usual cause is a second
    /// definition that leaves out `source`: Falco then takes `syscall`.
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
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and ct.error exists
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
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
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and ct.error exists
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub DIFFERENT_SOURCE = "RC0304", "different-source", Names, Error => ErrValidate;

    /// A macro that nothing uses.
    ///
    /// ## What it does
    /// Reports a macro that no rule and no other macro uses.
    ///
    /// ## Why it matters
    /// It does nothing, and often it is the trace of a rule that was meant to use it. A macro that is only used by an
    /// unused macro counts as used. Falco warns, unless the file has an error. Macros kept for files that are loaded
    /// later can be allowed with `# rulec: allow unused-macro -- reason`.
    ///
    /// ## Avoid
    /// ```yaml
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
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
    pub UNUSED_MACRO = "RC0305", "unused-macro", Names, Warning => UnusedMacro;

    /// A list that nothing uses.
    ///
    /// ## What it does
    /// Reports a list that no condition and no other list uses.
    ///
    /// ## Why it matters
    /// It does nothing, and often its name is misspelt where it was meant to be used: there, an unknown name in `in
    /// (…)` is a text like any other, and no error.
    ///
    /// ## Avoid
    /// ```yaml
    /// - list: trusted_users
    ///   items: [alice, bob]
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and not ct.user in (trusted_user)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - list: trusted_users
    ///   items: [alice, bob]
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin" and not ct.user in (trusted_users)
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub UNUSED_LIST = "RC0306", "unused-list", Names, Warning => UnusedList;

    /// A rule for a source that no plugin provides; Falco skips it.
    ///
    /// ## What it does
    /// Reports a rule whose `source` no loaded plugin provides.
    ///
    /// ## Why it matters
    /// Falco warns and skips the rule; its condition and output are not even read. Which plugins are loaded is what
    /// `--plugins` and `rulec.toml` say; `rulec list sources` shows their sources.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrial
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
    pub UNKNOWN_SOURCE = "RC0307", "unknown-source", Names, Warning => UnknownSource;
}
