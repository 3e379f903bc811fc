//! What the files of the repository promise each other: generated pages, grammars, rulesets, and the order of modules.

mod architecture;
mod contributing;
mod docs;
mod grammar;
#[path = "../../dev/lint_template.rs"]
mod lint_template;
mod rules_schema;
mod rulesets;
#[path = "../../dev/scaffold.rs"]
mod scaffold;
mod site;
mod words;
