//! Fields and their types, as plain data.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

macro_rules! types {
    ($($ident:ident = $name:literal, $doc:literal;)+) => {
        /// The engine's types. Fields of plugins have only a few of them.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Type { $(#[doc = $doc] $ident,)+ }

        impl Type {
            /// Every type.
            pub const ALL: &'static [Type] = &[$(Type::$ident),+];

            /// The name that Falco prints, such as `CHARBUF`.
            pub fn name(self) -> &'static str {
                match self { $(Type::$ident => $name),+ }
            }
        }
    };
}

types! {
    None = "NONE", "no value";
    Int8 = "INT8", "signed, 8 bits";
    Int16 = "INT16", "signed, 16 bits";
    Int32 = "INT32", "signed, 32 bits";
    Int64 = "INT64", "signed, 64 bits";
    Uint8 = "UINT8", "unsigned, 8 bits";
    Uint16 = "UINT16", "unsigned, 16 bits";
    Uint32 = "UINT32", "unsigned, 32 bits";
    Uint64 = "UINT64", "unsigned, 64 bits";
    Charbuf = "CHARBUF", "text";
    Bytebuf = "BYTEBUF", "bytes";
    Errno = "ERRNO", "error number or result";
    Sockaddr = "SOCKADDR", "socket address";
    Socktuple = "SOCKTUPLE", "both ends of a connection";
    Fd = "FD", "file descriptor";
    Pid = "PID", "process or thread id";
    Fdlist = "FDLIST", "file descriptors with flags";
    Fspath = "FSPATH", "path";
    Fsrelpath = "FSRELPATH", "path relative to a directory descriptor";
    Syscallid = "SYSCALLID", "number of a system call";
    Sigtype = "SIGTYPE", "signal";
    Sigset = "SIGSET", "set of signals";
    Reltime = "RELTIME", "duration in nanoseconds";
    Abstime = "ABSTIME", "nanoseconds since 1970";
    Port = "PORT", "TCP or UDP port";
    L4proto = "L4PROTO", "transport protocol";
    Sockfamily = "SOCKFAMILY", "socket family";
    Bool = "BOOL", "true or false";
    Dyn = "DYN", "type known only at run time";
    Flags8 = "FLAGS8", "flags, 8 bits";
    Flags16 = "FLAGS16", "flags, 16 bits";
    Flags32 = "FLAGS32", "flags, 32 bits";
    Enumflags8 = "ENUMFLAGS8", "one of several values, 8 bits";
    Enumflags16 = "ENUMFLAGS16", "one of several values, 16 bits";
    Enumflags32 = "ENUMFLAGS32", "one of several values, 32 bits";
    Mode = "MODE", "file mode";
    Uid = "UID", "user id";
    Gid = "GID", "group id";
    Double = "DOUBLE", "floating point";
    Ipv4addr = "IPV4ADDR", "IPv4 address";
    Ipv6addr = "IPV6ADDR", "IPv6 address";
    Ipaddr = "IPADDR", "IP address";
    Ipv4net = "IPV4NET", "IPv4 network";
    Ipv6net = "IPV6NET", "IPv6 network";
    Ipnet = "IPNET", "IP network";
    Charbufarray = "CHARBUFARRAY", "texts";
    CharbufPairArray = "CHARBUF_PAIR_ARRAY", "pairs of texts";
}

