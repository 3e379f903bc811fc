//! From parsed conditions to `ir`: the only place that knows macros, lists and exceptions.

use super::collect::RuleInfo;
use super::compiled::{MacroTrees, RuleView};
use super::ir::{Atom, ExtraField, FieldRef, Origin, OutputPart, Pred, Priority, Rule, Term, Test};
use super::outputs;
use super::print;
use super::text::Composite;
use crate::cloudtrail::MemberPath;
use crate::schema::{SourceFields, SourceId, Type};
use crate::source::Span;
use crate::syntax::ast::{Comparison, Constant, Expr, ExprKind, Operand, OperandKind, Right};
use crate::syntax::output::{self, TemplatePart};
use crate::syntax::token::Transformer;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
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
}

/// Where an atom stands as text.
#[derive(Clone, Copy)]
pub struct Written<'v, 'a> {
    /// The comparison.
    pub check: &'v Comparison<'v>,
    /// The whole of it.
    pub expr: &'v Expr<'v>,
    /// The text that its places are in.
    pub text: &'v Composite<'a>,
    /// The macro in which it stands; `None` for the rule itself.
    pub within: Option<usize>,
}

/// Turns rules into predicates. What rules have in common is kept once.
#[derive(Debug, Default)]
pub struct Lowering {
    conditions_only: bool,
    values: FxHashMap<u64, Arc<[Box<str>]>>,
    /// By source, name and argument.
    fields: FxHashMap<SourceId, FxHashMap<u64, FieldRef>>,
}

impl Lowering {
    /// Leaves out descriptions, tags and outputs, for those who reason about conditions alone.
    pub fn of_conditions() -> Lowering {
        Lowering { conditions_only: true, ..Lowering::default() }
    }

    /// Lowers a rule; with it where each of its atoms is written, in their order. The `Err` is a condition that
    /// is too large.
    pub fn rule<'v, 'a>(
        &mut self,
        view: &RuleView<'v, 'a>,
    ) -> Result<(Rule, Vec<Written<'v, 'a>>), TooLarge> {
        let source = view.fields.id;
        let mut lowerer = Lowerer {
            macros: view.macros,
            terms: Terms { fields: view.fields, known: self.fields.entry(source).or_default() },
            written: Vec::with_capacity(16),
            path: Vec::new(),
            depth: 0,
            values: &mut self.values,
        };
        let condition = lowerer.expr(view.tree, view.text, &[]);
        let written = lowerer.written;
        let Some(condition) = condition else {
            return Err(TooLarge { name: view.info.name.to_owned() });
        };
        let mut rule = rule(view.info, condition);
        let deployment = &view.environment.deployment;
        rule.enabled = deployment.runs(rule.enabled, &rule.name, &view.info.tags, rule.priority);
        if !self.conditions_only {
            let known = self.fields.entry(source).or_default();
            let written = outputs::whole(view.info, view.environment);
            let mut terms = Terms { fields: view.fields, known };
            rule.output = template(written, &mut terms);
            let appended = deployment.appended(view.info.source, view.info.name, &view.info.tags);
            for field in appended.flat_map(|entry| &entry.fields) {
                let parts = template(Composite::of(&field.template), &mut terms);
                rule.extra_fields.push(ExtraField { name: field.name.clone(), parts, raw: field.raw });
            }
            rule.description =
                view.info.description.iter().map(|text| &*text.value).collect::<Vec<_>>().join(" ");
            rule.tags = view.info.tags.iter().map(|&tag| tag.to_owned()).collect();
        }
        Ok((rule, written))
    }
}

fn rule(info: &RuleInfo<'_>, condition: Pred) -> Rule {
    Rule {
        name: info.name.to_owned(),
        description: String::new(),
        source: info.source.to_owned(),
        priority: Priority::parse(info.priority).unwrap_or(Priority::Debug),
        enabled: info.enabled,
        tags: Vec::new(),
        condition,
        output: Vec::new(),
        extra_fields: Vec::new(),
        span: info.span,
        name_span: info.name_span,
        condition_span: info.condition_span,
    }
}

fn template(written: Composite<'_>, terms: &mut Terms<'_, '_>) -> Vec<OutputPart> {
    let fields = terms.fields;
    let text = outputs::without_container_info(written);
    let (parts, _) = output::parse(&text.text, &mut |operand| outputs::resolves(operand, fields));
    parts
        .into_iter()
        .map(|part| match part {
            TemplatePart::Text(text) => OutputPart::Text(text.to_owned()),
            TemplatePart::Field(token) => OutputPart::Term {
                text: print::operand(&token.operand),
                term: terms.term(&token.operand),
                width: token.width,
            },
        })
        .collect()
}

struct Lowerer<'l, 'v, 'a> {
    macros: MacroTrees<'v, 'a>,
    terms: Terms<'l, 'v>,
    written: Vec<Written<'v, 'a>>,
    /// Macros on the way here, so that a loop ends.
    path: Vec<usize>,
    /// Levels above.
    depth: usize,
    values: &'l mut FxHashMap<u64, Arc<[Box<str>]>>,
}

