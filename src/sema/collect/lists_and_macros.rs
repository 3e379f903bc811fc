//! Reading lists and macros.

use super::collector::Collector;
use super::definitions::{ListInfo, MacroInfo};
use super::overrides::overrides;
use crate::sema::errors;
use crate::sema::report::{ContextStep, FaultResult};
use crate::source::Text;
use crate::syntax::items::{Item, ItemKind};

impl<'a> Collector<'_, 'a, '_> {
    pub(super) fn list(
        &mut self,
        item: Item<'a>,
        name: &'a Text,
        base: &[ContextStep<'a>],
    ) -> FaultResult<'a> {
        if !is_list_name(&name.value) {
            self.warn(base, errors::list_name(name));
        }
        let items = item.texts("items").map_err(|problem| errors::key(problem, ItemKind::List))?;
        let append = self.appends(item, ItemKind::List, base)?;
        if let Some(earlier) = self.collected.lists.get(&name.value).map(|list| list.span) {
            self.changes(ItemKind::List, &name.value, earlier);
        }
        let index = self.number();
        let fresh = ListInfo {
            name: &name.value,
            name_span: name.span,
            items,
            span: item.node.span,
            index,
            visibility: index,
        };
        match (self.collected.lists.get_mut(&name.value), append) {
            (Some(previous), true) => {
                previous.items.extend(fresh.items);
                previous.visibility = index;
            }
            (None, true) => return Err(errors::nothing_to_append(ItemKind::List, name, &[])),
            (previous, false) => {
                let index = previous.map_or(index, |previous| previous.index);
                self.collected.lists.define(&name.value, ListInfo { index, ..fresh });
            }
        }
        Ok(())
    }

    pub(super) fn macro_(
        &mut self,
        item: Item<'a>,
        name: &'a Text,
        base: &[ContextStep<'a>],
    ) -> FaultResult<'a> {
        if !is_macro_name(&name.value) {
            self.warn(base, errors::macro_name(name));
        }
        let condition = item.text("condition").map_err(|problem| errors::key(problem, ItemKind::Macro))?;
        let append = self.appends(item, ItemKind::Macro, base)?;
        if let Some(earlier) = self.collected.macros.get(&name.value).map(|info| info.span) {
            self.changes(ItemKind::Macro, &name.value, earlier);
        }
        let index = self.number();
        match (self.collected.macros.get_mut(&name.value), append) {
            (Some(previous), true) => {
                previous.condition.push(condition);
                previous.visibility = index;
            }
            (None, true) => return Err(errors::nothing_to_append(ItemKind::Macro, name, &[])),
            (previous, false) => {
                let info = MacroInfo {
                    name: &name.value,
                    name_span: name.span,
                    condition: vec![condition],
                    span: item.node.span,
                    first_file: previous.as_ref().map_or(self.file, |previous| previous.first_file),
                    index: previous.map_or(index, |previous| previous.index),
                    visibility: index,
                };
                self.collected.macros.define(&name.value, info);
            }
        }
        Ok(())
    }

    /// True if a list or macro appends, by `append: true` or by `override`.
    fn appends(&mut self, item: Item<'a>, kind: ItemKind, base: &[ContextStep<'a>]) -> FaultResult<'a, bool> {
        let legacy = item.flag("append").map_err(|problem| errors::key(problem, kind))?.unwrap_or(false);
        if legacy {
            self.warn(base, errors::deprecated_append(item, kind));
        }
        let overrides = overrides(item, kind)?;
        if legacy && !overrides.is_empty() {
            return Err(errors::append_and_override(item));
        }
        Ok(legacy || !overrides.append.is_empty())
    }
}

fn is_list_name(name: &str) -> bool {
    name.chars().all(crate::syntax::lexer::is_bare)
}

fn is_macro_name(name: &str) -> bool {
    crate::syntax::lexer::identifier(name).is_ok_and(|(rest, _)| rest.is_empty())
}
