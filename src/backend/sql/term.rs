//! Fields and transformers as expressions that are NULL if absent.

use super::dialect::WRAP;
use super::{Dialect, Writer};
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::fields::{self, Case, DOMAIN, Guard, Meaning, Pointer, Shown, View};
use crate::schema::Type;
use crate::sema::ir::{FieldRef, Term};
use crate::sema::values::{Family, family};
use crate::syntax::token::Transformer;
use std::borrow::Cow;

/// Without the `=` at its end.
const BASE64: &str = r"\A(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?\z";

/// Parts of an event's time, which CloudTrail writes in UTC and with a `Z` at its end.
const DATE: &str = "substr(event_time, 1, 10)";
const CLOCK: &str = "substr(event_time, 12, 8)";
const NANOS: &str = "rpad(replace(replace(substr(event_time, 20), '.', ''), 'Z', ''), 9, '0')";

const NANOSECONDS: &str =
    "TRY_CAST(rpad(replace(replace(substr(event_time, 20), '.', ''), 'Z', ''), 9, '0') AS BIGINT)";

/// The source of the parts of an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// From the record.
    Record,
    /// From columns of members.
    Columns,
}

fn keys(pointer: Pointer) -> Vec<String> {
    MemberPath::of(pointer).keys().map(Cow::into_owned).collect()
}

impl Writer {
    /// A term; the error is the reason why it cannot be expressed.
    pub fn term(&mut self, term: &Term) -> Result<String, String> {
        match term {
            Term::Field(field) => self.field(field),
            Term::Const(text) => Ok(self.dialect.text(text)),
            Term::List(_) => Err("the target has no lists inside transformers".to_owned()),
            Term::Call { transformer, args, .. } => self.call(*transformer, args),
        }
    }

    fn call(&mut self, transformer: Transformer, args: &[Term]) -> Result<String, String> {
        let none = || format!("the target has no `{}()`", transformer.text());
        match (transformer, args) {
            (Transformer::Concat, args) => {
                let parts = args.iter().map(|arg| self.text_of(arg)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("({})", parts.join(" || ")))
            }
            (Transformer::Join, [separator, Term::Field(list)]) if list.list => {
                let (separator, list) = (self.text_of(separator)?, self.list(list)?);
                Ok(self.dialect.joined(&list, &separator))
            }
            (Transformer::Len, [Term::Field(list)]) if list.list => {
                let list = self.list(list)?;
                Ok(self.dialect.size(&list))
            }
            (Transformer::Join, [separator, Term::List(items)]) => {
                let separator = self.text_of(separator)?;
                let items = items.iter().map(|item| self.text_of(item)).collect::<Result<Vec<_>, _>>()?;
                match items.is_empty() {
                    true => Err(none()),
                    false => Ok(format!("({})", items.join(&format!(" || {separator} || ")))),
                }
            }
            (_, [only]) if family(only.type_of().0) == Family::Text && !only.type_of().1 => {
                let inner = self.term(only)?;
                match transformer {
                    Transformer::Val => Ok(inner),
                    Transformer::Tolower => Ok(self.dialect.lower(&inner)),
                    Transformer::Toupper => Ok(self.dialect.upper(&inner)),
                    Transformer::Basename => Ok(self.dialect.basename(&inner)),
                    Transformer::Len => Ok(self.dialect.bytes(&inner)),
                    _ => Err(none()),
                }
            }
            _ => Err(none()),
        }
    }

    /// A term that is joined to others.
    fn text_of(&mut self, term: &Term) -> Result<String, String> {
        match term.type_of() {
            (Type::Charbuf, false) => self.term(term),
            _ => Err("the target joins only texts".to_owned()),
        }
    }

    /// The digits of the decoded bytes, if the term is a call of `b64`; NULL for invalid BASE64.
    pub fn decoded(&mut self, term: &Term) -> Result<Option<String>, String> {
        let Term::Call { transformer: Transformer::B64, args, .. } = term else { return Ok(None) };
        let [inner] = args.as_slice() else { return Ok(None) };
        let text = self.text_of(inner)?;
        let dialect = self.dialect;
        let letters = format!("regexp_replace({text}, {}, '')", dialect.text(r"={1,2}\z"));
        let padded = format!("{letters} || substr('===', 1, (4 - length({letters}) % 4) % 4)");
        // Falco's texts end at a NUL.
        let bytes = dialect.extract(&dialect.decoded(&padded), "^(?:[1-9A-F][0-9A-F]|0[1-9A-F])*");
        Ok(Some(format!("CASE WHEN {} THEN {bytes} END", dialect.regex(&letters, BASE64))))
    }

