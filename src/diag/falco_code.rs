//! Falco's codes for errors and warnings of rules files: the only place for their names and descriptions.

use super::Severity;
use std::fmt;

macro_rules! falco_codes {
    ($($severity:ident $code:ident = $name:literal, $description:literal;)+) => {
        /// A code of Falco's. Errors make it refuse a file, warnings do not.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum FalcoCode {
            $(
                #[doc = concat!("`", $name, "`.")]
                $code,
            )+
        }

        impl FalcoCode {
            /// Every code, errors first.
            pub const ALL: &[FalcoCode] = &[$(FalcoCode::$code),+];

            /// The name that Falco prints.
            pub fn name(self) -> &'static str {
                match self {
                    $(FalcoCode::$code => $name,)+
                }
            }

            /// What Falco writes into `codedesc`: a short text for an error, a long one for a warning.
            pub fn description(self) -> &'static str {
                match self {
                    $(FalcoCode::$code => $description,)+
                }
            }

            fn severity(self) -> Severity {
                match self {
                    $(FalcoCode::$code => Severity::$severity,)+
                }
            }
        }
    };
}

falco_codes! {
    Error ErrFileRead = "LOAD_ERR_FILE_READ", "File read error";
    Error ErrYamlParse = "LOAD_ERR_YAML_PARSE", "YAML parse error";
    Error ErrYamlValidate = "LOAD_ERR_YAML_VALIDATE", "Error validating internal structure of YAML file";
    Error ErrCompileCondition = "LOAD_ERR_COMPILE_CONDITION", "Error compiling condition";
    Error ErrCompileOutput = "LOAD_ERR_COMPILE_OUTPUT", "Error compiling output";
    Error ErrValidate = "LOAD_ERR_VALIDATE", "Error validating rule/macro/list/exception objects";
    Error ErrExtension = "LOAD_ERR_EXTENSION", "Error in extension item";
    Warning UnknownSource = "LOAD_UNKNOWN_SOURCE",
        "A rule has a unknown event source. This can occur when reading rules content without having a \
         corresponding plugin loaded, etc. The rule will be silently ignored.";
    Warning UnsafeNaCheck = "LOAD_UNSAFE_NA_CHECK",
        "Comparing a field value with <NA> is unsafe and can lead to unpredictable behavior of the rule \
         condition. If you need to check for the existence of a field, consider using the 'exists' operator \
         instead.";
    Warning NoEvttype = "LOAD_NO_EVTTYPE",
        "A rule condition matches too many evt.type values. This has a significant performance penalty. Make \
         the condition more specific by adding an evt.type field or further restricting the number of evt.type \
         values in the condition.";
    Warning UnknownFilter = "LOAD_UNKNOWN_FILTER",
        "A rule condition or output refers to a field or evt.type that does not exist. This is normally an \
         error, but if a rule has a skip-if-unknown-filter property, the error is downgraded to a warning.";
    Warning UnusedMacro = "LOAD_UNUSED_MACRO",
        "A macro is defined in the rules content but is not used by any other macro or rule.";
    Warning UnusedList = "LOAD_UNUSED_LIST",
        "A list is defined in the rules content but is not used by any other list, macro, or rule.";
    Warning UnknownItem = "LOAD_UNKNOWN_ITEM",
        "An unknown top-level object is in the rules content. It will be ignored.";
    Warning DeprecatedItem = "LOAD_DEPRECATED_ITEM",
        "A deprecated item is employed by lists, macros, or rules.";
    Warning AppendNoValues = "LOAD_APPEND_NO_VALUES",
        "A rule exception is overriding/appending with no values";
    Warning ExceptionNameNotUnique = "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
        "A rule is defining multiple exceptions with the same name";
    Warning InvalidMacroName = "LOAD_INVALID_MACRO_NAME", "A macro is defined with an invalid name";
    Warning InvalidListName = "LOAD_INVALID_LIST_NAME", "A list is defined with an invalid name";
    Warning CompileCondition = "LOAD_COMPILE_CONDITION",
        "A rule condition or output have been parsed with a warning";
    Warning UnknownKey = "LOAD_UNKNOWN_KEY",
        "An item in the rules content contains an unrecognized key. The key will be ignored. This may indicate \
         a typo or a property placed on the wrong item type.";
}

impl FalcoCode {
    /// True if Falco refuses a file with such a finding.
    pub fn is_error(self) -> bool {
        self.severity() == Severity::Error
    }
}

impl fmt::Display for FalcoCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
