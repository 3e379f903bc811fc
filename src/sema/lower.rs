//! From parsed conditions to `ir`: the only place that knows macros, lists and exceptions.

use super::collect::{Collected, RuleInfo};
use super::exceptions;
use super::ir::{Atom, FieldRef, Origin, OutputPart, Pred, Priority, Rule, Term, Test};
use super::lists::Lists;
use super::outputs;
use super::print;
use super::text::Composite;
use super::world::World;
use crate::schema::{SourceFields, Type};
use crate::source::Span;
use crate::syntax::ast::{Check, Expr, ExprKind, Operand, OperandKind, Right, Value};
use crate::syntax::condition::{self, Parsed, RULE_DEPTH};
use crate::syntax::output::{self, Part};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most comparisons one rule may become: macros of macros can double with every step.
pub const MAX_ATOMS: usize = 100_000;

/// The most levels it may have: all that walks a predicate takes its levels one inside the other.
pub const MAX_DEPTH: usize = 2_000;

/// A rule that could not be turned into a predicate, though it loads.
#[derive(Debug, Clone)]
pub struct TooLarge {
    /// The rule.
    pub name: String,
    /// Its name where it is written.
    pub name_span: Span,
}

/// Lowers all rules that load, in evaluation order. `broken` names rules with errors: they are left out.
pub fn lower(
    collected: &Collected<'_>,
    world: &World,
    broken: &BTreeSet<String>,
) -> (Vec<Rule>, Vec<TooLarge>) {
    let mut lists = Lists::new(collected);
    let texts: Vec<Composite<'_>> = collected
        .macros
        .items
        .iter()
        .map(|info| lists.substitute(Composite::joined(&info.condition)))
        .collect();
    let parsed: Vec<Parsed<'_>> = texts.iter().map(|text| condition::parse(&text.text, RULE_DEPTH)).collect();
    let (mut rules, mut too_large) = (Vec::new(), Vec::new());
    for info in &collected.rules.items {
        let Some(fields) = world.fields(info.source).filter(|_| !info.unknown_source) else { continue };
        if broken.contains(info.name) {
            continue;
        }
        let Ok(expanded) = exceptions::expand(Composite::joined(&info.condition), &info.exceptions) else {
            continue;
        };
        let text = lists.substitute(expanded);
        let condition = condition::parse(&text.text, RULE_DEPTH);
        let mut lowerer = Lowerer {
            collected,
            texts: &texts,
            parsed: &parsed,
            fields,
            atoms: 0,
            depth: 0,
            path: Vec::new(),
        };
        match lowerer.expr(&condition.expr, &text, &[]) {
            Some(condition) => rules.push(rule(info, condition, fields)),
            None => too_large.push(TooLarge { name: info.name.to_owned(), name_span: info.name_span }),
        }
    }
    (rules, too_large)
}

fn rule(info: &RuleInfo<'_>, condition: Pred, fields: &SourceFields) -> Rule {
    Rule {
        name: info.name.to_owned(),
        description: info.description.iter().map(|text| &*text.value).collect::<Vec<_>>().join(" "),
        source: info.source.to_owned(),
        priority: Priority::parse(info.priority).unwrap_or(Priority::Debug),
        enabled: info.enabled,
        tags: info.tags.iter().map(|&tag| tag.to_owned()).collect(),
        condition,
        output: template(info, fields),
        span: info.span,
        name_span: info.name_span,
        condition_span: info.condition_span,
    }
}

fn template(info: &RuleInfo<'_>, fields: &SourceFields) -> Vec<OutputPart> {
    let text = outputs::without_container_info(outputs::text(info));
    let (parts, _) = output::parse(&text.text, &mut |operand| outputs::resolves(operand, fields));
    parts
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => OutputPart::Text(text.to_owned()),
            Part::Token(token) => OutputPart::Term {
                text: print::operand(&token.operand),
                term: term(&token.operand, fields),
                width: token.width,
            },
        })
        .collect()
}

