//! The vocabulary of the condition language: the single source for the parser, the grammar files and completion.
//!
//! Order matters: Falco tries operators and transformers as literal prefixes in exactly this order.

/// The kinds of right sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhs {
    /// Nothing: `exists`.
    None,
    /// A number.
    Number,
    /// A string, or a list after a modifier.
    String,
    /// A list.
    List,
}

macro_rules! operators {
    ($($variant:ident $text:literal $rhs:ident $summary:literal;)+) => {
        /// An operator of a comparison.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[allow(missing_docs)]
        pub enum Op { $($variant),+ }

        /// All operators in the order in which Falco's messages name them.
        pub const OPERATORS: &[Op] = &[$(Op::$variant),+];

        impl Op {
            /// The operator as written.
            pub fn text(self) -> &'static str {
                match self { $(Op::$variant => $text),+ }
            }

            /// The kind of its right side.
            pub fn rhs(self) -> Rhs {
                match self { $(Op::$variant => Rhs::$rhs),+ }
            }

            /// A short description.
            pub fn summary(self) -> &'static str {
                match self { $(Op::$variant => $summary),+ }
            }
        }
    };
}

operators! {
    Exists "exists" None "the event has the field";
    Le "<=" Number "less than or equal";
    Lt "<" Number "less than";
    Ge ">=" Number "greater than or equal";
    Gt ">" Number "greater than";
    EqEq "==" String "equal, same as `=`";
    Eq "=" String "equal";
    Ne "!=" String "present and not equal";
    Glob "glob" String "matches a shell pattern as a whole";
    Iglob "iglob" String "matches a shell pattern as a whole, ignoring ASCII case";
    Contains "contains" String "has the text somewhere";
    Icontains "icontains" String "has the text somewhere, ignoring ASCII case";
    Bcontains "bcontains" String "raw bytes have the hex bytes somewhere";
    Startswith "startswith" String "begins with the text";
    Bstartswith "bstartswith" String "raw bytes begin with the hex bytes";
    Endswith "endswith" String "ends with the text";
    Regex "regex" String "matches the regular expression (RE2, POSIX) as a whole";
    Intersects "intersects" List "at least one value is in the list";
    In "in" List "every value is in the list";
    Pmatch "pmatch" List "a path prefix is in the list";
}

impl Op {
    /// The operator with this spelling.
    pub fn from_text(text: &str) -> Option<Op> {
        OPERATORS.iter().copied().find(|op| op.text() == text)
    }

    /// The spelling in Falco's type errors, which print `==` as `=`.
    pub fn canonical(self) -> &'static str {
        if self == Op::EqEq { "=" } else { self.text() }
    }

    /// True if it consists of letters.
    pub fn is_word(self) -> bool {
        self.text().as_bytes()[0].is_ascii_alphabetic()
    }
}

/// The application of a string operator to a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Modifier {
    /// Exactly one element matches.
    Oneof,
    /// At least one element matches.
    Anyof,
    /// All elements match.
    Allof,
}

/// All modifiers, in Falco's order.
pub const MODIFIERS: &[Modifier] = &[Modifier::Oneof, Modifier::Anyof, Modifier::Allof];

impl Modifier {
    /// The modifier as written.
    pub fn text(self) -> &'static str {
        match self {
            Modifier::Oneof => "oneof",
            Modifier::Anyof => "anyof",
            Modifier::Allof => "allof",
        }
    }

    /// The modifier with this spelling.
    pub fn from_text(text: &str) -> Option<Modifier> {
        MODIFIERS.iter().copied().find(|modifier| modifier.text() == text)
    }
}

/// A function on field values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Transformer {
    Val,
    Tolower,
    Toupper,
    B64,
    Basename,
    Len,
    Join,
    Concat,
    Getopt,
}

/// All transformers in the order in which Falco's messages name them.
pub const TRANSFORMERS: &[Transformer] = &[
    Transformer::Val,
    Transformer::Tolower,
    Transformer::Toupper,
    Transformer::B64,
    Transformer::Basename,
    Transformer::Len,
    Transformer::Join,
    Transformer::Concat,
    Transformer::Getopt,
];

impl Transformer {
    /// The transformer's name.
    pub fn text(self) -> &'static str {
        match self {
            Transformer::Val => "val",
            Transformer::Tolower => "tolower",
            Transformer::Toupper => "toupper",
            Transformer::B64 => "b64",
            Transformer::Basename => "basename",
            Transformer::Len => "len",
            Transformer::Join => "join",
            Transformer::Concat => "concat",
            Transformer::Getopt => "getopt",
        }
    }

    /// A short description.
    pub fn summary(self) -> &'static str {
        match self {
            Transformer::Val => "the value of a field, on the right side of an operator",
            Transformer::Tolower => "ASCII lower case",
            Transformer::Toupper => "ASCII upper case",
            Transformer::B64 => "base64-decoded; absent if it is not base64",
            Transformer::Basename => "what follows the last `/`",
            Transformer::Len => "number of bytes of a text, or of elements of a list",
            Transformer::Join => "elements of a list joined by a separator",
            Transformer::Concat => "texts one after another",
            Transformer::Getopt => "command-line options picked from a list of arguments",
        }
    }

    /// True for `join`, `concat` and `getopt`, which take several arguments.
    pub fn is_multi(self) -> bool {
        matches!(self, Transformer::Join | Transformer::Concat | Transformer::Getopt)
    }
}

/// The priorities Falco accepts, ignoring ASCII case, with the name it prints in `-L`.
pub const PRIORITIES: &[(&str, &str)] = &[
    ("EMERGENCY", "Emergency"),
    ("ALERT", "Alert"),
    ("CRITICAL", "Critical"),
    ("ERROR", "Error"),
    ("WARNING", "Warning"),
    ("NOTICE", "Notice"),
    ("INFORMATIONAL", "Informational"),
    ("INFO", "Informational"),
    ("DEBUG", "Debug"),
];
