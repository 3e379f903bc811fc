//! Conversion of filter patterns into Falco's conditions.

use super::pattern::{Key, Pattern, Selector, SelectorTest};
use crate::backend::write;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, View};
use crate::syntax::token::Op;

/// A pattern as a condition. The error is a test that Falco cannot express.
pub fn condition(pattern: &Pattern) -> Result<String, String> {
    let all = |parts: &[Pattern], word: &str| {
        let part = |part: &Pattern| {
            Ok::<_, String>(match part {
                Pattern::Test(..) => condition(part)?,
                _ => format!("({})", condition(part)?),
            })
        };
        Ok(parts.iter().map(part).collect::<Result<Vec<_>, _>>()?.join(word))
    };
    match pattern {
        Pattern::Any(parts) => match among(parts) {
            Some((selector, texts)) => {
                let texts = texts.iter().map(|text| write::text(text)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("{} in ({})", field(selector)?, texts.join(", ")))
            }
            None => all(parts, " or "),
        },
        Pattern::All(parts) => all(parts, " and "),
        Pattern::Test(selector, test) => comparison(selector, test),
    }
}

/// A selector and texts, if all parts compare one selector with a plain text.
fn among(parts: &[Pattern]) -> Option<(&Selector, Vec<&str>)> {
    let one = |part: &'_ Pattern| -> bool {
        matches!(part, Pattern::Test(_, SelectorTest::Text { text, not: false }) if !text.contains('*'))
    };
    let Some(Pattern::Test(first, _)) = parts.first() else { return None };
    let mut texts = Vec::new();
    for part in parts {
        match part {
            Pattern::Test(selector, SelectorTest::Text { text, .. }) if one(part) && selector == first => {
                texts.push(text.as_str());
            }
            _ => return None,
        }
    }
    Some((first, texts))
}

fn comparison(selector: &Selector, test: &SelectorTest) -> Result<String, String> {
    let field = field(selector)?;
    Ok(match test {
        SelectorTest::Missing => format!("not {field} exists"),
        SelectorTest::Is(truth) => format!("{field} = {truth}"),
        SelectorTest::Null => format!("{field} = null"),
        SelectorTest::Text { text, not } => text_comparison(&field, text, *not)?,
        SelectorTest::Number(op, number) => number_comparison(&field, *op, *number)?,
    })
}

fn text_comparison(field: &str, text: &str, not: bool) -> Result<String, String> {
    if !text.contains('*') {
        let op = if not { "!=" } else { "=" };
        return Ok(format!("{field} {op} {}", write::text(text)?));
    }
    let pieces: Vec<&str> = text.split('*').collect();
    let like = match pieces.as_slice() {
        _ if pieces.iter().all(|piece| piece.is_empty()) => {
            // A present member is like `*`.
            return Ok(if not {
                format!("{field} exists and not {field} exists")
            } else {
                format!("{field} exists")
            });
        }
        ["", end] => format!("{field} endswith {}", write::text(end)?),
        [start, ""] => format!("{field} startswith {}", write::text(start)?),
        ["", middle, ""] => format!("{field} contains {}", write::text(middle)?),
        _ => {
            let escaped: String = text
                .chars()
                .flat_map(|c| matches!(c, '?' | '[' | '\\').then_some('\\').into_iter().chain([c]))
                .collect();
            format!("{field} glob {}", write::text(&escaped)?)
        }
    };
    // An absent member is not different.
    Ok(if not { format!("({field} exists and not {like})") } else { like })
}

fn number_comparison(field: &str, op: Op, number: f64) -> Result<String, String> {
    let whole = number.fract() == 0.0 && number.abs() < 9e15;
    if !whole {
        return Err(format!("Falco has no number {number}"));
    }
    let view = fields::row(field).and_then(fields::Row::member).map(|(_, view)| view);
    match op {
        Op::Eq | Op::Ne => Ok(format!("{field} {} {}", op.text(), number as i64)),
        _ if view == Some(View::Number) && number >= 0.0 => {
            Ok(format!("{field} {} {}", op.text(), number as i64))
        }
        _ => Err(format!(
            "Falco compares `{field}` as a text, and texts are not less or greater as numbers are"
        )),
    }
}

/// The field that shows a member: one of the plugin, else `json.value`.
fn field(selector: &Selector) -> Result<String, String> {
    let keys = selector.0.iter().map(|key| match key {
        Key::Name(name) => name.clone(),
        Key::At(at) => at.to_string(),
    });
    let keys: Vec<String> = keys.collect();
    let dotted = keys.join(".");
    let path = MemberPath::of_keys(&keys);
    let pointer = path.pointer();
    if let Some(name) = own_field(pointer) {
        return Ok(name.to_owned());
    }
    if pointer.chars().any(|c| c.is_whitespace() || matches!(c, '[' | ']' | '"' | '\'')) {
        return Err(format!("the member `{dotted}` has a name that needs care; write the condition by hand"));
    }
    Ok(format!("json.value[{pointer}]"))
}

/// The field that shows just this member as filter patterns compare it.
fn own_field(pointer: &str) -> Option<&'static str> {
    let is_own = |(row, view): &(&fields::Row, View)| match view {
        View::Text => row.name.starts_with("ct.") && row.name != "ct.time",
        View::Flag | View::Number => true,
        _ => false,
    };
    fields::showing(pointer).find(is_own).map(|(row, _)| row.name)
}

/// A rule with this condition, as YAML.
pub fn rule(name: &str, condition: &str) -> String {
    let quoted = serde_json::Value::from(name).to_string();
    format!(
        "- rule: {quoted}
  desc: {description}
  condition: >-
    {condition}
  output: >-
    {title} | event=%ct.name service=%ct.src error=%ct.error user=%ct.user arn=%ct.user.arn
    ip=%ct.srcip region=%ct.region account=%ct.recipientaccountid
  priority: WARNING
  source: aws_cloudtrail
  tags: [aws, cloudwatch]
",
        description = serde_json::Value::from(format!("A metric filter of CloudWatch Logs: {name}.")),
        title = name.replace(['%', '\n', '\r'], " "),
    )
}