struct Lowerer<'l, 't, 'a> {
    collected: &'l Collected<'a>,
    texts: &'l [Composite<'a>],
    parsed: &'l [Parsed<'t>],
    fields: &'l SourceFields,
    atoms: usize,
    depth: usize,
    /// Macros on the way here, so that a loop ends.
    path: Vec<usize>,
}

impl<'a> Lowerer<'_, '_, 'a> {
    /// `None` if the condition is too large.
    fn expr(&mut self, expr: &Expr<'_>, text: &Composite<'a>, via: &[Span]) -> Option<Pred> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let pred = self.level(expr, text, via);
        self.depth -= 1;
        pred
    }

    fn level(&mut self, expr: &Expr<'_>, text: &Composite<'a>, via: &[Span]) -> Option<Pred> {
        Some(match &expr.kind {
            ExprKind::And(parts) => Pred::And(self.all(parts, text, via)?),
            ExprKind::Or(parts) => Pred::Or(self.all(parts, text, via)?),
            ExprKind::Not(inner) => Pred::Not(Box::new(self.expr(inner, text, via)?)),
            // A rule with holes is not lowered; an analysis of what is there must not rest on them.
            ExprKind::Hole => return None,
            ExprKind::Macro(name) => {
                let at = self.collected.macros.index_of(name).filter(|at| !self.path.contains(at))?;
                let mut via = via.to_vec();
                via.push(text.locate(expr.place.clone()).span);
                self.path.push(at);
                let body = self.expr(&self.parsed[at].expr, &self.texts[at], &via);
                self.path.pop();
                body?
            }
            ExprKind::Check(check) => {
                self.atoms += 1;
                if self.atoms > MAX_ATOMS {
                    return None;
                }
                let span = text.locate(expr.place.clone()).span;
                let origin = Origin { span, via: via.to_vec() };
                Pred::Atom(Arc::new(Atom {
                    left: term(&check.left, self.fields),
                    test: self.test(check)?,
                    origin,
                }))
            }
        })
    }

    fn all(&mut self, parts: &[Expr<'_>], text: &Composite<'a>, via: &[Span]) -> Option<Vec<Pred>> {
        parts.iter().map(|part| self.expr(part, text, via)).collect()
    }

    fn test(&self, check: &Check<'_>) -> Option<Test> {
        let values = |values: &[Value<'_>]| Test::Values {
            op: check.op,
            modifier: check.modifier,
            values: values.iter().map(|value| Box::from(&*value.text)).collect(),
        };
        Some(match &check.right {
            Right::None => Test::Exists,
            Right::Const(value) | Right::Word(value) => values(std::slice::from_ref(value)),
            Right::List(all, _) => values(all),
            Right::Operand(operand) => Test::Term { op: check.op, term: term(operand, self.fields) },
            Right::Hole => return None,
        })
    }
}

fn term(operand: &Operand<'_>, fields: &SourceFields) -> Term {
    match &operand.kind {
        OperandKind::Field { name, arg } => {
            let text = operand.kind.field_text().unwrap_or_default();
            let (ty, list) = match fields.resolve(&text) {
                Ok(resolved) => (resolved.ty, resolved.field.list),
                Err(_) => (Type::Charbuf, false),
            };
            let arg = arg.as_ref().map(|arg| Box::from(&*arg.text));
            Term::Field(FieldRef { name: Box::from(*name), arg, ty, list })
        }
        OperandKind::Call { transformer: crate::syntax::token::Transformer::Val, args, .. }
            if args.len() == 1 =>
        {
            // `val()` only marks a field on the right.
            term(&args[0], fields)
        }
        OperandKind::Call { transformer, args, arg } => Term::Call {
            transformer: *transformer,
            args: args.iter().map(|arg| term(arg, fields)).collect(),
            arg: arg.as_ref().map(|arg| Box::from(&*arg.text)),
        },
        OperandKind::List(elements) => {
            Term::List(elements.iter().map(|element| term(element, fields)).collect())
        }
        OperandKind::Const(value) => Term::Const(Box::from(&*value.text)),
    }
}
