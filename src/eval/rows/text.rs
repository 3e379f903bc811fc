//! Structs as Athena and Trino print them: `{type=IAMUser, principalid=AIDA, arn=null}`.
//! Nothing is quoted there, so a text can contain separators. Only unambiguous texts are read.

use super::columns::{ColumnType, Member, member};
use serde_json::{Map, Value};

/// The error for a text that is not unambiguous.
const AMBIGUOUS: &str = "can be read in more than one way; export it as JSON: `CAST(... AS JSON)`";

/// The value of a column of this type.
pub(super) fn read(text: &str, kind: ColumnType) -> Result<Value, String> {
    let mut reader = StructReader { rest: text };
    let value = match kind {
        ColumnType::List(members) => reader.list(members),
        ColumnType::Struct(members) => reader.members(members).map(Value::Object),
        _ => Err(AMBIGUOUS),
    };
    let value = value.and_then(|value| if reader.rest.is_empty() { Ok(value) } else { Err(AMBIGUOUS) });
    value.map_err(str::to_owned)
}

/// Whether a text contains a separator of list elements, so that its elements are uncertain.
pub(super) fn may_be_joined(text: &str) -> bool {
    text.match_indices("}, {").any(|(at, joint)| name_end(&text[at + joint.len()..]).is_some())
}

struct StructReader<'t> {
    rest: &'t str,
}

impl<'t> StructReader<'t> {
    fn eat(&mut self, token: &str) -> Result<(), &'static str> {
        self.rest = self.rest.strip_prefix(token).ok_or(AMBIGUOUS)?;
        Ok(())
    }

    fn list(&mut self, members: &'static [Member]) -> Result<Value, &'static str> {
        self.eat("[")?;
        let (mut all, mut first): (Vec<Value>, Option<Vec<&str>>) = (Vec::new(), None);
        while self.rest != "]" {
            if first.is_some() {
                self.eat(", ")?;
            }
            let (element, names) = self.named(members)?;
            // All elements have the same members, including empty ones.
            if *first.get_or_insert_with(|| names.clone()) != names {
                return Err(AMBIGUOUS);
            }
            all.push(Value::Object(element));
        }
        self.eat("]")?;
        Ok(Value::Array(all))
    }

    fn members(&mut self, members: &'static [Member]) -> Result<Map<String, Value>, &'static str> {
        self.named(members).map(|(map, _)| map)
    }

    fn named(
        &mut self,
        members: &'static [Member],
    ) -> Result<(Map<String, Value>, Vec<&'static str>), &'static str> {
        self.eat("{")?;
        let (mut map, mut names) = (Map::new(), Vec::new());
        let mut nothing = false;
        loop {
            let end = name_end(self.rest).ok_or(AMBIGUOUS)?;
            let known = member(members, &self.rest[..end])
                .ok_or("has a member that rulec does not know, whose name in records is lost")?;
            self.rest = &self.rest[end + 1..];
            if names.contains(&known.name) {
                return Err(AMBIGUOUS);
            }
            names.push(known.name);
            match self.value(known.kind)? {
                Value::Null => nothing = true,
                value => drop(map.insert(known.name.to_owned(), value)),
            }
            if self.rest.starts_with('}') {
                break;
            }
            self.eat(", ")?;
        }
        self.eat("}")?;
        // A user named `null` prints like an absent user.
        let ends_in_null = |value: &Value| {
            value.as_str().is_some_and(|text| text.ends_with("/null") || text.ends_with(":null"))
        };
        if nothing && map.values().any(ends_in_null) {
            return Err(AMBIGUOUS);
        }
        Ok((map, names))
    }

    fn value(&mut self, kind: ColumnType) -> Result<Value, &'static str> {
        let plain = self.plain();
        if plain == "null" {
            self.rest = &self.rest[plain.len()..];
            return Ok(Value::Null);
        }
        match kind {
            ColumnType::Struct(members) => self.members(members).map(Value::Object),
            ColumnType::List(members) => self.list(members),
            ColumnType::Map => self.map(),
            _ => {
                self.rest = &self.rest[plain.len()..];
                if plain.contains('{') { Err(AMBIGUOUS) } else { Ok(Value::String(plain.to_owned())) }
            }
        }
    }

    /// The text up to the end of a member.
    fn plain(&self) -> &'t str {
        let ends = |(at, c): (usize, char)| match c {
            '}' => true,
            ',' => self.rest[at..].strip_prefix(", ").is_some_and(|next| name_end(next).is_some()),
            _ => false,
        };
        let end = self.rest.char_indices().find(|&found| ends(found)).map(|(at, _)| at);
        &self.rest[..end.unwrap_or(self.rest.len())]
    }

    fn map(&mut self) -> Result<Value, &'static str> {
        self.eat("{")?;
        let end = self.rest.find('}').ok_or(AMBIGUOUS)?;
        let inside = &self.rest[..end];
        self.rest = &self.rest[end..];
        self.eat("}")?;
        let mut map = Map::new();
        if !inside.is_empty() {
            let (key, value) = inside.split_once('=').ok_or(AMBIGUOUS)?;
            // What looks like another pair can be part of this value.
            if value.contains(['=', '{']) || value == "null" {
                return Err(AMBIGUOUS);
            }
            map.insert(key.to_owned(), value.into());
        }
        Ok(Value::Object(map))
    }
}

/// End of a member's name, if the text starts with a name and `=`.
fn name_end(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    (end > 0 && text[end..].starts_with('=')).then_some(end)
}
