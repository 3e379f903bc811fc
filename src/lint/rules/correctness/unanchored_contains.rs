//! `unanchored-contains`

use crate::diag::{Diagnostic, Edit, Fix};
use crate::lint::{Context, Lint, LintRule};
use crate::schema::event_names;
use crate::source::Span;
use crate::syntax::token::Op;

crate::declare_check! {
    /// `contains` with a whole event name that is part of others.
    ///
    /// ## What it does
    /// Reports `ct.name contains` with the full name of an event, where other events of the sources that the rule
    /// asks for have longer names with this one in them.
    ///
    /// ## Why it matters
    /// `contains "CreateUser"` fires on `CreateUserPool` of Cognito too. A part that is no event name by itself, such as
    /// `"Delete"`, is taken as meant.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: User created
    ///   desc: Someone created a user.
    ///   condition: ct.name contains "CreateUser"
    ///   output: user created (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: User created
    ///   desc: Someone created a user.
    ///   condition: ct.src = "iam.amazonaws.com" and ct.name = "CreateUser"
    ///   output: user created (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub UNANCHORED_CONTAINS = "RC0312", "unanchored-contains", Correctness, Warning;
}

/// See [`UNANCHORED_CONTAINS`].
pub struct UnanchoredContains;

impl Lint for UnanchoredContains {
    fn check(&self) -> &'static crate::diag::Check {
        &UNANCHORED_CONTAINS
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        for atom in &rule.atoms {
            let check = atom.written.check;
            if check.op != Op::Contains || atom.field() != Some("ct.name") {
                continue;
            }
            for value in atom.values() {
                let place = atom.place(value);
                let place = place.item.unwrap_or(place.span);
                if !event_names::is_name(&value.text) || !cx.may_search() {
                    continue;
                }
                let others = longer(&value.text, &sources(rule));
                if others.is_empty() {
                    continue;
                }
                let range = check.op_place.start..check.op_place.end;
                let op = atom.written.text.locate(range);
                let lone = check.modifier.is_none() && cx.sources.slice(op.span) == "contains";
                cx.report(finding(&value.text, place, &others, lone.then_some(op.span)));
            }
        }
    }
}

/// The sources that the rule asks for somewhere; none if it leaves them open.
fn sources<'r>(rule: &'r LintRule<'_, '_>) -> Vec<&'r str> {
    let asked = rule.atoms.iter().filter(|atom| {
        !atom.negated
            && atom.field() == Some("ct.src")
            && matches!(atom.written.check.op, Op::Eq | Op::EqEq | Op::In)
    });
    asked.flat_map(|atom| atom.constants().iter().map(|source| &**source)).collect()
}

/// Some of the names with `name` in them, in the order of the table.
fn longer(name: &str, among: &[&str]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    let finder = memchr::memmem::Finder::new(name);
    for source in event_names::sources().filter(|source| among.is_empty() || among.contains(source)) {
        for &other in event_names::names_of(source) {
            if other.len() > name.len() && finder.find(other.as_bytes()).is_some() && !found.contains(&other)
            {
                found.push(other);
            }
            if found.len() == 3 {
                return found;
            }
        }
    }
    found
}

fn finding(name: &str, place: Span, others: &[&str], op: Option<Span>) -> Diagnostic {
    let shown = match others {
        [one] => format!("`{one}`"),
        [one, two] => format!("`{one}` and `{two}`"),
        [one, two, ..] => format!("`{one}`, `{two}` and others"),
        [] => String::new(),
    };
    let mut found = Diagnostic::new(&UNANCHORED_CONTAINS, place, format!("`{name}` is part of {shown} too"))
        .at("a whole event name")
        .help("write `=` if only this event is meant");
    found.fix = op.map(|span| Fix {
        title: "write `=`".to_owned(),
        edits: vec![Edit { span, text: "=".to_owned() }],
        safe: false,
    });
    found
}
