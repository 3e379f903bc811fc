//! Filter patterns of CloudWatch Logs for JSON: read and written.

use crate::syntax::token::Op;

/// A filter pattern, without the braces around it.
#[derive(Clone, PartialEq, Debug)]
pub enum Pattern {
    /// All of them.
    All(Vec<Pattern>),
    /// Any of them.
    Any(Vec<Pattern>),
    /// One comparison.
    Test(Selector, Test),
}

/// Where a value is: keys, and places in arrays as `Key::At`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selector(pub Vec<Key>);

/// A step of a selector.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// A member of an object.
    Name(String),
    /// An element of an array.
    At(usize),
}

/// What is asked of a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// A text, with `*` for anything; if `not`, a value that is there and otherwise.
    Text {
        /// The text as written.
        text: String,
        /// It must not be so.
        not: bool,
    },
    /// A number.
    Number(Op, f64),
    /// `IS TRUE`, `IS FALSE`
    Is(bool),
    /// `IS NULL`
    Null,
    /// `NOT EXISTS`
    Missing,
}

/// Why a pattern cannot be read, and at which byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Byte of the text.
    pub at: usize,
    /// What is wrong.
    pub why: String,
}

/// Groups within each other.
const MAX_DEPTH: usize = 200;

/// Reads a pattern with its braces.
pub fn parse(text: &str) -> Result<Pattern, Broken> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    parser.expect("{")?;
    let pattern = parser.any()?;
    parser.expect("}")?;
    parser.blanks();
    if parser.at < text.len() {
        return parser.fail("something stands after the closing brace");
    }
    Ok(pattern)
}

struct Parser<'p> {
    text: &'p str,
    at: usize,
    depth: usize,
}