impl Type {
    /// The type of this name, in the engine's spelling (`CHARBUF`) or that of plugins (`string`).
    pub fn parse(name: &str) -> Option<Type> {
        Some(match name {
            "string" => Type::Charbuf,
            _ => *Type::ALL.iter().find(|ty| ty.name().eq_ignore_ascii_case(name))?,
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The special ways in which built-in fields read the text after their name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Custom {
    /// `evt.type.is.<event>`
    EventType,
    /// `evt.arg[N]` or `evt.arg.<parameter>`
    Param,
    /// `evt.rawarg.<parameter>`; the parameter gives the type
    RawParam,
    /// `evt.around[T]`
    Time,
    /// `evt.abspath`, `.src`, `.dst`
    Path,
    /// Bare, or `[N]` for one element or ancestor
    Level,
    /// Bare, or `[NAME]`
    Variable,
    /// `thread.cgroup.<subsystem>`
    Subsystem,
}

impl Custom {
    /// The kind of this name in a schema file.
    pub fn parse(name: &str) -> Option<Custom> {
        Some(match name {
            "event-type" => Custom::EventType,
            "param" => Custom::Param,
            "raw-param" => Custom::RawParam,
            "time" => Custom::Time,
            "path" => Custom::Path,
            "level" => Custom::Level,
            "variable" => Custom::Variable,
            "subsystem" => Custom::Subsystem,
            _ => return None,
        })
    }
}

/// What may stand in brackets after a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Arg {
    /// An argument must be given.
    pub required: bool,
    /// A number is accepted.
    pub index: bool,
    /// Any text is accepted.
    pub key: bool,
    /// The field has its own argument syntax.
    pub custom: Option<Custom>,
}

impl Arg {
    /// True if an argument may be given.
    pub fn allowed(&self) -> bool {
        self.required || self.index || self.key || self.custom.is_some()
    }
}

/// Flags of a field. Only built-in fields have those that restrict its position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags {
    /// Not listed, but usable.
    pub hidden: bool,
    /// Falco warns when it is used.
    pub deprecated: bool,
    /// Only for outputs.
    pub print_only: bool,
    /// Only for conditions.
    pub filter_only: bool,
    /// Cannot stand on the right-hand side.
    pub no_rhs: bool,
    /// Cannot be put through a transformer.
    pub no_transformer: bool,
    /// The engine copies the value.
    pub no_ptr_stability: bool,
    /// Part of a summary of the event; no effect in rules.
    pub info: bool,
    /// Names one side of a conversation; no effect in rules.
    pub conversation: bool,
    /// Proposed for outputs by the plugin.
    pub suggested: bool,
}

impl Flags {
    /// Sets the flag of this name; false if there is none.
    pub fn set(&mut self, name: &str) -> bool {
        let flag = match name {
            "hidden" | "table_only" => &mut self.hidden,
            "deprecated" => &mut self.deprecated,
            "print_only" => &mut self.print_only,
            "filter_only" => &mut self.filter_only,
            "no_rhs" => &mut self.no_rhs,
            "no_transformer" => &mut self.no_transformer,
            "no_ptr_stability" => &mut self.no_ptr_stability,
            "info" => &mut self.info,
            "conversation" => &mut self.conversation,
            "suggested" => &mut self.suggested,
            _ => return false,
        };
        *flag = true;
        true
    }
}

/// How the engine prints a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Print {
    /// No special format.
    #[default]
    Na,
    /// Decimal.
    Dec,
    /// Decimal, padded with zeros.
    Padded,
    /// Decimal, an identifier.
    Id,
    /// Hexadecimal.
    Hex,
    /// `<` or `>`.
    Dir,
}

impl Print {
    /// The form of this name in a schema file.
    pub fn parse(name: &str) -> Option<Print> {
        Some(match name {
            "NA" => Print::Na,
            "DEC" => Print::Dec,
            "10_PADDED_DEC" => Print::Padded,
            "ID" => Print::Id,
            "HEX" => Print::Hex,
            "DIR" => Print::Dir,
            _ => return None,
        })
    }
}

/// One field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Full name, such as `ct.name`.
    pub name: String,
    /// Type of the value, or of each element of a list.
    pub ty: Type,
    /// The value is a list.
    pub list: bool,
    /// Argument.
    pub arg: Arg,
    /// Traits.
    pub flags: Flags,
    /// Shown in Falco's own listing.
    pub listed: bool,
    /// The format of a number.
    pub print: Print,
    /// Field class, such as `evt`, `process` or the plugin's name.
    pub class: Arc<str>,
    /// A short description.
    pub desc: String,
    /// The source of the value in the event's JSON: one dotted path, or several separated by `, ` when the plugin
    /// chooses or combines. `[]` after a member stands for any element.
    pub path: Option<String>,
}

impl Field {
    /// The path, if the field is the plain value at a single one.
    pub fn plain_path(&self) -> Option<&str> {
        self.path.as_deref().filter(|path| !path.contains([',', '[']))
    }

    /// The JSON pointer to the value, if the field is the plain value at a single path.
    pub fn pointer(&self) -> Option<String> {
        self.plain_path().map(|path| format!("/{}", path.replace('.', "/")))
    }
}

/// A name that `evt.type` accepts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventType {
    /// Name, such as `openat`.
    pub name: String,
    /// `syscall`, `tracepoint`, `meta`, `plugin` or `other`.
    pub kind: Arc<str>,
    /// Shown by Falco's own listing.
    pub listed: bool,
    /// Also the name of a system call.
    pub syscall: bool,
    /// Directions in Falco's listing: `>` enter, `<` exit.
    pub dirs: Arc<str>,
}

/// One field list: that of the engine, or that of a plugin.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The plugin, for a plugin's list.
    pub plugin: Option<PluginHead>,
    /// Event source the plugin produces.
    pub source: Option<String>,
    /// Event sources the plugin declares to read, beside none or its own.
    pub extract_sources: Vec<String>,
    /// All fields, those of one class together, in the order in which the engine lists them.
    pub fields: Vec<Field>,
    /// Names for `evt.type`, sorted; only system calls have them.
    pub event_types: Vec<EventType>,
    /// Parameters of events and the type of the first one with that name; only system calls have them.
    pub event_params: HashMap<String, Type>,
}

/// Name and version of a plugin.
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
pub struct PluginHead {
    /// Name, such as `cloudtrail`.
    pub name: String,
    /// Version, such as `0.17.1`.
    pub version: String,
}
