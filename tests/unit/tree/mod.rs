//! What the files of the repository promise each other: generated pages, grammars, rulesets, and the order of modules.

mod architecture;
mod docs;
mod grammar;
mod rules_schema;
mod rulesets;
mod site;
mod words;
