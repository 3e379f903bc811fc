//! Comparisons: operator, constants and right side against the type of the left side.

use super::super::values::{self, BadValue, Family, family};
use super::checker::{Caught, Checker, Typed, innermost};
use super::facts::{TypeError, TypeErrorKind, TypeFact};
use super::operators::comparable;
use crate::schema::{Type, event_type};
use crate::syntax::ast::{Comparison, Constant, Expr, ExprKind, Operand, OperandKind, Right, TextRange};
use crate::syntax::token::Op;

impl Checker<'_> {
    pub(super) fn visit(&mut self, expr: &Expr<'_>) {
        match &expr.kind {
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(|part| self.visit(part)),
            ExprKind::Not(inner) => self.visit(inner),
            ExprKind::Macro(name) => {
                let index = (self.macro_index)(name);
                self.facts.extend(index.map(|index| TypeFact::Macro(index, expr.place.clone())));
            }
            ExprKind::Comparison(check) => {
                let found = self.facts.len();
                if let Err(refused) = self.check(check, &expr.place) {
                    let (trouble, place) = *refused;
                    // The constants of a refused comparison are not reported.
                    let mut at = 0;
                    self.facts.retain(|fact| {
                        at += 1;
                        at <= found || !matches!(fact, TypeFact::Warning(_))
                    });
                    self.facts.push(TypeFact::Error(TypeError {
                        kind: trouble,
                        place,
                        falco_at: expr.falco_at,
                    }));
                }
            }
            ExprKind::Hole => {}
        }
    }

    fn check(&mut self, check: &Comparison<'_>, place: &TextRange) -> Caught<()> {
        self.field_facts(check, place);
        let left = self.operand(&check.left)?;
        if check.op != Op::Exists {
            comparable(check.op, check.modifier.is_some(), left)
                .map_err(|trouble| Box::new((trouble, check.op_place.clone())))?;
            if matches!(&check.left.kind, OperandKind::Field { name: "evt.around", .. }) && check.op != Op::Eq
            {
                let falco = "evt.around supports only '=' comparison operator".to_owned();
                let trouble = TypeErrorKind::Operator { op: check.op, ty: left.ty, list: false, falco };
                return Err(Box::new((trouble, check.op_place.clone())));
            }
        }
        match &check.right {
            Right::None | Right::Hole => Ok(()),
            Right::Const(value) | Right::Word(value) => self.constant(value, left.ty, check),
            Right::List(values, _) => {
                values.iter().try_for_each(|value| self.constant(value, left.ty, check))
            }
            Right::Operand(right) => self.right_side(check, left, right, place),
        }
    }

    fn right_side(
        &mut self,
        check: &Comparison<'_>,
        left: Typed,
        right: &Operand<'_>,
        place: &TextRange,
    ) -> Caught<()> {
        let fail = |message: String| Err(Box::new((TypeErrorKind::Right(message), right.place.clone())));
        let typed = self.operand(right)?;
        if matches!(check.op, Op::Pmatch | Op::Regex) {
            let op = check.op.text().to_ascii_uppercase();
            return fail(format!("operator '{op}' doesn't support right-hand side fields"));
        }
        if family(left.ty) == Family::Network {
            let ty = left.ty.name();
            return fail(format!("field type '{ty}' doesn't support right-hand side fields"));
        }
        for (side, phrase) in [
            (&check.left, "doesn't support right-hand side fields"),
            (right, "can't be used as a right-hand side field"),
        ] {
            if let Some(name) = self.no_rhs_field(side) {
                return fail(format!("field '{name}' {phrase}"));
            }
        }
        if (left.ty, left.list) != (typed.ty, typed.list) {
            return fail(format!(
                "field '{}' has type '{}' while the right-hand side field '{}' has incompatible type '{}'",
                innermost(&check.left),
                type_text(left),
                innermost(right),
                type_text(typed)
            ));
        }
        if is_event_type(&check.left) {
            self.facts.push(TypeFact::EventCodeCrash);
        }
        if let OperandKind::Call { transformer, .. } = &check.left.kind
            && transformer.is_multi()
        {
            {
                let crash = TypeErrorKind::Crash {
                    falco: "segmentation fault at the first event",
                    message: "Falco 0.45 crashes when `join`, `concat` or `getopt` is compared with a field",
                    at_run_time: true,
                };
                return Err(Box::new((crash, place.clone())));
            }
        }
        Ok(())
    }

    fn no_rhs_field(&self, operand: &Operand<'_>) -> Option<String> {
        let text = operand.kind.field_text()?;
        let resolved = self.fields.resolve(&text).ok()?;
        resolved.field.flags.no_rhs.then(|| text.into_owned())
    }

    fn constant(&mut self, value: &Constant<'_>, ty: Type, check: &Comparison<'_>) -> Caught<()> {
        self.constant_warnings(value, check.op);
        // `syscall.type` accepts any text.
        let named = matches!(&check.left.kind, OperandKind::Field { name: "evt.type", .. });
        let unknown = named && self.is_syscall() && event_type(&value.text).is_none();
        let converted = match unknown {
            true => Err(BadValue::EventType(value.text.clone().into_owned())),
            false => values::convert(&value.text, ty, check.op),
        };
        converted.map_err(|bad| {
            let text = value.text.clone().into_owned();
            Box::new((TypeErrorKind::Value { text, ty, bad }, value.place.clone()))
        })
    }

    /// True for the source of system calls, whose own class has `evt.type`.
    fn is_syscall(&self) -> bool {
        self.fields.field("evt.type").is_some()
    }
}

fn type_text(typed: Typed) -> String {
    format!("{}{}", typed.ty.name(), if typed.list { " (list)" } else { "" })
}

fn is_event_type(operand: &Operand<'_>) -> bool {
    matches!(&operand.kind, OperandKind::Field { name: "evt.type" | "syscall.type", .. })
}
