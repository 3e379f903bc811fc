//! Members of records: in columns of a table, or in JSON.

use super::Dialect::{self, Athena, DuckDb, Spark, Trino};
use crate::cloudtrail::MemberPath;

/// The columns of the table that AWS documents for Athena, with the members of structures. Members of other columns
/// are in their JSON.
const COLUMNS: &[&str] = &[
    "useridentity.type",
    "useridentity.principalid",
    "useridentity.arn",
    "useridentity.accountid",
    "useridentity.invokedby",
    "useridentity.accesskeyid",
    "useridentity.username",
    "useridentity.sessioncontext.attributes.mfaauthenticated",
    "useridentity.sessioncontext.attributes.creationdate",
    "useridentity.sessioncontext.sessionissuer.type",
    "useridentity.sessioncontext.sessionissuer.principalid",
    "useridentity.sessioncontext.sessionissuer.arn",
    "useridentity.sessioncontext.sessionissuer.accountid",
    "useridentity.sessioncontext.sessionissuer.username",
    "eventversion",
    "eventtime",
    "eventsource",
    "eventname",
    "awsregion",
    "sourceipaddress",
    "useragent",
    "errorcode",
    "errormessage",
    "requestid",
    "eventid",
    "eventtype",
    "apiversion",
    "readonly",
    "recipientaccountid",
    "sharedeventid",
    "vpcendpointid",
    "eventcategory",
    "addendum.reason",
    "addendum.updatedfields",
    "addendum.originalrequestid",
    "addendum.originaleventid",
    "sessioncredentialfromconsole",
    "tlsdetails.tlsversion",
    "tlsdetails.ciphersuite",
    "tlsdetails.clientprovidedhostheader",
];
/// The modulus for negative numbers, which wrap around.
pub const WRAP: &str = "18446744073709551616";
/// Columns of that table that hold JSON as text.
const JSON_COLUMNS: [&str; 3] = ["requestparameters", "responseelements", "additionaleventdata"];

impl Dialect {
    /// The text of a member: NULL if absent, empty if it is no text.
    pub fn text_at(self, keys: &[String]) -> Result<String, String> {
        if let Some(column) = self.column(keys)? {
            return Ok(column);
        }
        let (is_there, is_text, text, _) = self.json_at(keys)?;
        Ok(format!("CASE WHEN NOT ({is_there}) THEN NULL WHEN {is_text} THEN {text} ELSE '' END"))
    }

    /// The text of a member: NULL if absent or no text.
    pub fn only_text_at(self, keys: &[String]) -> Result<String, String> {
        if let Some(column) = self.column(keys)? {
            return Ok(column);
        }
        let (_, is_text, text, _) = self.json_at(keys)?;
        Ok(format!("CASE WHEN {is_text} THEN {text} END"))
    }

    /// The elements of a list as JSON, separated by commas; NULL if there is none.
    pub fn elements_at(self, keys: &[String]) -> Result<String, String> {
        if self.has_columns() {
            return Err(format!("the table does not keep the JSON of `{}`", keys.join(".")));
        }
        let (is_there, is_text, _, json) = self.json_at(keys)?;
        Ok(format!(
            "CASE WHEN {is_there} AND NOT ({is_text}) AND {} AND {json} <> '[]' THEN substr({json}, 2, length({json}) - 2) END",
            self.starts(&json, "'['")
        ))
    }

    /// A member as `json.value` shows it: a text as it is, other values as JSON.
    pub fn any_at(self, keys: &[String]) -> Result<String, String> {
        if let Some(column) = self.column(keys)? {
            return Ok(column);
        }
        let (is_there, is_text, text, json) = self.json_at(keys)?;
        Ok(format!("CASE WHEN NOT ({is_there}) THEN NULL WHEN {is_text} THEN {text} ELSE {json} END"))
    }

    /// A member as JSON.
    pub fn json_text_at(self, keys: &[String]) -> Result<String, String> {
        if self.has_columns() {
            return Err("the table does not tell a member that is null from one that is not there".to_owned());
        }
        let (is_there, is_text, _, json) = self.json_at(keys)?;
        if self == Spark {
            let text = format!("to_json(try_variant_get(parsed, {}))", self.text(&steps(keys, '"')?));
            return Ok(format!(
                "CASE WHEN NOT ({is_there}) THEN NULL WHEN {is_text} THEN {text} ELSE {json} END"
            ));
        }
        Ok(format!("CASE WHEN {is_there} THEN {json} END"))
    }

    /// `true` if the member is true, `false` for any other value.
    pub fn flag_at(self, keys: &[String]) -> Result<String, String> {
        if let Some(column) = self.column(keys)? {
            return Ok(format!(
                "CASE WHEN {column} IS NOT NULL THEN CASE {column} WHEN 'true' THEN 'true' ELSE 'false' END END"
            ));
        }
        let (is_there, is_text, _, json) = self.json_at(keys)?;
        Ok(format!(
            "CASE WHEN NOT ({is_there}) THEN NULL WHEN NOT ({is_text}) AND {json} = 'true' THEN 'true' ELSE 'false' END"
        ))
    }

