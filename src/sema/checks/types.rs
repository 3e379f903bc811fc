//! Fields, operators and values.

crate::declare_check! {
    /// An operator does not work on the type of the field.
    ///
    /// ## What it does
    /// Reports an operator that the field's type does not allow.
    ///
    /// ## Why it matters
    /// Falco refuses the file. Every field can be asked with `exists`; beyond that:
    ///
    /// | Type | Operators |
    /// |---|---|
    /// | text | all but `bcontains` and `bstartswith` |
    /// | number, time | `=` `==` `!=` `<` `<=` `>` `>=` `in` `intersects` |
    /// | boolean, address, network | `=` `==` `!=` `in` `intersects` |
    /// | list | `in` `intersects` |
    ///
    /// On a list `in` asks whether *all* elements are among the values, `intersects` whether one is.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Large download
    ///   desc: A large object was read.
    ///   condition: s3.bytes contains 1000
    ///   output: large download (bytes=%s3.bytes)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Large download
    ///   desc: A large object was read.
    ///   condition: s3.bytes > 1000
    ///   output: large download (bytes=%s3.bytes)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub OPERATOR_TYPE = "RC0403", "operator-type", Types, Error => ErrCompileCondition;

    /// A value does not fit the type of the field.
    ///
    /// ## What it does
    /// Reports a value that cannot be converted to the type of the field: a number that is none, a boolean other than
    /// `true` and `false`, an address or network that cannot be read, a text of more than 255 bytes.
    ///
    /// ## Why it matters
    /// Falco refuses the file. The grammar knows hexadecimal numbers, fractions and exponents, but numeric fields
    /// take whole decimal numbers only: `0x1F`, `1.5` and `1e+6` are refused. So are units such as `10MB`.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Large download
    ///   desc: A large object was read.
    ///   condition: s3.bytes > 1.5e+6
    ///   output: large download (bytes=%s3.bytes)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Large download
    ///   desc: A large object was read.
    ///   condition: s3.bytes > 1500000
    ///   output: large download (bytes=%s3.bytes)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub INVALID_VALUE = "RC0404", "invalid-value", Types, Error => ErrCompileCondition;

    /// A regular expression that RE2 does not accept in POSIX mode.
    ///
    /// ## What it does
    /// Reports a regular expression that RE2 refuses in POSIX mode, the mode Falco uses.
    ///
    /// ## Why it matters
    /// Falco refuses the file. POSIX mode has no `\d`, `\w`, `\s`, `\b`, no `(?i)` and no `(?:…)`; write `[0-9]`,
    /// `[[:alnum:]_]`, `[[:space:]]`, and apply `tolower()` to the field. An expression has to match the whole value,
    /// so `regex "Login"` is the same as `= "Login"`.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name regex "(?i).*login"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: tolower(ct.name) regex ".*login"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub INVALID_REGEX = "RC0405", "invalid-regex", Types, Error => ErrCompileCondition;

    /// A transformer is applied to something it does not take.
    ///
    /// ## What it does
    /// Reports a transformer such as `tolower()` or `len()` with an argument of a type it does not take, too few or
    /// too many arguments, or a bracket argument.
    ///
    /// ## Why it matters
    /// Falco refuses the file. `tolower`, `toupper`, `basename` and `b64` take a text, `len` a text or a list, `join`
    /// a separator and a list, `concat` two or more texts, `getopt` a list and a text.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Large download
    ///   desc: A large object was read.
    ///   condition: tolower(s3.bytes) = "1000"
    ///   output: large download (bytes=%s3.bytes)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Large download
    ///   desc: A large object was read.
    ///   condition: tolower(s3.bucket) = "logs"
    ///   output: large download (bytes=%s3.bytes)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub TRANSFORMER_TYPE = "RC0406", "transformer-type", Types, Error => ErrCompileCondition;

    /// A field stands on the right side of an operator where it cannot.
    ///
    /// ## What it does
    /// Reports a comparison with another field that Falco cannot make: with `regex` or `pmatch`, or between fields of
    /// different types.
    ///
    /// ## Why it matters
    /// Falco refuses the file. `val(field)` or a transformer can stand on the right of the other operators, if both
    /// sides have the same type after transformers and are both lists or both not.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.user = val(s3.bytes)
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
    pub RIGHT_SIDE_FIELD = "RC0407", "right-side-field", Types, Error => ErrCompileCondition;

    /// A regular expression without special characters.
    ///
    /// ## What it does
    /// Reports a `regex` whose pattern has no special character.
    ///
    /// ## Why it matters
    /// It can only match one text: `=` says the same and is quicker. If a part of the value was meant, the pattern is
    /// wrong too, because Falco matches regular expressions against the whole value; `contains` is what was meant.
    /// Falco warns.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name regex "Login"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name contains "Login"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub REGEX_THAT_IS_A_STRING = "RC0410", "regex-that-is-a-string", Types, Warning => CompileCondition;

    /// A rule on system calls that looks at too many kinds of events.
    ///
    /// ## What it does
    /// Reports a rule of source `syscall` that can match more than 100 types of events.
    ///
    /// ## Why it matters
    /// Falco has to look at it for nearly every system call of the machine, and warns. `warn_evttypes: false` tells
    /// Falco that it is meant.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Netcat
    ///   desc: Netcat did something.
    ///   condition: proc.name = nc
    ///   output: netcat (cmd=%proc.cmdline)
    ///   priority: NOTICE
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Netcat
    ///   desc: Netcat was started.
    ///   condition: evt.type in (execve, execveat) and proc.name = nc
    ///   output: netcat (cmd=%proc.cmdline)
    ///   priority: NOTICE
    /// ```
    pub NO_EVENT_TYPE = "RC0413", "no-event-type", Types, Warning => NoEvttype;

    /// Falco crashes on it.
    ///
    /// ## What it does
    /// Reports what makes Falco 0.45 crash or exit without a verdict, while loading or at the first event.
    ///
    /// ## Why it matters
    /// There is no message that names the rule, and no rule is loaded. Known cases:
    ///
    /// - more than one argument to `tolower`, `toupper`, `b64`, `basename` or `len`: Falco exits with `unknown
    ///   multivalue transformer`;
    /// - `join`, `concat` or `getopt` compared with a field: segmentation fault at the first event;
    /// - `evt.type` compared with a field: Falco exits;
    /// - `exceptions` replaced through `override` with fewer `comps` than `fields`: segmentation fault while loading;
    /// - an empty list as `override`: abort.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: tolower(ct.name, ct.user) = "consolelogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: tolower(ct.name) = "consolelogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    /// ```
    pub FALCO_CRASH = "RC0414", "falco-crash", Types, Error;
}
