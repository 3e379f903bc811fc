//! `json-plugin-required`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, Ruleset};
use crate::sema::collect::RuleInfo;
use crate::sema::environment::Environment;
use crate::sema::ir::Term;
use crate::sema::outputs;
use crate::source::Span;
use crate::syntax::ast::{Operand, OperandKind};

crate::declare_check! {
    /// Fields of the json plugin, and no file asks for it.
    ///
    /// ## What it does
    /// Reports the first use of `json.value` or another field of the json plugin in a condition or an output, where no file names
    /// `json` under `required_plugin_versions`.
    ///
    /// ## Why it matters
    /// The field comes from a plugin of its own. A Falco that loads the cloudtrail plugin alone refuses the rule for a
    /// field it does not know; with the requirement it says which plugin is missing.
    ///
    /// ## Avoid
    /// ```yaml
    /// - required_plugin_versions:
    ///     - name: cloudtrail
    ///       version: 0.12.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = ConsoleLogin and json.value[/responseElements/ConsoleLogin] = Success
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - required_plugin_versions:
    ///     - name: cloudtrail
    ///       version: 0.12.0
    ///     - name: json
    ///       version: 0.7.0
    ///
    /// - rule: Console login
    ///   desc: Someone signed in to the console.
    ///   condition: ct.name = ConsoleLogin and json.value[/responseElements/ConsoleLogin] = Success
    ///   output: console login (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub JSON_PLUGIN_REQUIRED = "RC0510", "json-plugin-required", Portability, Info;
}

/// See [`JSON_PLUGIN_REQUIRED`].
pub struct JsonPluginRequired;

impl Lint for JsonPluginRequired {
    fn check(&self) -> &'static crate::diag::Check {
        &JSON_PLUGIN_REQUIRED
    }

    fn ruleset(&self, set: &Ruleset<'_, '_>, cx: &mut Context<'_>) {
        let mut asked = set.collected.plugins.iter().flat_map(|plugin| &plugin.choices);
        if asked.any(|choice| choice.name == "json") {
            return;
        }
        let mut first: Option<(Span, &str)> = None;
        for rule in set.rules {
            rule.condition.atoms(&mut |atom| {
                if first.is_none() {
                    first = json_field(&atom.left).map(|field| (atom.origin.span, field));
                }
            });
            if let Some((place, field)) = first {
                cx.report(finding(place, field));
                return;
            }
            let info = set.collected.rules.get(&rule.name);
            if let Some((place, field)) = info.and_then(|info| in_output(info, cx.environment)) {
                cx.report(finding(place, &field));
                return;
            }
        }
    }
}

/// The first such field of an output.
fn in_output(info: &RuleInfo<'_>, environment: &Environment) -> Option<(Span, String)> {
    let begins = |name: &str| name.contains("json.") || name.contains("jevt.");
    let fields =
        environment.fields(info.source).filter(|_| info.output.iter().any(|text| begins(&text.value)))?;
    let text = outputs::text(info);
    outputs::tokens(&text.text, fields).into_iter().find_map(|token| {
        let field = first_field(&token.operand)?;
        Some((text.locate(token.place).span, field.to_owned()))
    })
}

fn first_field<'t>(operand: &Operand<'t>) -> Option<&'t str> {
    match &operand.kind {
        OperandKind::Field { name, .. } => is_of_json(name).then_some(*name),
        OperandKind::Call { args, .. } | OperandKind::List(args) => args.iter().find_map(first_field),
        OperandKind::Const(_) => None,
    }
}

fn is_of_json(name: &str) -> bool {
    name.starts_with("json.") || name.starts_with("jevt.")
}

fn json_field(term: &Term) -> Option<&str> {
    let mut found = None;
    term.fields(&mut |field| {
        if is_of_json(&field.name) {
            found = Some(&*field.name);
        }
    });
    found
}

fn finding(place: Span, field: &str) -> Diagnostic {
    Diagnostic::new(
        &JSON_PLUGIN_REQUIRED,
        place,
        format!("`{field}` belongs to the json plugin, which no file asks for"),
    )
    .at("used here")
    .help("add `- name: json` with a `version` under `required_plugin_versions`")
}
