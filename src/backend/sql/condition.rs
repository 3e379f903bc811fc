//! Conditions in SQL. Every comparison is true or false and never NULL, so that `NOT` is its negation.

use super::{Writer, hex, regex};
use crate::schema::Type;
use crate::sema::ir::{Atom, Pred, Term, Test};
use crate::sema::pattern::Prefixes;
use crate::sema::values::{Family, family, number};
use crate::syntax::glob::{self, Glob, GlobToken};
use crate::syntax::token::{Modifier, Op, Transformer};

/// Encoding of a left side: as text, or as hexadecimal digits of its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Text,
    Digits,
}

impl Writer {
    /// A condition; the error is the first comparison that cannot be expressed.
    pub fn condition(&mut self, pred: &Pred) -> Result<String, String> {
        match pred {
            Pred::Const(truth) => Ok(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            Pred::And(parts) => self.joined(parts, " AND ", "TRUE"),
            Pred::Or(parts) => self.joined(parts, " OR ", "FALSE"),
            Pred::Not(inner) => Ok(format!("NOT ({})", self.condition(inner)?)),
            Pred::Atom(atom) => self.comparison(atom),
        }
    }

    fn joined(&mut self, parts: &[Pred], word: &str, empty: &str) -> Result<String, String> {
        let parts = parts.iter().map(|part| self.condition(part)).collect::<Result<Vec<_>, _>>()?;
        Ok(if parts.is_empty() { empty.to_owned() } else { format!("({})", parts.join(word)) })
    }

    /// One comparison. An absent value is NULL, and NULL is false here.
    pub fn comparison(&mut self, atom: &Atom) -> Result<String, String> {
        let (ty, list) = atom.left.type_of();
        if list {
            return self.of_list(atom);
        }
        let (left, form) = match self.decoded(&atom.left)? {
            Some(digits) => (format!("({digits})"), Encoding::Digits),
            None => (self.term(&atom.left)?, Encoding::Text),
        };
        let test = match &atom.test {
            Test::Exists => return Ok(format!("({left} IS NOT NULL)")),
            Test::Values { op, modifier, values } => {
                self.values((&left, form), ty, *op, *modifier, values)?
            }
            Test::Term { .. } if form == Encoding::Digits => {
                return Err("the target compares what `b64()` makes with constants only".to_owned());
            }
            Test::Term { op, term } => match self.between(atom, &left, *op, term)? {
                Some(test) => test,
                None => return Ok("FALSE".to_owned()),
            },
        };
        Ok(format!("coalesce({test}, FALSE)"))
    }

    /// A comparison of a list. Operators other than `in` and `intersects` never hold.
    fn of_list(&mut self, atom: &Atom) -> Result<String, String> {
        let Term::Field(field) = &atom.left else {
            return Err("the target has no lists that transformers make".to_owned());
        };
        let list = self.list(field)?;
        match &atom.test {
            Test::Exists => Ok(format!("({list} IS NOT NULL)")),
            Test::Values { op: op @ (Op::In | Op::Intersects), values, .. } if !values.is_empty() => {
                let texts: Vec<String> = values.iter().map(|value| self.dialect.text(value)).collect();
                Ok(format!("coalesce({}, FALSE)", self.dialect.among(&list, *op == Op::In, &texts)))
            }
            Test::Values { .. } => Ok("FALSE".to_owned()),
            Test::Term { .. } => Err("the target compares lists with constants only".to_owned()),
        }
    }

    fn values(
        &mut self,
        (left, form): (&str, Encoding),
        ty: Type,
        op: Op,
        modifier: Option<Modifier>,
        values: &[Box<str>],
    ) -> Result<String, String> {
        let text = match family(ty) {
            Family::Text => true,
            Family::Number => false,
            _ => return Err("the target compares only texts and numbers".to_owned()),
        };
        let any = matches!(modifier, None | Some(Modifier::Anyof));
        if text && any && matches!(op, Op::In | Op::Intersects | Op::Eq | Op::EqEq) {
            let texts: Vec<String> = values.iter().map(|value| self.constant(form, value)).collect();
            return Ok(match texts.as_slice() {
                [] => "FALSE".to_owned(),
                [only] => format!("({left} = {only})"),
                _ => format!("({left} IN ({}))", texts.join(", ")),
            });
        }
        let one = |value: &str| match text {
            true if form == Encoding::Digits => self.bytes_test(left, op, value),
            true => self.text_test(left, op, value),
            false => {
                let value = number(value.as_bytes()).ok_or("the value is no number")?;
                let word = compared(op).ok_or("numbers do not compare so")?;
                // Spark evaluates NULL as smaller than a number beyond the range of the member.
                Ok(format!("({left} IS NOT NULL AND {left} {word} {value})"))
            }
        };
        let tests = values.iter().map(|value| one(value)).collect::<Result<Vec<_>, String>>()?;
        Ok(match modifier {
            _ if tests.is_empty() => "FALSE".to_owned(),
            None | Some(Modifier::Anyof) => format!("({})", tests.join(" OR ")),
            Some(Modifier::Allof) => format!("({})", tests.join(" AND ")),
            Some(Modifier::Oneof) => {
                let counted: Vec<String> =
                    tests.iter().map(|test| format!("CASE WHEN {test} THEN 1 ELSE 0 END")).collect();
                format!("({} = 1)", counted.join(" + "))
            }
        })
    }

    fn text_test(&self, left: &str, op: Op, value: &str) -> Result<String, String> {
        let dialect = self.dialect;
        let text = dialect.text(value);
        // Every text contains the empty one.
        let within = |test: String| if value.is_empty() { format!("({left} IS NOT NULL)") } else { test };
        Ok(match op {
            Op::Contains => within(dialect.contains(left, &text)),
            Op::Startswith => within(dialect.starts(left, &text)),
            Op::Endswith => within(dialect.ends(left, &text)),
            Op::Icontains => {
                within(dialect.contains(&dialect.lower(left), &dialect.text(&value.to_ascii_lowercase())))
            }
            Op::Glob | Op::Iglob => {
                let fold = op == Op::Iglob;
                match like(&glob::parse(value.as_bytes(), false)) {
                    Some(pattern) if fold => {
                        let pattern = dialect.text(&pattern.to_ascii_lowercase());
                        format!("({} LIKE {pattern} ESCAPE '!')", dialect.lower(left))
                    }
                    Some(pattern) => format!("({left} LIKE {} ESCAPE '!')", dialect.text(&pattern)),
                    // Operators on bytes.
                    None => {
                        let pattern = hex::glob(&glob::parse(value.as_bytes(), fold));
                        dialect.regex(&dialect.digits(left), &pattern)
                    }
                }
            }
            Op::Pmatch => {
                let prefixes = Prefixes::new([value.as_bytes()].into_iter());
                dialect.regex(&dialect.digits(left), &hex::below(&prefixes))
            }
            Op::Regex => dialect.regex(left, &regex::portable(value)?),
            op => match compared(op) {
                Some(word) => format!("({left} {word} {text})"),
                None => return Err(format!("the target has no `{}`", op.text())),
            },
        })
    }

    /// The test on bytes: the left side is their digits.
    fn bytes_test(&self, left: &str, op: Op, value: &str) -> Result<String, String> {
        let (dialect, bytes) = (self.dialect, value.as_bytes());
        let constant = self.constant(Encoding::Digits, value);
        let within = |test: String| if value.is_empty() { format!("({left} IS NOT NULL)") } else { test };
        Ok(match op {
            Op::Startswith => within(dialect.starts(left, &constant)),
            Op::Endswith => within(dialect.ends(left, &constant)),
            Op::Contains | Op::Icontains => dialect.regex(left, &hex::contains(bytes, op == Op::Icontains)),
            Op::Glob | Op::Iglob => dialect.regex(left, &hex::glob(&glob::parse(bytes, op == Op::Iglob))),
            Op::Pmatch => dialect.regex(left, &hex::below(&Prefixes::new([bytes].into_iter()))),
            op => match compared(op) {
                Some(word) => format!("({left} {word} {constant})"),
                None => return Err(format!("the target has no `{}` of what `b64()` makes", op.text())),
            },
        })
    }

    fn constant(&self, form: Encoding, value: &str) -> String {
        match form {
            Encoding::Text => self.dialect.text(value),
            Encoding::Digits => self.dialect.text(&hex::digits(value.as_bytes())),
        }
    }

    /// A comparison of two values of an event; `None` if it never holds.
    fn between(&mut self, atom: &Atom, left: &str, op: Op, right: &Term) -> Result<Option<String>, String> {
        let call = |term: &Term, of: fn(Transformer) -> bool| matches!(term, Term::Call { transformer, .. } if of(*transformer));
        if call(&atom.left, Transformer::is_multi) {
            return Ok(None);
        }
        let (ty, list) = right.type_of();
        if list {
            return Err("the target has no lists to compare".to_owned());
        }
        let written = self.term(right)?;
        let maps = |transformer| {
            use Transformer::{B64, Basename, Tolower, Toupper};
            matches!(transformer, Tolower | Toupper | B64 | Basename)
        };
        // Falco compares a NUL at the end of these values.
        if matches!(op, Op::In | Op::Intersects) && call(right, maps) {
            return Ok(None);
        }
        let dialect = self.dialect;
        let pair = (family(atom.left.type_of().0), family(ty));
        Ok(Some(match (pair, op) {
            ((Family::Text, Family::Text), Op::Contains) => {
                format!("({left} IS NOT NULL AND ({written} = '' OR {}))", dialect.contains(left, &written))
            }
            ((Family::Text, Family::Text), Op::Startswith) => dialect.starts(left, &written),
            ((Family::Text, Family::Text), Op::Endswith) => {
                format!("({left} IS NOT NULL AND ({written} = '' OR {}))", dialect.ends(left, &written))
            }
            ((Family::Text, Family::Text), Op::Icontains) => {
                let (left, right) = (dialect.lower(left), dialect.lower(&written));
                format!("({left} IS NOT NULL AND ({right} = '' OR {}))", dialect.contains(&left, &right))
            }
            ((Family::Text, Family::Text) | (Family::Number, Family::Number), op) => match compared(op) {
                Some(word) => format!("({left} {word} {written})"),
                None => return Err(format!("the target has no `{}` of two members", op.text())),
            },
            _ => return Ok(None),
        }))
    }
}

fn compared(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Eq | Op::EqEq | Op::In | Op::Intersects => "=",
        Op::Ne => "<>",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        _ => return None,
    })
}

/// A shell pattern without wildcards but `*` as a `LIKE` pattern with escape `!`; `None` for others.
fn like(pattern: &Glob) -> Option<String> {
    let mut out = Vec::new();
    for token in &pattern.tokens {
        match token {
            GlobToken::Any => out.push(b'%'),
            GlobToken::Byte(byte) => {
                if matches!(byte, b'%' | b'_' | b'!') {
                    out.push(b'!');
                }
                out.push(*byte);
            }
            _ => return None,
        }
    }
    String::from_utf8(out).ok()
}