impl<'p> Parser<'p> {
    fn rest(&self) -> &'p str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self, why: impl Into<String>) -> Result<T, Broken> {
        Err(Broken { at: self.at, why: why.into() })
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        let rest = self.rest();
        let is = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        self.at += if is { word.len() } else { 0 };
        is
    }

    fn expect(&mut self, token: &str) -> Result<(), Broken> {
        if self.take(token) { Ok(()) } else { self.fail(format!("`{token}` is missing")) }
    }

    /// `||` binds less than `&&`.
    fn any(&mut self) -> Result<Pattern, Broken> {
        let mut parts = vec![self.all()?];
        while self.take("||") {
            parts.push(self.all()?);
        }
        Ok(alone(parts, Pattern::Any))
    }

    fn all(&mut self) -> Result<Pattern, Broken> {
        let mut parts = vec![self.one()?];
        while self.take("&&") {
            parts.push(self.one()?);
        }
        Ok(alone(parts, Pattern::All))
    }

    fn one(&mut self) -> Result<Pattern, Broken> {
        if !self.take("(") {
            return self.test();
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("the groups are too deep");
        }
        let inner = self.any()?;
        self.expect(")")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn test(&mut self) -> Result<Pattern, Broken> {
        let selector = self.selector()?;
        if self.word("NOT") {
            return match self.word("EXISTS") {
                true => Ok(Pattern::Test(selector, Test::Missing)),
                false => self.fail("`EXISTS` is missing after `NOT`"),
            };
        }
        if self.word("IS") {
            let test = match () {
                () if self.word("TRUE") => Test::Is(true),
                () if self.word("FALSE") => Test::Is(false),
                () if self.word("NULL") => Test::Null,
                () => return self.fail("after `IS` stands `TRUE`, `FALSE` or `NULL`"),
            };
            return Ok(Pattern::Test(selector, test));
        }
        let ops =
            [("!=", Op::Ne), ("<=", Op::Le), (">=", Op::Ge), ("=", Op::Eq), ("<", Op::Lt), (">", Op::Gt)];
        let Some((_, op)) = ops.into_iter().find(|(token, _)| self.take(token)) else {
            return self.fail("a comparison is missing after the selector");
        };
        let start = self.at;
        let (text, quoted) = self.value()?;
        let number = text.parse::<f64>().ok().filter(|number| !quoted && number.is_finite());
        let test = match (number, op) {
            (Some(number), _) => Test::Number(op, number),
            (None, Op::Eq | Op::Ne) => Test::Text { text, not: op == Op::Ne },
            (None, _) => {
                self.at = start;
                return self.fail("only numbers are less or greater");
            }
        };
        Ok(Pattern::Test(selector, test))
    }

    fn selector(&mut self) -> Result<Selector, Broken> {
        self.expect("$")?;
        let mut keys = Vec::new();
        loop {
            let rest = self.rest();
            if let Some(after) = rest.strip_prefix('.') {
                let len = after
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                    .unwrap_or(after.len());
                if len == 0 && after.starts_with('[') {
                    self.at += 1;
                    continue;
                }
                if len == 0 {
                    return self.fail("a name is missing after the dot");
                }
                keys.push(Key::Name(after[..len].to_owned()));
                self.at += 1 + len;
            } else if rest.starts_with('[') {
                keys.push(self.bracket()?);
            } else if keys.is_empty() {
                return self.fail("a selector begins with `$.`");
            } else {
                return Ok(Selector(keys));
            }
        }
    }

    fn bracket(&mut self) -> Result<Key, Broken> {
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(end) = inner.find(']') else { return self.fail("`]` is missing") };
        let inside = inner[..end].trim();
        let name = ['"', '\''].iter().find_map(|&quote| inside.strip_prefix(quote)?.strip_suffix(quote));
        let key = match (name, inside.parse()) {
            (Some(name), _) => Key::Name(name.to_owned()),
            (None, Ok(at)) => Key::At(at),
            (None, Err(_)) if inside == "*" => {
                return self.fail("`[*]` asks for any element, which Falco cannot");
            }
            (None, Err(_)) => return self.fail("an element is asked for by its number"),
        };
        self.at += end + 2;
        Ok(key)
    }

    fn value(&mut self) -> Result<(String, bool), Broken> {
        self.blanks();
        let rest = self.rest();
        if let Some(inner) = rest.strip_prefix('"') {
            let mut text = String::new();
            let mut chars = inner.char_indices();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        self.at += at + 2;
                        return Ok((text, true));
                    }
                    '\\' => text.extend(chars.next().map(|(_, c)| c)),
                    c => text.push(c),
                }
            }
            return self.fail("the closing quote is missing");
        }
        if rest.starts_with('%') {
            return self.fail("regular expressions of filter patterns are not Falco's");
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '}' | '&' | '|' | '('))
            .unwrap_or(rest.len());
        if end == 0 {
            return self.fail("a value is missing");
        }
        self.at += end;
        Ok((rest[..end].to_owned(), false))
    }
}

fn alone(mut parts: Vec<Pattern>, make: fn(Vec<Pattern>) -> Pattern) -> Pattern {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            make(parts)
        }
    }
}

/// A pattern as text, with its braces.
pub fn write(pattern: &Pattern) -> String {
    format!("{{ {} }}", inner(pattern))
}

fn inner(pattern: &Pattern) -> String {
    let all = |parts: &[Pattern], word: &str| {
        let part = |part: &Pattern| match part {
            Pattern::Test(..) => inner(part),
            _ => format!("({})", inner(part)),
        };
        parts.iter().map(part).collect::<Vec<_>>().join(word)
    };
    match pattern {
        Pattern::All(parts) => all(parts, " && "),
        Pattern::Any(parts) => all(parts, " || "),
        Pattern::Test(selector, test) => format!("({} {})", selector.text(), test.text()),
    }
}

impl Selector {
    /// As written.
    pub fn text(&self) -> String {
        let mut text = String::from("$");
        for key in &self.0 {
            match key {
                Key::Name(name) => text += &format!(".{name}"),
                Key::At(at) => text += &format!("[{at}]"),
            }
        }
        text
    }
}

impl Test {
    fn text(&self) -> String {
        match self {
            Test::Text { text, not } => {
                let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
                format!("{} \"{escaped}\"", if *not { "!=" } else { "=" })
            }
            Test::Number(op, number) => format!("{} {number}", op.text()),
            Test::Is(true) => "IS TRUE".to_owned(),
            Test::Is(false) => "IS FALSE".to_owned(),
            Test::Null => "IS NULL".to_owned(),
            Test::Missing => "NOT EXISTS".to_owned(),
        }
    }
}
