//! Text as a condition: parsed, its places checked, its fields and values checked.
#![no_main]

#[path = "../../unit/support/mod.rs"]
mod support;

use rulec::internals::sema::{types, environment::Environment};
use rulec::internals::syntax::condition::{self, RULE_DEPTH};
use std::sync::LazyLock;

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(support::environment);

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = condition::parse(text, RULE_DEPTH);
    let inside = |place: &std::ops::Range<u32>| {
        assert!(text.get(place.start as usize..place.end as usize).is_some(), "{place:?}");
    };
    for error in &parsed.errors {
        inside(&error.place);
        assert!(text.is_char_boundary(error.at as usize));
    }
    parsed.expr.walk(&mut |part| inside(&part.place));
    for source in ["aws_cloudtrail", "syscall"] {
        if let Some(fields) = ENVIRONMENT.fields(source) {
            types::facts(&parsed.expr, fields, &|name| name.len().checked_sub(3));
            types::first_error(&parsed.expr, fields);
        }
    }
});
