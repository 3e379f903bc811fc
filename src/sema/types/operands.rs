//! The types of fields, constants and transformers.

use super::super::values::{Family, family};
use super::checker::{Caught, Checker, Typed, innermost};
use super::facts::{TypeErrorKind, TypeFact};
use crate::schema::Type;
use crate::syntax::ast::{Constant, Operand, OperandKind};
use crate::syntax::token::Transformer;

impl Checker<'_> {
    pub(super) fn operand(&mut self, operand: &Operand<'_>) -> Caught<Typed> {
        match &operand.kind {
            OperandKind::Field { name, .. } => {
                if let Some((older, newer)) = OLDER.iter().find(|(older, _)| older == name) {
                    let end = operand.place.start + older.len() as u32;
                    self.facts.push(TypeFact::Older(older, newer, operand.place.start..end));
                }
                let text = operand.kind.field_text().unwrap_or_default();
                match self.fields.resolve(&text) {
                    Ok(resolved) => Ok(Typed::plain(resolved.ty, resolved.field.list)),
                    Err(error) => Err(Box::new((TypeErrorKind::Field(error), operand.place.clone()))),
                }
            }
            OperandKind::Const(_) => Ok(Typed::plain(Type::Charbuf, false)),
            OperandKind::List(elements) => {
                for element in elements {
                    self.operand(element)?;
                }
                Ok(Typed::plain(Type::Charbuf, true))
            }
            OperandKind::Call { transformer, args, arg } => {
                self.call(operand, *transformer, args, arg.as_ref())
            }
        }
    }

    fn call(
        &mut self,
        operand: &Operand<'_>,
        transformer: Transformer,
        args: &[Operand<'_>],
        arg: Option<&Constant<'_>>,
    ) -> Caught<Typed> {
        let place = operand.place.clone();
        let fail = |message: String| Err(Box::new((TypeErrorKind::Transformer(message), place.clone())));
        let name = transformer.text();
        if transformer.is_multi() {
            return self.multi(operand, transformer, args, arg);
        }
        let [argument] = args else {
            let crash = TypeErrorKind::Crash {
                falco: "Runtime error: unknown multivalue transformer. Exiting.",
                message: "this transformer takes one argument; Falco 0.45 dies on more",
                at_run_time: false,
            };
            return Err(Box::new((crash, place)));
        };
        if arg.is_some() {
            return fail(format!("filter error: transformer '{name}' does not support field arguments"));
        }
        let typed = self.operand(argument)?;
        if let Some(field) = argument.kind.field_text() {
            let fixed = |resolved: crate::schema::Resolved<'_>| resolved.field.flags.no_transformer;
            if transformer != Transformer::Val && self.fields.resolve(&field).is_ok_and(fixed) {
                return fail(format!("field '{field}' does not support transformers"));
            }
        }
        let (text, bytes) = (family(typed.ty) == Family::Text, family(typed.ty) == Family::Bytes);
        let accepted = match transformer {
            Transformer::Val => true,
            Transformer::Tolower | Transformer::Toupper | Transformer::Basename => text,
            Transformer::B64 => typed.ty == Type::Charbuf || bytes,
            _ => typed.list || text || bytes,
        };
        if !accepted {
            let list = if typed.list { "list " } else { "" };
            return fail(format!(
                "can't add field transformer: type '{}' is not supported by '{name}' transformer applied on {list}field '{}'",
                typed.ty.name(),
                innermost(argument)
            ));
        }
        match transformer {
            Transformer::Len => Ok(Typed { ty: Type::Uint64, list: false, ..typed }),
            _ => Ok(typed),
        }
    }

    fn multi(
        &mut self,
        operand: &Operand<'_>,
        transformer: Transformer,
        args: &[Operand<'_>],
        arg: Option<&Constant<'_>>,
    ) -> Caught<Typed> {
        let name = transformer.text();
        let fail =
            |message: String| Err(Box::new((TypeErrorKind::Transformer(message), operand.place.clone())));
        if args.len() == 1 {
            return fail(format!("unknown field transfomer '{name}'"));
        }
        let mut types = Vec::with_capacity(args.len());
        for arg in args {
            types.push(self.operand(arg)?);
        }
        if let Some(problem) = misused(transformer, &types) {
            return fail(problem.to_owned());
        }
        match (transformer, arg) {
            (Transformer::Getopt, Some(arg)) if arg.text.len() != 1 => {
                fail("getopt() field argument must be a single option character".to_owned())
            }
            (Transformer::Getopt, arg) => Ok(Typed::plain(Type::Charbuf, arg.is_none())),
            (_, Some(_)) => fail(format!("transformer '{name}' does not support field arguments")),
            (_, None) => Ok(Typed::plain(Type::Charbuf, false)),
        }
    }
}

/// Falco's message if the arguments of `join`, `concat` or `getopt` have wrong types or a wrong number.
fn misused(transformer: Transformer, types: &[Typed]) -> Option<&'static str> {
    let list = |at: usize| types[at].base_list;
    let text = |typed: &Typed| typed.base == Type::Charbuf;
    match transformer {
        Transformer::Join if types.len() != 2 => {
            Some("join() requires exactly 2 arguments: separator and list")
        }
        Transformer::Join if list(0) => {
            Some("join() first argument (separator) must be a single value, not a list")
        }
        Transformer::Join if !list(1) => Some("join() second argument must be a list"),
        Transformer::Join => None,
        Transformer::Concat => types
            .iter()
            .any(|typed| typed.base_list || !text(typed))
            .then_some("concat() arguments must be strings"),
        _ if types.len() != 2 => Some("getopt() requires exactly 2 arguments: args list and optstring"),
        _ if !list(0) => Some("getopt() first argument must be a list"),
        _ if list(1) => Some("getopt() second argument (optstring) must be a single value"),
        _ => types.iter().any(|typed| !text(typed)).then_some("getopt() arguments must be strings"),
    }
}

/// Aliases that the json plugin keeps for its former fields.
const OLDER: &[(&str, &str)] =
    &[("jevt.value", "json.value"), ("jevt.obj", "json.obj"), ("jevt.rawtime", "json.rawtime")];
