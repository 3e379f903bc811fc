//! `needs-newer-engine`

use crate::diag::Diagnostic;
use crate::lint::versions::{self, Since};
use crate::lint::{Context, Lint, LintAtom, LintRule, Ruleset};
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

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        let asked = rule.view.macros.collected.engine_version;
        if asked == Version::default() || !lacking(asked).any(|_| true) {
            return;
        }
        for LintAtom { atom, .. } in &rule.atoms {
            let mut used = |name: &str| tell(name, asked, atom.origin.span, cx);
            transformers(&atom.left, &mut used);
            match &atom.test {
                Test::Values { modifier: Some(modifier), .. } => used(modifier.text()),
                Test::Term { term, .. } => {
                    // A plain field on the right stands in `val()`.
                    if matches!(term, Term::Field(_)) {
                        used("val");
                    }
                    transformers(term, &mut used);
                }
                _ => {}
            }
        }
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let asked = set.collected.engine_version;
        if let Some(place) = set.collected.first_override.filter(|_| asked != Version::default()) {
            tell("override", asked, place, cx);
        }
    }
}

/// What an engine of this version lacks.
fn lacking(asked: Version) -> impl Iterator<Item = &'static Since> {
    versions::all().iter().filter(move |since| since.part_of == "engine" && asked <= since.lacking)
}

/// Each is spoken of once, where it is used first.
fn tell(name: &str, asked: Version, place: Span, cx: &mut Context<'_>) {
    let since = versions::of("engine", name).filter(|since| asked <= since.lacking);
    if let Some(since) = since {
        cx.report_once(since.name, finding(since, asked, place));
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
