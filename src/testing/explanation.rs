//! Explanation of why a rule fires or not, in the author's terms: macros by name, lists as written, each comparison
//! with the compared value.

use crate::eval::{Event, Why, explain};
use crate::sema::ir::{Atom, Pred, Term, Test};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::ExprKind;
use crate::syntax::condition;
use crate::syntax::token::Rhs;
use serde::Serialize;
use std::sync::Arc;

/// A part of a condition, and whether it holds.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Reason {
    /// True if it holds.
    pub holds: bool,
    /// What it is.
    pub kind: PartKind,
    /// A comparison as written, or the name of a macro.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<LineColumn>,
    /// The values compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Compared>,
    /// The parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Reason>,
}

/// The kinds of parts of a condition.
#[derive(Clone, Copy, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// Parts joined by `and`.
    And,
    /// Parts joined by `or`.
    Or,
    /// The opposite of its part.
    Not,
    /// The use of a macro; its part is the macro's condition.
    Macro,
    /// A comparison.
    Comparison,
    /// Always or never true.
    Constant,
}

/// A line and column, both from 1.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// File name.
    pub file: String,
    /// Line.
    pub line: u32,
    /// Column in characters.
    pub column: u32,
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Compared {
    /// The field or transformer.
    pub what: String,
    /// Its value as an output shows it; `None` if it is absent.
    pub value: Option<String>,
}

/// The place of a span.
pub fn at(sources: &SourceMap, span: Span) -> LineColumn {
    let span = sources.outward(span);
    let file = sources.file(span.file);
    let position = file.position(span.start as usize);
    LineColumn { file: file.name.clone(), line: position.line, column: position.column }
}

/// The explanation of a condition's result for an event.
pub fn why(condition: &Pred, event: &Event<'_>, sources: &SourceMap) -> Reason {
    ExplanationWriter { event, sources }.part(&explain(condition, event), 0, None)
}

struct ExplanationWriter<'w, 'r> {
    event: &'w Event<'r>,
    sources: &'w SourceMap,
}

impl ExplanationWriter<'_, '_> {
    /// `depth` is the number of macros around this part, `nots` that of `not` still to come before the next macro, if
    /// known.
    fn part(&self, why: &Why, depth: usize, nots: Option<usize>) -> Reason {
        if let Some(using) = common_use(why, depth) {
            let nots = nots.unwrap_or_else(|| self.nots_before(using));
            match why {
                // `not m`, of which the macro's tree has no trace.
                Why::Not(holds, inner) if nots > 0 => {
                    let inner = self.part(inner, depth, Some(nots - 1));
                    return joined(PartKind::Not, *holds, vec![inner]);
                }
                _ => {
                    let body = self.part(why, depth + 1, None);
                    let text = Some(words(self.sources.slice(using)));
                    let at = Some(at(self.sources, using));
                    return Reason { text, at, ..joined(PartKind::Macro, why.holds(), vec![body]) };
                }
            }
        }
        let all = |parts: &[Why]| parts.iter().map(|part| self.part(part, depth, None)).collect();
        match why {
            Why::Const(holds) => joined(PartKind::Constant, *holds, Vec::new()),
            Why::All(holds, parts) => joined(PartKind::And, *holds, all(parts)),
            Why::Any(holds, parts) => joined(PartKind::Or, *holds, all(parts)),
            Why::Not(holds, inner) => joined(PartKind::Not, *holds, vec![self.part(inner, depth, None)]),
            Why::Atom { atom, holds, left } => Reason {
                text: Some(text(atom, self.sources)),
                at: Some(at(self.sources, atom.origin.span)),
                values: self.values(atom, left),
                ..joined(PartKind::Comparison, *holds, Vec::new())
            },
        }
    }

    /// The number of `not` directly before a place, parentheses around it alone ignored.
    fn nots_before(&self, place: Span) -> usize {
        let text = &self.sources.file(place.file).text;
        let (mut before, mut after) = match (text.get(..place.start as usize), text.get(place.end as usize..))
        {
            (Some(before), Some(after)) => (before.trim_end(), after.trim_start()),
            _ => return 0,
        };
        // `not not` cancels out, but `not (not …)` stays two.
        let (mut nots, mut row) = (0, 0);
        loop {
            if let Some(outside) = before.strip_suffix('(')
                && let Some(rest) = after.strip_prefix(')')
            {
                (before, after) = (outside.trim_end(), rest.trim_start());
                nots += std::mem::take(&mut row) % 2;
            } else if let Some(outside) = before.strip_suffix("not")
                && !outside.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
            {
                before = outside.trim_end();
                row += 1;
            } else {
                return nots + row % 2;
            }
        }
    }

    fn values(&self, atom: &Atom, left: &Option<String>) -> Vec<Compared> {
        let mut values = vec![Compared { what: term(&atom.left), value: left.clone() }];
        if let Test::Term { term: right, .. } = &atom.test {
            // The right side is explained like a left side.
            let alone = Atom { left: right.clone(), test: Test::Exists, origin: atom.origin.clone() };
            if let Why::Atom { left, .. } = explain(&Pred::Atom(Arc::new(alone)), self.event) {
                values.push(Compared { what: term(right), value: left });
            }
        }
        values
    }
}

fn joined(kind: PartKind, holds: bool, parts: Vec<Reason>) -> Reason {
    Reason { holds, kind, text: None, at: None, values: Vec::new(), parts }
}

/// The use of a macro that all of these parts came through, `depth` uses further in.
fn common_use(why: &Why, depth: usize) -> Option<Span> {
    let mut common = None;
    comes_through(why, depth, &mut common).then_some(common)?
}