    /// A field, as a column that is worked out once.
    fn field(&mut self, field: &FieldRef) -> Result<String, String> {
        let name = field.text();
        if field.list {
            return Err(format!("the target has no lists such as `{name}` here"));
        }
        let none = || format!("the target has nothing like `{name}`");
        let row = fields::row(&field.name).ok_or_else(none)?;
        let from = match row.member() {
            Some((_, View::Short)) => From::Columns,
            None if row.is_derived() && !has_sum(row) => From::Record,
            Some(_) => From::Record,
            None => From::Columns,
        };
        match &row.meaning {
            Meaning::Cases(cases) => {
                let expression = self.cases(cases, from, None)?;
                Ok(match from {
                    From::Record => self.column(&name, expression),
                    From::Columns => self.made(&name, expression),
                })
            }
            Meaning::Argument => {
                let path = MemberPath::parse(field.arg.as_deref().unwrap_or_default());
                let keys: Vec<String> = path.keys().map(Cow::into_owned).collect();
                if keys.is_empty() {
                    return Err("the target has no whole record to compare".to_owned());
                }
                let expression = self.dialect.any_at(&keys)?;
                Ok(self.column(&name, expression))
            }
            Meaning::Never { .. } => Err(none()),
            Meaning::Opaque { reason, .. } => {
                let refused = || format!("the target has no `{}`: {reason}", field.name);
                let expression = time(self.dialect, row.name).ok_or_else(refused)?;
                Ok(self.made(&name, expression))
            }
        }
    }

    /// A list of texts, as a column that is worked out once: NULL where it is absent or empty.
    pub fn list(&mut self, field: &FieldRef) -> Result<String, String> {
        let none = || format!("the target has no list `{}`", field.text());
        let index = field.arg.as_deref().map(str::parse::<usize>).transpose().map_err(|_| none())?;
        let row = fields::row(&field.name).ok_or_else(none)?;
        let Meaning::Cases(cases) = &row.meaning else { return Err(none()) };
        let expression = self.cases(cases, From::Record, Some(index))?;
        Ok(self.column(&field.text(), expression))
    }

    /// The value of the case that applies; `list` asks for a list, of all elements or of one.
    fn cases(&mut self, cases: &[Case], from: From, list: Option<Option<usize>>) -> Result<String, String> {
        if let [Case { when: Guard::Always, first_of }] = cases {
            return self.first_of(first_of, from, list);
        }
        let (mut branches, mut last) = (Vec::new(), None);
        let subject = self.subject(cases)?;
        for case in cases {
            let value = self.first_of(case.first_of, from, list)?;
            match (case.when, &subject) {
                (Guard::Is(_, texts), Some(_)) => {
                    branches.extend(texts.iter().map(|text| format!("WHEN '{text}' THEN {value}")));
                }
                (Guard::IsNot(..) | Guard::Missing(_), _) if cases.len() > 1 => last = Some(value),
                (when, _) => branches.push(format!("WHEN {} THEN {value}", self.guard(when)?)),
            }
        }
        let subject = subject.map_or_else(String::new, |subject| format!(" {subject}"));
        let last = last.map_or_else(String::new, |last| format!(" ELSE {last}"));
        Ok(format!("CASE{subject} {}{last} END", branches.join(" ")))
    }

    /// The member that all cases look at, if they ask it for a text.
    fn subject(&mut self, cases: &[Case]) -> Result<Option<String>, String> {
        let asked = |case: &Case| match case.when {
            Guard::Is(pointer, _) => Some(pointer),
            _ => None,
        };
        match cases {
            [first, _, ..] if cases.iter().all(|case| asked(case).is_some()) => {
                asked(first).map(|pointer| self.text_at(pointer)).transpose()
            }
            _ => Ok(None),
        }
    }

    fn guard(&mut self, guard: Guard) -> Result<String, String> {
        let among = |texts: &[&str]| match texts {
            [only] => format!("= '{only}'"),
            _ => format!("IN ('{}')", texts.join("', '")),
        };
        Ok(match guard {
            Guard::Always => "TRUE".to_owned(),
            Guard::Is(pointer, texts) => format!("{} {}", self.text_at(pointer)?, among(texts)),
            Guard::IsNot(pointer, texts) => {
                format!("NOT coalesce({} {}, FALSE)", self.text_at(pointer)?, among(texts))
            }
            Guard::There(pointer) => self.dialect.is_there(&keys(pointer))?,
            Guard::Missing(pointer) => format!("NOT ({})", self.dialect.is_there(&keys(pointer))?),
        })
    }

    /// The first value that is there.
    fn first_of(&mut self, all: &[Shown], from: From, list: Option<Option<usize>>) -> Result<String, String> {
        if let (Some(index), [Shown::Each(pointer, key, _)]) = (list, all) {
            return self.elements(&keys(pointer), key, index);
        }
        // Only an element of a list has a position.
        if matches!(list, Some(Some(index)) if index > 0) {
            return Ok("NULL".to_owned());
        }
        let values = all.iter().map(|shown| self.shown(shown, from)).collect::<Result<Vec<_>, _>>()?;
        let value = match values.as_slice() {
            [only] => only.clone(),
            _ => format!("coalesce({})", values.join(", ")),
        };
        Ok(match list {
            None => value,
            Some(_) => format!("CASE WHEN {value} IS NOT NULL THEN {} END", self.dialect.list_of(&value)),
        })
    }

