//! Lists of texts and tests on them.

use super::Dialect::{self, Athena, DuckDb, Spark, Trino};

impl Dialect {
    /// The non-empty texts of one member of each element of a list; NULL if it is no list.
    pub fn texts_in(self, keys: &[String], member: &str) -> Result<String, String> {
        let path = keys.join(".");
        Ok(match self {
            DuckDb => format!(
                "[json_extract_string(x, '$') FOR x IN json_extract(record, '$.{path}[*].{member}') \
                 IF json_type(x) = 'VARCHAR' AND json_extract_string(x, '$') <> '']"
            ),
            Spark => {
                let value = format!("try_variant_get(x, '$.{member}')");
                let text = format!("try_variant_get(x, '$.{member}', 'string')");
                format!(
                    "filter(transform(try_variant_get(parsed, '$.{path}', 'array<variant>'), \
                     x -> CASE WHEN schema_of_variant({value}) = 'STRING' THEN {text} END), x -> x <> '')"
                )
            }
            Athena | Trino => {
                let items = self.json_of(keys)?;
                let value = format!("json_format(json_extract(x, '$.{member}'))");
                let text = format!("json_extract_scalar(x, '$.{member}')");
                format!(
                    "filter(transform(TRY_CAST({items} AS ARRAY(JSON)), \
                     x -> CASE WHEN starts_with({value}, '\"') THEN {text} END), x -> x <> '')"
                )
            }
        })
    }

    /// The text of a member of one element of a list: NULL if absent, empty if it is no text.
    pub fn element_at(self, keys: &[String], at: usize, member: &str) -> Result<String, String> {
        let path = format!("$.{}[{at}].{member}", keys.join("."));
        let (is_there, is_text, text) = match self {
            DuckDb => (
                format!("json_type(record, '{path}') IS NOT NULL"),
                format!("json_type(record, '{path}') = 'VARCHAR'"),
                format!("json_extract_string(record, '{path}')"),
            ),
            Spark => {
                let value = format!("try_variant_get(parsed, '{path}')");
                (
                    format!("{value} IS NOT NULL"),
                    format!("schema_of_variant({value}) = 'STRING'"),
                    format!("try_variant_get(parsed, '{path}', 'string')"),
                )
            }
            Athena | Trino => {
                let (items, path) = (self.json_of(keys)?, format!("$[{at}].{member}"));
                (
                    format!("json_extract({items}, '{path}') IS NOT NULL"),
                    format!("starts_with(json_format(json_extract({items}, '{path}')), '\"')"),
                    format!("json_extract_scalar({items}, '{path}')"),
                )
            }
        };
        Ok(format!("CASE WHEN NOT ({is_there}) THEN NULL WHEN {is_text} THEN {text} ELSE '' END"))
    }

    /// A list with one element.
    pub fn list_of(self, text: &str) -> String {
        match self {
            DuckDb => format!("[{text}]"),
            Spark => format!("array({text})"),
            Athena | Trino => format!("ARRAY[{text}]"),
        }
    }

    /// Number of elements.
    pub fn size(self, list: &str) -> String {
        match self {
            DuckDb => format!("len({list})"),
            Spark => format!("size({list})"),
            Athena | Trino => format!("cardinality({list})"),
        }
    }

    /// The elements joined by a separator.
    pub fn joined(self, list: &str, separator: &str) -> String {
        match self {
            DuckDb => format!("array_to_string({list}, {separator})"),
            Spark | Athena | Trino => format!("array_join({list}, {separator})"),
        }
    }

    /// Whether all elements, or any, are among these texts.
    pub fn among(self, list: &str, all: bool, texts: &[String]) -> String {
        let texts = texts.join(", ");
        match (self, all) {
            (DuckDb, true) => format!("list_has_all([{texts}], {list})"),
            (DuckDb, false) => format!("list_has_any({list}, [{texts}])"),
            (Spark, true) => format!("forall({list}, x -> x IN ({texts}))"),
            (Spark, false) => format!("exists({list}, x -> x IN ({texts}))"),
            (Athena | Trino, true) => format!("all_match({list}, x -> x IN ({texts}))"),
            (Athena | Trino, false) => format!("any_match({list}, x -> x IN ({texts}))"),
        }
    }
}