fn comes_through(why: &Why, depth: usize, common: &mut Option<Span>) -> bool {
    match why {
        Why::Const(_) => false,
        Why::All(_, parts) | Why::Any(_, parts) => {
            parts.iter().all(|part| comes_through(part, depth, common))
        }
        Why::Not(_, inner) => comes_through(inner, depth, common),
        Why::Atom { atom, .. } => {
            let using = atom.origin.via.get(depth).copied();
            using.is_some() && *common.get_or_insert(using.unwrap_or_default()) == using.unwrap_or_default()
        }
    }
}

/// A comparison as its author wrote it; those of exceptions are spelled out.
pub fn text(atom: &Atom, sources: &SourceMap) -> String {
    let written = words(sources.slice(atom.origin.span));
    let parsed = condition::parse(&written, condition::RULE_DEPTH);
    match parsed.errors.is_empty() && matches!(parsed.expr.kind, ExprKind::Comparison(_)) {
        true => written,
        false => spelled(atom),
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn spelled(atom: &Atom) -> String {
    let left = term(&atom.left);
    match &atom.test {
        Test::Exists => format!("{left} exists"),
        Test::Term { op, term: right } => format!("{left} {} val({})", op.text(), term(right)),
        Test::Values { op, modifier, values } => {
            let modifier = modifier.map(|modifier| format!(" {}", modifier.text())).unwrap_or_default();
            match (&**values, modifier.is_empty() && op.rhs() != Rhs::List) {
                ([value], true) => format!("{left} {} {value:?}", op.text()),
                (values, _) => {
                    let values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
                    format!("{left} {}{modifier} ({})", op.text(), values.join(", "))
                }
            }
        }
    }
}

fn term(of: &Term) -> String {
    let all = |terms: &[Term]| terms.iter().map(term).collect::<Vec<_>>().join(", ");
    match of {
        Term::Field(field) => field.text(),
        Term::List(terms) => format!("({})", all(terms)),
        Term::Const(text) => format!("{text:?}"),
        Term::Call { transformer, args, arg } => {
            let arg = arg.as_ref().map(|arg| format!("[{arg}]")).unwrap_or_default();
            format!("{}({}){arg}", transformer.text(), all(args))
        }
    }
}

/// Calls `visit` with the truth of every comparison of an explanation, in order.
pub fn comparisons(why: &Why, visit: &mut impl FnMut(bool)) {
    match why {
        Why::Const(_) => {}
        Why::All(_, parts) | Why::Any(_, parts) => parts.iter().for_each(|part| comparisons(part, visit)),
        Why::Not(_, inner) => comparisons(inner, visit),
        Why::Atom { holds, .. } => visit(*holds),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::{Inputs, compile_rules};
    use crate::source::SourceFile;

    /// The shape of a condition on an event without an error: kinds and names, innermost last.
    fn shape(condition: &str) -> String {
        let text = format!(
            "- macro: ok\n  condition: not ct.error exists\n- macro: a\n  condition: ct.name = A\n\
             - macro: both\n  condition: ok and a\n- macro: not_a\n  condition: not a\n- rule: r\n  desc: d\n  \
             condition: >\n    {condition}\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n"
        );
        let mut sources = SourceMap::default();
        sources.add(SourceFile::new("r.yaml", text));
        let compiled = compile_rules(Inputs { sources, ..Inputs::default() });
        let record = br#"{"eventTime":"2026-01-15T12:00:00Z","eventType":"x","eventName":"A"}"#;
        let event = Event::new(record, 1).unwrap();
        told(&why(&compiled.rules[0].condition, &event, &compiled.analysis.sources))
    }

    fn told(reason: &Reason) -> String {
        let parts = reason.parts.iter().map(told).collect::<Vec<_>>().join(", ");
        let mark = if reason.holds { '+' } else { '-' };
        match reason.kind {
            PartKind::Comparison => format!("{mark}{}", reason.text.as_deref().unwrap_or_default()),
            PartKind::Macro => format!("{mark}{}({parts})", reason.text.as_deref().unwrap_or_default()),
            kind => format!("{mark}{kind:?}({parts})"),
        }
    }

    #[test]
    fn a_not_belongs_to_whoever_wrote_it() {
        for (condition, expected) in [
            ("ok", "+ok(+Not(-ct.error exists))"),
            ("not a", "-Not(+a(+ct.name = A))"),
            ("not ok", "-Not(+ok(+Not(-ct.error exists)))"),
            ("not not ok", "+ok(+Not(-ct.error exists))"),
            ("not not not a", "-Not(+a(+ct.name = A))"),
            ("not (not ok)", "+Not(-Not(+ok(+Not(-ct.error exists))))"),
            ("not (not not (not (not ok)))", "-Not(+Not(-Not(+ok(+Not(-ct.error exists)))))"),
            ("not ( (ok) )", "-Not(+ok(+Not(-ct.error exists)))"),
            ("not\n      a", "-Not(+a(+ct.name = A))"),
            ("not (ok and a)", "-Not(+And(+ok(+Not(-ct.error exists)), +a(+ct.name = A)))"),
            ("a and not ok", "-And(+a(+ct.name = A), -Not(+ok(+Not(-ct.error exists))))"),
            ("a and a", "+And(+a(+ct.name = A), +a(+ct.name = A))"),
            ("both", "+both(+And(+ok(+Not(-ct.error exists)), +a(+ct.name = A)))"),
            ("not both", "-Not(+both(+And(+ok(+Not(-ct.error exists)), +a(+ct.name = A))))"),
            ("not_a or a", "+Or(-not_a(-Not(+a(+ct.name = A))), +a(+ct.name = A))"),
        ] {
            assert_eq!(shape(condition), expected, "{condition}");
        }
    }
}