    /// The texts of a member of elements: of all that have one, or of one element.
    fn elements(&self, list: &[String], key: &str, index: Option<usize>) -> Result<String, String> {
        let dialect = self.dialect;
        match index {
            None => {
                let all = dialect.texts_in(list, key)?;
                Ok(format!("CASE WHEN {} > 0 THEN {all} END", dialect.size(&all)))
            }
            Some(index) => {
                let one = dialect.element_at(list, index, key)?;
                Ok(format!("CASE WHEN {one} IS NOT NULL THEN {} END", dialect.list_of(&one)))
            }
        }
    }

    fn shown(&mut self, shown: &Shown, from: From) -> Result<String, String> {
        match *shown {
            Shown::Member(pointer, view) => self.member(pointer, view, from),
            Shown::Text(text) => Ok(self.dialect.text(text)),
            Shown::Number(number) => Ok(number.to_string()),
            Shown::Bool(_) => Err("the target has no truth values".to_owned()),
            Shown::Concat(parts) => {
                let parts = parts.iter().map(|part| self.shown(part, from)).collect::<Result<Vec<_>, _>>()?;
                Ok(parts.join(" || "))
            }
            Shown::Sum(pointers) => {
                let mut columns = Vec::new();
                for pointer in pointers {
                    let own = fields::showing(pointer).find(|(_, view)| *view == View::Number);
                    let name = own.map_or(*pointer, |(row, _)| row.name);
                    let number = self.dialect.number_at(&keys(pointer))?;
                    columns.push(self.column(name, number));
                }
                let each = |form: &dyn Fn(&String) -> String, between: &str| {
                    columns.iter().map(form).collect::<Vec<_>>().join(between)
                };
                let any = each(&|column| format!("{column} IS NOT NULL"), " OR ");
                let sum = each(&|column| format!("coalesce({column}, 0)"), " + ");
                Ok(format!("CASE WHEN {any} THEN ({sum}) % {WRAP} END"))
            }
            Shown::Each(pointer, key, index) => {
                self.dialect.element_at(&keys(pointer), index.unwrap_or(0), key)
            }
        }
    }

    fn member(&mut self, pointer: Pointer, view: View, from: From) -> Result<String, String> {
        let dialect = self.dialect;
        match view {
            View::Text if from == From::Columns => self.text_at(pointer),
            View::Text => dialect.text_at(&keys(pointer)),
            View::OnlyText => dialect.only_text_at(&keys(pointer)),
            View::Compact => dialect.json_text_at(&keys(pointer)),
            View::Flag => dialect.flag_at(&keys(pointer)),
            View::Number => dialect.number_at(&keys(pointer)),
            View::Elements => dialect.elements_at(&keys(pointer)),
            View::Short => {
                let whole = self.text_at(pointer)?;
                let ends = dialect.ends(&whole, &dialect.text(DOMAIN));
                let long = format!("length({whole}) > {}", DOMAIN.len());
                Ok(format!(
                    "CASE WHEN {long} AND {ends} THEN substr({whole}, 1, length({whole}) - {}) ELSE {whole} END",
                    DOMAIN.len()
                ))
            }
            View::Last(separator, count) => {
                let (text, separator) = (self.text_at(pointer)?, char::from(separator));
                let others = format!("length({text}) - length(replace({text}, '{separator}', ''))");
                Ok(format!(
                    "CASE WHEN {others} = {} THEN split_part({text}, '{separator}', {count}) END",
                    count - 1
                ))
            }
        }
    }

    /// The column of a member's text.
    fn text_at(&mut self, pointer: Pointer) -> Result<String, String> {
        let expression = self.dialect.text_at(&keys(pointer))?;
        Ok(self.column(&MemberPath::of(pointer).dotted(), expression))
    }
}

fn has_sum(row: &fields::Row) -> bool {
    matches!(row.meaning, Meaning::Cases([Case { first_of: [Shown::Sum(_)], .. }]))
}

/// A field that is derived from the event's time.
fn time(dialect: Dialect, name: &str) -> Option<String> {
    Some(match name {
        "evt.rawtime" => format!("({} * 1000000000 + {NANOSECONDS})", dialect.seconds("event_time")),
        "evt.rawtime.s" => dialect.seconds("event_time"),
        "evt.rawtime.ns" => NANOSECONDS.to_owned(),
        "evt.time" => format!("{CLOCK} || '.' || {NANOS}"),
        "evt.time.s" => CLOCK.to_owned(),
        "evt.time.iso8601" => format!("{DATE} || 'T' || {CLOCK} || '.' || {NANOS} || '+0000'"),
        "evt.datetime" => format!("{DATE} || ' ' || {CLOCK} || '.' || {NANOS}"),
        "evt.datetime.s" => format!("{DATE} || ' ' || {CLOCK}"),
        _ => return None,
    })
}
