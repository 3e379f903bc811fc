//! The file as YAML.

crate::declare_check! {
    /// The file is not valid YAML.
    ///
    /// ## What it does
    /// Reports text that is no YAML: tabs as indentation, a list or mapping in brackets that is never closed, a value
    /// that begins with a character YAML keeps for itself, a key without a colon. After an error rulec goes on with
    /// the next item, so several are reported at once.
    ///
    /// ## Why it matters
    /// Falco stops reading the file at the first such error and loads none of it. Falco names the line where its
    /// reader gave up, which may be far below the cause; rulec points at the cause where it can. A quotation mark
    /// that is never closed is accepted by Falco: the text then simply goes on to the end of the file.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   tags: [aws, iam
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
    ///   tags: [aws, iam]
    /// ```
    pub YAML_SYNTAX = "RC0101", "yaml-syntax", Yaml, Error => ErrYamlParse;

    /// The file is not valid YAML, but Falco's parser accepts it.
    ///
    /// ## What it does
    /// Reports the first place where the text is no YAML although yaml-cpp, the parser of Falco 0.45, reads it. Most often
    /// a line is indented by one column too many or too few. yaml-cpp then ends the document and begins a new one,
    /// without the `---` that YAML asks for.
    ///
    /// ## Why it matters
    /// What follows is not what its author meant: the keys after such a line belong to no rule. Other tools refuse the
    /// file. Falco often reports something else, further down or at another item.
    ///
    /// ## Avoid
    /// ```yaml
    ///  - macro: console_login
    ///    condition: ct.name = "ConsoleLogin"
    /// - macro: root_user
    ///   condition: ct.user.identitytype = "Root"
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// - macro: root_user
    ///   condition: ct.user.identitytype = "Root"
    /// ```
    pub LAX_YAML = "RC0106", "lax-yaml", Yaml, Warning;

    /// A document that Falco does not read.
    ///
    /// ## What it does
    /// Reports text behind an empty document: `~`, or nothing between two `---` lines.
    ///
    /// ## Why it matters
    /// Falco 0.45 stops reading the file at the first empty document. It loads what stands before and says nothing about
    /// the rest.
    ///
    /// ## Avoid
    /// ```yaml
    /// ---
    /// ---
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// ---
    /// - macro: console_login
    ///   condition: ct.name = "ConsoleLogin"
    /// ```
    pub UNREAD_DOCUMENT = "RC0107", "unread-document", Yaml, Warning;

    /// The file is not UTF-8 text.
    ///
    /// ## What it does
    /// Reports the first byte of a file that is not UTF-8. What stands before it is still checked, what follows is
    /// not.
    ///
    /// ## Why it matters
    /// Files saved in Latin-1 or UTF-16 look right in an editor and are something else to Falco: its YAML reader
    /// replaces or drops such bytes without a word, and a name or value is then not the one that was written.
    ///
    /// Such a file cannot be shown on a page, so this one has no examples. `file -i rules.yaml` names the encoding,
    /// `iconv -f latin1 -t utf-8` converts it.
    pub INVALID_UTF8 = "RC0102", "invalid-utf8", Yaml, Error;

    /// A key stands twice in one mapping; Falco silently takes the first.
    ///
    /// ## What it does
    /// Reports a key that a mapping already has.
    ///
    /// ## Why it matters
    /// Falco takes the first and says nothing about the second. The second is usually the one that was edited last,
    /// so the rule does what it did before the edit.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   condition: ct.name = "ConsoleLogin" and ct.error exists
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
    pub DUPLICATE_KEY = "RC0103", "duplicate-key", Yaml, Warning;

    /// A mapping key is a sequence or a mapping.
    ///
    /// ## What it does
    /// Reports a key that is itself a sequence or a mapping, as YAML allows.
    ///
    /// ## Why it matters
    /// Falco turns the file into JSON before it looks at it, and JSON keys are texts: the file fails with `bad
    /// conversion`. Mostly it is a slip, such as braces around a template: `{{name}}` is a mapping as the key of a
    /// mapping.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = "ConsoleLogin"
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [{{environment}}]
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
    ///   tags: ["{{environment}}"]
    /// ```
    pub COMPLEX_KEY = "RC0104", "complex-key", Yaml, Error => ErrYamlParse;
}
