//! The table of operators and the types they apply to.

use super::super::values::{Family, family};
use super::checker::Typed;
use super::facts::TypeErrorKind;
use crate::schema::Type;
use crate::syntax::token::{Op, Rhs};

/// True if an operator works on a type, or on a list of it.
pub fn applies(op: Op, ty: Type, list: bool) -> bool {
    op == Op::Exists || comparable(op, false, Typed::plain(ty, list)).is_ok()
}

/// The operator × type table.
pub(super) fn comparable(op: Op, modified: bool, typed: Typed) -> Result<(), TypeErrorKind> {
    let refuse = |falco: String| Err(TypeErrorKind::Operator { op, ty: typed.ty, list: typed.list, falco });
    let text = op.canonical();
    if typed.list {
        let listable = matches!(
            typed.ty.name(),
            "CHARBUF" | "UINT64" | "RELTIME" | "ABSTIME" | "BOOL" | "IPADDR" | "IPNET"
        );
        if !listable {
            return refuse(format!(
                "filter error: list filters are not supported for type '{}'",
                typed.ty.name()
            ));
        }
        if !matches!(op, Op::In | Op::Intersects) {
            return refuse(format!("filter error: '{text}' operator not supported list filters"));
        }
        return Ok(());
    }
    let equal = matches!(op, Op::Eq | Op::EqEq | Op::Ne | Op::In | Op::Intersects);
    let order = op.rhs() == Rhs::Number;
    let refused =
        |what: &str| refuse(format!("filter error: '{text}' operator not supported for {what} filters"));
    match family(typed.ty) {
        Family::Number | Family::Port if equal || order => Ok(()),
        Family::Bool if equal => Ok(()),
        Family::Number | Family::Port | Family::Bool => refused("numeric"),
        Family::Address | Family::Network if modified => {
            let what = "with modifier not supported for ip address and network filters";
            refuse(format!("filter error: '{text}' {what}"))
        }
        Family::Address | Family::Network if equal => Ok(()),
        Family::Address | Family::Network => refused("ip address and network"),
        Family::Text if matches!(op, Op::Bcontains | Op::Bstartswith) => refused("string"),
        Family::Text => Ok(()),
        Family::Bytes => match op {
            Op::Contains | Op::Startswith | Op::Endswith | Op::Bcontains | Op::Bstartswith => Ok(()),
            _ if equal => Ok(()),
            _ => refused("buffer"),
        },
        Family::Other => {
            refuse(format!("filter error: '{text}' operator not supported for type '{}'", typed.ty.name()))
        }
    }
}