impl<'v, 'a> Lowerer<'_, 'v, 'a> {
    /// `None` if the condition is too large.
    fn expr(&mut self, expr: &'v Expr<'v>, text: &'v Composite<'a>, via: &[Span]) -> Option<Pred> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let pred = self.level(expr, text, via);
        self.depth -= 1;
        pred
    }

    fn level(&mut self, expr: &'v Expr<'v>, text: &'v Composite<'a>, via: &[Span]) -> Option<Pred> {
        Some(match &expr.kind {
            ExprKind::And(parts) => Pred::And(self.all(parts, text, via)?),
            ExprKind::Or(parts) => Pred::Or(self.all(parts, text, via)?),
            ExprKind::Not(inner) => Pred::Not(Box::new(self.expr(inner, text, via)?)),
            // A rule with holes is not lowered; an analysis of what is there must not rest on them.
            ExprKind::Hole => return None,
            ExprKind::Macro(name) => {
                let at = self.macros.index_of(name).filter(|at| !self.path.contains(at))?;
                let body = self.macros.get(at)?;
                let mut via = via.to_vec();
                via.push(text.locate(expr.place.clone()).span);
                self.path.push(at);
                let body = self.expr(body.tree, body.text, &via);
                self.path.pop();
                body?
            }
            ExprKind::Comparison(check) => {
                if self.written.len() >= MAX_ATOMS {
                    return None;
                }
                self.written.push(Written { check, expr, text, within: self.path.last().copied() });
                let span = text.locate(expr.place.clone()).span;
                let origin = Origin { span, via: via.to_vec() };
                Pred::Atom(Arc::new(Atom {
                    left: self.terms.term(&check.left),
                    test: self.test(check)?,
                    origin,
                }))
            }
        })
    }

    fn all(&mut self, parts: &'v [Expr<'v>], text: &'v Composite<'a>, via: &[Span]) -> Option<Vec<Pred>> {
        parts.iter().map(|part| self.expr(part, text, via)).collect()
    }

    fn test(&mut self, check: &Comparison<'_>) -> Option<Test> {
        let mut values = |values: &[Constant<'_>]| Test::Values {
            op: check.op,
            modifier: check.modifier,
            values: self.shared(values),
        };
        Some(match &check.right {
            Right::None => Test::Exists,
            Right::Const(value) | Right::Word(value) => values(std::slice::from_ref(value)),
            Right::List(all, _) => values(all),
            Right::Operand(operand) => Test::Term { op: check.op, term: self.terms.term(operand) },
            Right::Hole => return None,
        })
    }
}

impl Lowerer<'_, '_, '_> {
    fn shared(&mut self, values: &[Constant<'_>]) -> Arc<[Box<str>]> {
        let texts = || values.iter().map(|value| Box::from(&*value.text));
        let mut hasher = FxHasher::default();
        values.iter().for_each(|value| value.text.hash(&mut hasher));
        let shared = self.values.entry(hasher.finish()).or_insert_with(|| texts().collect());
        let same = shared.len() == values.len() && shared.iter().zip(values).all(|(a, b)| **a == *b.text);
        if same { Arc::clone(shared) } else { texts().collect() }
    }
}

/// Fields and what is made of them.
struct Terms<'l, 'v> {
    fields: &'v SourceFields,
    known: &'l mut FxHashMap<u64, FieldRef>,
}

impl Terms<'_, '_> {
    /// The member of the event that a field shows.
    fn member(&self, name: &str, arg: Option<&str>) -> Arc<str> {
        if let (Some(pointer), "json.value" | "jevt.value") = (arg, name) {
            return Arc::from(MemberPath::parse(pointer).pointer());
        }
        let field = self.fields.field(name).filter(|_| arg.is_none());
        Arc::from(field.and_then(|field| field.pointer()).as_deref().unwrap_or(name))
    }

    fn term(&mut self, operand: &Operand<'_>) -> Term {
        match &operand.kind {
            OperandKind::Field { name, arg } => {
                let arg = arg.as_ref().map(|arg| &*arg.text);
                let mut hasher = FxHasher::default();
                (name, arg).hash(&mut hasher);
                let key = hasher.finish();
                let is = |known: &&FieldRef| *known.name == **name && known.arg.as_deref() == arg;
                if let Some(known) = self.known.get(&key).filter(is) {
                    return Term::Field(known.clone());
                }
                let text = operand.kind.field_text().unwrap_or_default();
                let (ty, list) = match self.fields.resolve(&text) {
                    Ok(resolved) => (resolved.ty, resolved.field.list),
                    Err(_) => (Type::Charbuf, false),
                };
                let member = self.member(name, arg);
                let field = FieldRef { name: Arc::from(*name), arg: arg.map(Arc::from), ty, list, member };
                self.known.entry(key).or_insert_with(|| field.clone());
                Term::Field(field)
            }
            // `val()` only marks a field on the right.
            OperandKind::Call { transformer: Transformer::Val, args, .. } if args.len() == 1 => {
                self.term(&args[0])
            }
            OperandKind::Call { transformer, args, arg } => Term::Call {
                transformer: *transformer,
                args: args.iter().map(|arg| self.term(arg)).collect(),
                arg: arg.as_ref().map(|arg| Box::from(&*arg.text)),
            },
            OperandKind::List(elements) => {
                Term::List(elements.iter().map(|element| self.term(element)).collect())
            }
            OperandKind::Const(value) => Term::Const(Box::from(&*value.text)),
        }
    }
}
