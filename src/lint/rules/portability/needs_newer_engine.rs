//! `needs-newer-engine`

use super::versions::{self, Since};
use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, Ruleset};
use crate::sema::ir::{Term, Test};
use crate::sema::requirements::Version;
use crate::source::Span;

crate::declare_check! {
    /// The rules use what the engine version they ask for does not have.
    ///
    /// ## What it does
    /// Reports `override`, transformers and modifiers in files whose highest `required_engine_version` is that of an
    /// engine without them. Files that ask for no version are left alone, and so are versions of which it is not
    /// certain whether they have it.
    ///
    /// ## Why it matters
    /// The version says which engines can load the file. An engine that is old enough to pass it, and too old for what
    /// is written, refuses the file with an error that speaks of something else.
    ///
    /// See [Falco on versions](https://falco.org/docs/concepts/rules/versioning/).
    ///
    /// ## Avoid
    /// ```yaml
    /// - required_engine_version: 0.31.0
    ///
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail, in any spelling.
    ///   condition: tolower(ct.name) = stoplogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - required_engine_version: 0.40.0
    ///
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail, in any spelling.
    ///   condition: tolower(ct.name) = stoplogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub NEEDS_NEWER_ENGINE = "RC0512", "needs-newer-engine", Portability, Warning;
}

/// See [`NEEDS_NEWER_ENGINE`].
pub struct NeedsNewerEngine;

impl Lint for NeedsNewerEngine {
    fn check(&self) -> &'static crate::diag::Check {
        &NEEDS_NEWER_ENGINE
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let asked = set.collected.engine_version;
        let engine = versions::all().iter().filter(|since| since.part_of == "engine");
        let mut lacking: Vec<&Since> = engine.filter(|since| asked <= since.lacking).collect();
        if asked == Version::default() || lacking.is_empty() {
            return;
        }
        // Each is spoken of once, where it is used first.
        let mut used = |name: &str, place: Span, cx: &mut Context<'_>| {
            if let Some(at) = lacking.iter().position(|since| since.name == name) {
                cx.report(finding(lacking.swap_remove(at), asked, place));
            }
        };
        if let Some(place) = set.collected.first_override {
            used("override", place, cx);
        }
        for rule in set.rules {
            rule.condition.atoms(&mut |atom| {
                transformers(&atom.left, &mut |name| used(name, atom.origin.span, cx));
                match &atom.test {
                    Test::Values { modifier: Some(modifier), .. } => {
                        used(modifier.text(), atom.origin.span, cx);
                    }
                    Test::Term { term, .. } => {
                        // A plain field on the right stands in `val()`.
                        if matches!(term, Term::Field(_)) {
                            used("val", atom.origin.span, cx);
                        }
                        transformers(term, &mut |name| used(name, atom.origin.span, cx));
                    }
                    _ => {}
                }
            });
        }
    }
}

fn transformers(term: &Term, visit: &mut dyn FnMut(&str)) {
    match term {
        Term::Call { transformer, args, .. } => {
            visit(transformer.text());
            args.iter().for_each(|arg| transformers(arg, visit));
        }
        Term::List(elements) => elements.iter().for_each(|element| transformers(element, visit)),
        Term::Field(_) | Term::Const(_) => {}
    }
}

fn finding(since: &Since, asked: Version, place: Span) -> Diagnostic {
    let Since { name, having, .. } = since;
    Diagnostic::new(&NEEDS_NEWER_ENGINE, place, format!("engine {asked} does not know `{name}`"))
        .at("needs a newer one")
        .help(format!("write `required_engine_version: {having}`"))
}