    /// A member as a number; other values are 0.
    pub fn number_at(self, keys: &[String]) -> Result<String, String> {
        let (is_there, is_text, _, json) = self.json_at(keys)?;
        let wide = match self {
            DuckDb => "HUGEINT",
            _ => "DECIMAL(38, 0)",
        };
        let cast = if self == Spark { "try_cast" } else { "TRY_CAST" };
        Ok(format!(
            "CASE WHEN NOT ({is_there}) THEN NULL WHEN {is_text} THEN 0 \
             ELSE (coalesce({cast}(split_part({json}, '.', 1) AS {wide}), 0) + {WRAP}) % {WRAP} END"
        ))
    }

    /// Whether a member is present.
    pub fn is_there(self, keys: &[String]) -> Result<String, String> {
        Ok(self.json_at(keys)?.0)
    }

    /// A member as JSON, from a column with JSON.
    pub(super) fn json_of(self, keys: &[String]) -> Result<String, String> {
        match keys.split_first() {
            Some((column, rest)) if !rest.is_empty() => Ok(format!(
                "json_extract({}, {})",
                column.to_ascii_lowercase(),
                self.text(&steps(rest, '"')?)
            )),
            _ => Err(whole()),
        }
    }

    /// Expressions for a member in JSON: whether it is present, whether it is a text, the text, and the JSON.
    fn json_at(self, keys: &[String]) -> Result<(String, String, String, String), String> {
        match self {
            DuckDb => {
                let odd =
                    |key: &&String| key.parse::<usize>().is_ok_and(|number| number.to_string() != **key);
                if let Some(odd) = keys.iter().find(odd) {
                    return Err(format!("the target does not read `{odd}` as the number of an element"));
                }
                let at = format!("record, {}", self.text(MemberPath::of_keys(keys).pointer()));
                Ok((
                    format!("json_type({at}) IS NOT NULL"),
                    format!("json_type({at}) = 'VARCHAR'"),
                    format!("json_extract_string({at})"),
                    format!("json_extract({at})::VARCHAR"),
                ))
            }
            Spark => {
                let (variant, at) = (self.text(&steps(keys, '"')?), self.text(&steps(keys, '\'')?));
                let value = format!("try_variant_get(parsed, {variant})");
                Ok((
                    format!("{value} IS NOT NULL"),
                    format!("schema_of_variant({value}) = 'STRING'"),
                    format!("try_variant_get(parsed, {variant}, 'string')"),
                    // The function returns NULL for null.
                    format!("coalesce(get_json_object(record, {at}), 'null')"),
                ))
            }
            Athena | Trino => {
                let Some((column, rest)) = keys.split_first() else { return Err(whole()) };
                let column = column.to_ascii_lowercase();
                if !JSON_COLUMNS.contains(&&*column) {
                    return Err(format!("the table has no column for `{}`", keys.join(".")));
                }
                if rest.is_empty() {
                    return Err(
                        "the table does not tell a member that is null from one that is not there".to_owned()
                    );
                }
                let at = format!("{column}, {}", self.text(&steps(rest, '"')?));
                Ok((
                    format!("json_extract({at}) IS NOT NULL"),
                    format!("starts_with(json_format(json_extract({at})), '\"')"),
                    format!("json_extract_scalar({at})"),
                    format!("json_format(json_extract({at}))"),
                ))
            }
        }
    }

    /// The column of this member, if records are in columns and it has one.
    fn column(self, keys: &[String]) -> Result<Option<String>, String> {
        if !self.has_columns() {
            return Ok(None);
        }
        let dotted = keys.join(".").to_ascii_lowercase();
        if COLUMNS.contains(&&*dotted) {
            return Ok(Some(dotted));
        }
        match keys.first() {
            Some(first) if JSON_COLUMNS.contains(&&*first.to_ascii_lowercase()) => Ok(None),
            _ => Err(format!("the table has no column for `{}`", keys.join("."))),
        }
    }
}

fn whole() -> String {
    "the target has no whole record to compare".to_owned()
}

/// A path in the syntax of the engine.
fn steps(keys: &[String], quote: char) -> Result<String, String> {
    let mut path = String::from("$");
    for key in keys {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if key.parse::<usize>().is_ok() {
            // Falco accepts both.
            return Err(format!("the target tells element {key} of a list from a member of that name"));
        }
        match () {
            () if plain && !key.starts_with(|c: char| c.is_ascii_digit()) => path += &format!(".{key}"),
            () if key
                .chars()
                .any(|c| c.is_control() || matches!(c, '"' | '\'' | '\\' | '[' | ']' | '*' | '?')) =>
            {
                return Err(format!("the target has no way to name the member `{key}`"));
            }
            () => path += &format!("[{quote}{key}{quote}]"),
        }
    }
    Ok(path)
}
