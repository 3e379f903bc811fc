//! Text as an output template, with and without knowledge of fields.
#![no_main]

#[path = "../../unit/support/mod.rs"]
mod support;

use rulec::internals::sema::environment::Environment;
use rulec::internals::syntax::ast::OperandKind;
use rulec::internals::syntax::output::{self, TemplatePart};
use std::sync::LazyLock;

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(support::environment);

libfuzzer_sys::fuzz_target!(|text: &str| {
    let fields = ENVIRONMENT.fields("aws_cloudtrail").expect("the plugin is there");
    let known = |kind: &OperandKind<'_>| kind.field_text().is_none_or(|name| fields.resolve(&name).is_ok());
    for all in [true, false] {
        let (parts, errors) = output::parse(text, &mut |operand| all || known(&operand.kind));
        for place in errors.iter().map(|error| &error.place).chain(parts.iter().filter_map(|part| match part {
            TemplatePart::Token(token) => Some(&token.place),
            TemplatePart::Text(_) => None,
        })) {
            assert!(text.get(place.start as usize..place.end as usize).is_some(), "{place:?}");
        }
    }
});
