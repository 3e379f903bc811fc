//! Findings about engine and plugin versions.

use super::{BoxedFault, fault, fault_below, found};
use crate::diag::FalcoCode;
use crate::sema::checks::*;
use crate::sema::report::ContextStep;
use crate::sema::requirements::{PluginChoice, Unmet, Version};
use crate::source::Text;
use crate::syntax::yaml::Node;

/// An engine version that cannot be parsed.
pub fn engine_version_text<'a>(text: &Text) -> BoxedFault<'a> {
    let diagnostic = found(&INVALID_VERSION, text.span, format!("`{}` is not an engine version", text.value))
        .help("write three numbers, `0.31.0`, or one, `31`");
    let falco = format!(
        "Unable to parse engine version '{}' as a semver string. Expected \"x.y.z\" semver format.",
        text.value
    );
    Box::new(fault(FalcoCode::ErrYamlValidate, falco, diagnostic))
}

/// An engine version newer than the engine.
pub fn engine_too_old<'a>(text: &Text, wanted: Version, running: Version) -> BoxedFault<'a> {
    let message = format!("these rules need engine {wanted}, the engine is {running}");
    let diagnostic = found(&ENGINE_VERSION, text.span, message)
        .help("lower the version, or check against a newer engine with `--engine-version`");
    let falco = format!("Rules require engine version {wanted}, but engine version is {running}");
    Box::new(fault(FalcoCode::ErrValidate, falco, diagnostic))
}

/// `required_plugin_versions` that is not a sequence.
pub fn plugin_versions_not_sequence<'a>(node: &Node) -> BoxedFault<'a> {
    let diagnostic = found(&WRONG_TYPE, node.span, "`required_plugin_versions` must be a list")
        .help("write one `- name: …` with its `version: …` for each plugin");
    Box::new(fault(
        FalcoCode::ErrYamlValidate,
        "Value of required_plugin_versions must be a sequence",
        diagnostic,
    ))
}

/// `alternatives` that is not a sequence.
pub fn plugin_alternatives_not_sequence<'a>(node: &Node, steps: Vec<ContextStep<'a>>) -> BoxedFault<'a> {
    let diagnostic = found(&WRONG_TYPE, node.span, "`alternatives` must be a list");
    fault_below(
        FalcoCode::ErrYamlValidate,
        "Value of plugin version alternatives must be a sequence",
        diagnostic,
        steps,
    )
}

/// An entry that is not a mapping.
pub fn plugin_not_mapping<'a>(node: &Node, falco: &'static str, step: ContextStep<'a>) -> BoxedFault<'a> {
    let diagnostic =
        found(&WRONG_TYPE, node.span, "a plugin requirement is a mapping of `name` and `version`");
    fault_below(FalcoCode::ErrYamlValidate, falco, diagnostic, vec![step])
}

/// A plugin version that cannot be parsed.
pub fn plugin_version_text<'a>(choice: &PluginChoice<'_>, step: ContextStep<'a>) -> BoxedFault<'a> {
    let text = choice.version_text;
    let diagnostic = found(&INVALID_VERSION, text.span, format!("`{}` is not a version", text.value))
        .help("write three numbers: `0.17.1`");
    let falco = format!("Invalid required version '{}' for plugin '{}'", text.value, choice.name);
    fault_below(FalcoCode::ErrValidate, falco, diagnostic, vec![step])
}

/// A plugin named twice in one entry.
pub fn plugin_twice<'a>(choice: &PluginChoice<'_>, step: ContextStep<'a>) -> BoxedFault<'a> {
    let name = choice.name;
    let diagnostic =
        found(&PLUGIN_REQUIREMENT, choice.span, format!("plugin `{name}` is its own alternative"));
    let falco = format!("Defined multiple alternative version requirements for plugin '{name}'");
    fault_below(FalcoCode::ErrValidate, falco, diagnostic, vec![step])
}

/// A requirement that no loaded plugin meets.
pub fn plugin_unmet(unmet: &Unmet) -> crate::diag::Diagnostic {
    let mut chars = unmet.falco.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    let message: String = first.into_iter().chain(chars).collect::<String>().replace('\'', "`");
    found(&PLUGIN_REQUIREMENT, unmet.span, message)
        .at("Falco refuses to start")
        .help("lower the requirement, or name the plugins you run: `--plugins name@version`")
}
