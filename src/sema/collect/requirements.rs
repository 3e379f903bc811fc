//! Reading `required_engine_version` and `required_plugin_versions`.

use super::collector::Collector;
use crate::sema::errors;
use crate::sema::report::{ContextStep, FaultResult};
use crate::sema::requirements::{PluginChoice, PluginRequirement, Version};
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::yaml::{self, Node, Value};

impl<'a> Collector<'_, 'a, '_> {
    pub(super) fn engine_version(&mut self, item: Item<'a>) -> FaultResult<'a> {
        let key = ItemKind::EngineVersion.key();
        let text = item.text(key).map_err(|problem| errors::key(problem, ItemKind::EngineVersion))?;
        let running = self.environment.engine_version;
        let wanted = match yaml::to_u32(&text.value) {
            Some(minor) => Version(running.0, minor, running.2),
            None => Version::parse(&text.value).ok_or_else(|| errors::engine_version_text(text))?,
        };
        if !running.satisfies(wanted) {
            return Err(errors::engine_too_old(text, wanted, running));
        }
        self.collected.engine_version = self.collected.engine_version.max(match yaml::to_u32(&text.value) {
            Some(minor) => Version(running.0, minor, 0),
            None => wanted,
        });
        Ok(())
    }

    pub(super) fn plugin_versions(&mut self, item: Item<'a>) -> FaultResult<'a> {
        let Some(node) = item.get(ItemKind::PluginVersions.key()) else { return Ok(()) };
        let Value::Seq(entries) = node.value() else {
            return Err(errors::plugin_versions_not_sequence(node));
        };
        for entry in entries {
            let step =
                |name: &str| ContextStep::new("required plugin versions entry", name.to_owned(), entry.span);
            let first = choice(entry, "Plugin version must be a mapping", &step)?;
            let mut choices = vec![first];
            let item = Item::new(entry).and_then(|item| item.get("alternatives"));
            if let Some(alternatives) = item {
                let Value::Seq(elements) = alternatives.value() else {
                    return Err(errors::plugin_alternatives_not_sequence(
                        alternatives,
                        vec![step(first.name)],
                    ));
                };
                for element in elements {
                    let alternative = |name: &str| {
                        ContextStep::new(
                            "required plugin versions alternative",
                            name.to_owned(),
                            element.span,
                        )
                    };
                    choices.push(
                        choice(element, "Plugin version alternative must be a mapping", &alternative)
                            .map_err(|mut fault| {
                                if let Some(steps) = &mut fault.steps {
                                    steps.insert(0, step(first.name));
                                }
                                fault
                            })?,
                    );
                }
            }
            self.plugin_requirement(choices, step(first.name))?;
        }
        Ok(())
    }

    fn plugin_requirement(
        &mut self,
        choices: Vec<PluginChoice<'a>>,
        step: ContextStep<'a>,
    ) -> FaultResult<'a> {
        let mut seen: Vec<&str> = Vec::new();
        let mut checked = Vec::with_capacity(choices.len());
        for choice in choices {
            let Some(version) = Version::parse(&choice.version_text.value) else {
                return Err(errors::plugin_version_text(&choice, step));
            };
            if seen.contains(&choice.name) {
                return Err(errors::plugin_twice(&choice, step));
            }
            seen.push(choice.name);
            checked.push(PluginChoice { version, ..choice });
        }
        self.collected.plugins.push(PluginRequirement { choices: checked });
        Ok(())
    }
}

fn choice<'a>(
    node: &'a Node,
    not_mapping: &'static str,
    step: &dyn Fn(&str) -> ContextStep<'a>,
) -> FaultResult<'a, PluginChoice<'a>> {
    let Some(entry) = Item::new(node) else {
        return Err(errors::plugin_not_mapping(node, not_mapping, step("")));
    };
    let name = entry
        .text("name")
        .map_err(|problem| errors::key_within(problem, ItemKind::PluginVersions, vec![step("")]))?;
    let version_text = entry
        .text("version")
        .map_err(|problem| errors::key_within(problem, ItemKind::PluginVersions, vec![step(&name.value)]))?;
    Ok(PluginChoice { name: &name.value, version_text, version: Version::default(), span: name.span })
}
