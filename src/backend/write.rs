//! Conditions as Falco's text, which parses to the same predicate.

use crate::sema::ir::{Atom, FieldRef, Pred, Term, Test};
use crate::sema::predicate::without_double_not;
use crate::syntax::lexer::is_bare;
use crate::syntax::token::{Op, Rhs};

/// A condition as text. The error is a constant that Falco cannot write.
pub fn condition(pred: &Pred) -> Result<String, String> {
    match without_double_not(pred) {
        Pred::Const(true) => Ok("evt.num > 0".to_owned()),
        Pred::Const(false) => Ok("evt.num = 0".to_owned()),
        Pred::And(parts) => joined(parts, " and ", true),
        Pred::Or(parts) => joined(parts, " or ", false),
        Pred::Not(inner) => Ok(format!("not {}", part(inner)?)),
        Pred::Atom(atom) => comparison(atom),
    }
}

fn joined(parts: &[Pred], word: &str, empty: bool) -> Result<String, String> {
    match parts {
        [] => condition(&Pred::Const(empty)),
        [only] => condition(only),
        _ => Ok(parts.iter().map(part).collect::<Result<Vec<_>, _>>()?.join(word)),
    }
}

/// A part, in parentheses if it is more than one comparison.
fn part(pred: &Pred) -> Result<String, String> {
    let text = condition(pred)?;
    let alone = match without_double_not(pred) {
        Pred::And(parts) | Pred::Or(parts) => parts.is_empty(),
        _ => true,
    };
    Ok(if alone { text } else { format!("({text})") })
}

/// One comparison as text.
pub fn comparison(atom: &Atom) -> Result<String, String> {
    let left = term(&atom.left)?;
    Ok(match &atom.test {
        Test::Exists => format!("{left} exists"),
        Test::Values { op, modifier, values } => {
            let list = modifier.is_some() || op.rhs() == Rhs::List;
            let written = values.iter().map(|value| constant(value, *op)).collect::<Result<Vec<_>, _>>()?;
            let right = if list { format!("({})", written.join(", ")) } else { written.join(", ") };
            match modifier {
                Some(modifier) => format!("{left} {} {} {right}", op.text(), modifier.text()),
                None => format!("{left} {} {right}", op.text()),
            }
        }
        Test::Term { op, term: Term::Field(right) } => {
            format!("{left} {} val({})", op.text(), field(right)?)
        }
        Test::Term { op, term: right } => format!("{left} {} {}", op.text(), term(right)?),
    })
}

fn constant(value: &str, op: Op) -> Result<String, String> {
    if op.rhs() == Rhs::Number { Ok(value.to_owned()) } else { text(value) }
}

/// A field or transformer as text.
pub fn term(of: &Term) -> Result<String, String> {
    let all =
        |terms: &[Term]| Ok::<_, String>(terms.iter().map(term).collect::<Result<Vec<_>, _>>()?.join(", "));
    Ok(match of {
        Term::Field(of) => field(of)?,
        Term::Call { transformer, args, arg } => {
            let bracket = arg.as_deref().map(argument).transpose()?.unwrap_or_default();
            format!("{}({}){bracket}", transformer.text(), all(args)?)
        }
        Term::List(terms) => format!("({})", all(terms)?),
        Term::Const(value) => quoted(value)?,
    })
}

fn field(field: &FieldRef) -> Result<String, String> {
    let bracket = field.arg.as_deref().map(argument).transpose()?.unwrap_or_default();
    Ok(format!("{}{bracket}", field.name))
}

fn argument(value: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '.' | '-' | '~' | '$' | ':');
    let bare = !value.is_empty() && value.chars().all(plain);
    Ok(format!("[{}]", if bare { value.to_owned() } else { quoted(value)? }))
}

/// A text, in quotes unless it is a plain word.
pub fn text(value: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let word = value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.chars().all(plain);
    // The lexer reads a keyword at the start of a word.
    let keyword = ["oneof", "anyof", "allof", "val", "and", "or", "not"]
        .iter()
        .any(|word| value.starts_with(word))
        || crate::syntax::token::TRANSFORMERS.iter().any(|transformer| value.starts_with(transformer.text()));
    if word && !keyword && !value.contains('.') { Ok(value.to_owned()) } else { quoted(value) }
}

fn quoted(value: &str) -> Result<String, String> {
    if value.ends_with('\\') {
        // A quote after a backslash does not close the text; without quotes a backslash is an ordinary character.
        return match value.chars().all(is_bare) {
            true => Ok(value.to_owned()),
            false => Err(format!("a text that ends in a backslash cannot be written: `{value}`")),
        };
    }
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}
