//! The keys of items as Falco reads them: type, default, meaning.

use crate::syntax::items::ItemKind;

/// A key.
#[derive(Debug)]
pub struct Key {
    /// The key as written.
    pub name: &'static str,
    /// The type of its value.
    pub ty: &'static str,
    /// Its default.
    pub absent: Absent,
    /// Its meaning.
    pub about: &'static str,
    /// The snippet that is inserted after the key.
    pub snippet: &'static str,
}

/// The effect of a missing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Falco refuses the item.
    Required,
    /// This default applies.
    Value(&'static str),
    /// No effect.
    Optional,
}

use Absent::{Optional, Required, Value};

const fn key(
    name: &'static str,
    ty: &'static str,
    absent: Absent,
    snippet: &'static str,
    about: &'static str,
) -> Key {
    Key { name, ty, absent, about, snippet }
}

const OVERRIDE: Key = key(
    "override",
    "mapping",
    Optional,
    "\n  ${1:condition}: ${2|append,replace|}",
    "Changes an earlier item: each key of the mapping says whether the item's value of that key is appended to or replaces \
     the earlier one.",
);
const APPEND: Key = key(
    "append",
    "boolean",
    Value("false"),
    " ${1|true,false|}",
    "Adds this item to the earlier one of the same name. Deprecated: `override` says it more exactly.",
);

const RULE: &[Key] = &[
    key(
        "rule",
        "text",
        Required,
        " ${1:Name}",
        "The name of the rule, shared by all sources. A later rule of the same name replaces it.",
    ),
    key("desc", "text", Required, " ${1:What happened.}", "What the rule detects, for people."),
    key(
        "condition",
        "condition",
        Required,
        " >\n  ${1:condition}",
        "When the rule fires. It is true or false for each event of the rule's source.",
    ),
    key(
        "output",
        "output template",
        Required,
        " >\n  ${1:text} (user=%${2:ct.user})",
        "The text of the alert. `%field` and `%transformer(field)` are replaced by the event's values.",
    ),
    key(
        "priority",
        "priority",
        Required,
        " ${1|EMERGENCY,ALERT,CRITICAL,ERROR,WARNING,NOTICE,INFORMATIONAL,DEBUG|}",
        "How urgent the alert is, in any letter case. `INFO` is short for `INFORMATIONAL`.",
    ),
    key(
        "source",
        "event source",
        Value("syscall"),
        " ${1:aws_cloudtrail}",
        "The source of the events that the rule sees. It decides which fields exist.",
    ),
    key(
        "enabled",
        "boolean",
        Value("true"),
        " ${1|false,true|}",
        "Whether the rule is loaded to fire at all.",
    ),
    key(
        "tags",
        "list of texts",
        Value("none"),
        " [${1:aws}]",
        "Words by which rules are chosen and alerts are sorted.",
    ),
    key(
        "exceptions",
        "list of mappings",
        Value("none"),
        "\n  - name: ${1:name}\n    fields: [${2:ct.user}]\n    comps: [${3:=}]\n    values:\n      - [${4:value}]",
        "When not to fire: for each exception the fields, how they are compared, and the values. The condition gets an `and not` for it.",
    ),
    key(
        "capture",
        "boolean",
        Value("false"),
        " ${1|true,false|}",
        "Whether events are written to a capture file once the rule has fired.",
    ),
    key(
        "capture_duration",
        "number",
        Value("0"),
        " ${1:5000}",
        "For how many milliseconds events are captured; with 0 the engine's own setting counts.",
    ),
    key(
        "warn_evttypes",
        "boolean",
        Value("true"),
        " ${1|false,true|}",
        "Whether Falco warns when the condition can match too many types of system calls.",
    ),
    key(
        "skip-if-unknown-filter",
        "boolean",
        Value("false"),
        " ${1|true,false|}",
        "Whether the rule is left out, instead of refusing the file, if a field does not exist.",
    ),
    APPEND,
    OVERRIDE,
];

const MACRO: &[Key] = &[
    key(
        "macro",
        "name",
        Required,
        " ${1:name}",
        "The name of the macro: a letter, then letters, digits and `_`.",
    ),
    key(
        "condition",
        "condition",
        Required,
        " ${1:condition}",
        "What the name stands for, as if it stood in parentheses.",
    ),
    APPEND,
    OVERRIDE,
];

const LIST: &[Key] = &[
    key(
        "list",
        "name",
        Required,
        " ${1:name}",
        "The name of the list. It is replaced by the items wherever it stands as a word of a condition.",
    ),
    key(
        "items",
        "list of texts",
        Required,
        " [${1:item}]",
        "The items. A name of another list stands for the items of that list.",
    ),
    APPEND,
    key(OVERRIDE.name, OVERRIDE.ty, OVERRIDE.absent, "\n  ${1:items}: ${2|append,replace|}", OVERRIDE.about),
];

const ENGINE: &[Key] = &[key(
    "required_engine_version",
    "version",
    Required,
    " ${1:0.50.0}",
    "The engine version that the file needs. Falco refuses the file if its engine is older.",
)];
const PLUGINS: &[Key] = &[key(
    "required_plugin_versions",
    "list of mappings",
    Required,
    "\n  - name: ${1:cloudtrail}\n    version: ${2:0.12.0}",
    "The plugins that the file needs, each with the lowest version or with alternatives.",
)];

/// The keys of an exception.
pub const EXCEPTION: &[Key] = &[
    key(
        "name",
        "text",
        Required,
        " ${1:name}",
        "The name of the exception, by which later files add values to it.",
    ),
    key("fields", "field or list of fields", Required, " [${1:ct.user}]", "The fields that are compared."),
    key(
        "comps",
        "operator or list of operators",
        Value("`in` for one field, `=` for each of several"),
        " [${1:=}]",
        "How each of the fields is compared.",
    ),
    key(
        "values",
        "list of values or tuples",
        Value("none"),
        "\n  - [${1:value}]",
        "The values: an event with any of these tuples does not make the rule fire.",
    ),
];

/// The keys of a plugin in `required_plugin_versions`.
pub const PLUGIN: &[Key] = &[
    key("name", "text", Required, " ${1:cloudtrail}", "The name of the plugin."),
    key("version", "version", Required, " ${1:0.12.0}", "The lowest version that will do."),
    key(
        "alternatives",
        "list of mappings",
        Value("none"),
        "\n  - name: ${1:name}\n    version: ${2:0.1.0}",
        "Other plugins that will do, each with its lowest version.",
    ),
];

/// The keys of an item of this kind, in the order of Falco's style guide.
pub fn keys(kind: ItemKind) -> &'static [Key] {
    match kind {
        ItemKind::Rule => RULE,
        ItemKind::Macro => MACRO,
        ItemKind::List => LIST,
        ItemKind::EngineVersion => ENGINE,
        ItemKind::PluginVersions => PLUGINS,
    }
}

/// A key of an item of this kind.
pub fn find(kind: ItemKind, name: &str) -> Option<&'static Key> {
    keys(kind).iter().find(|key| key.name == name)
}

impl Key {
    /// Type and default in a few words.
    pub fn detail(&self) -> String {
        match self.absent {
            Required => format!("{}, required", self.ty),
            Value(value) => format!("{}, default {value}", self.ty),
            Optional => self.ty.to_owned(),
        }
    }
}
