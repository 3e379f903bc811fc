//! Terraform: rules, macros and lists as resources of Sysdig's provider.

use super::item::{EmbeddedItem, Exception, HostText, Tree};
use super::text::{self, Hole};
use super::{Extracted, NOT_CHECKED, UNREADABLE_INPUT};
use crate::diag::Diagnostic;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::items::ItemKind;
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Body};
use std::ops::Range;

/// The prefix of the resource types.
pub const RESOURCES: &str = "sysdig_secure_";

/// The items of a Terraform file.
pub(super) fn read(id: FileId, file: &SourceFile) -> Extracted {
    let mut found = Extracted::default();
    let body = match body(id, file) {
        Ok(body) => body,
        Err(finding) => {
            found.findings.push(*finding);
            return found;
        }
    };
    for block in body.get_blocks("resource") {
        let kind = match block.labels.first().map(|label| label.as_str()) {
            Some("sysdig_secure_rule_falco") => ItemKind::Rule,
            Some("sysdig_secure_macro") => ItemKind::Macro,
            Some("sysdig_secure_list") => ItemKind::List,
            _ => continue,
        };
        let mut reader = ResourceReader { id, file, findings: &mut found.findings };
        if let Some(item) = reader.item(kind, block) {
            found.items.push(item);
        }
    }
    found
}

/// A policy: the rules it enables, and their severity.
#[derive(Debug)]
pub struct SysdigPolicy {
    /// Name.
    pub name: String,
    /// From 0, the most urgent, to 7.
    pub severity: Option<u64>,
    /// Whether the policy is enabled.
    pub enabled: bool,
    /// Names of the rules that it enables.
    pub rules: Vec<String>,
}

/// The policies of a Terraform file that name their rules.
pub fn policies(file: &SourceFile) -> Result<Vec<SysdigPolicy>, Box<Diagnostic>> {
    let body = body(FileId::default(), file)?;
    let source = &*file.text;
    let policy = |block: &Block| {
        let body = &block.body;
        let named = |body: &Body| text(source, &body.get_attribute("name")?.value);
        let is_on =
            |body: &Body| body.get_attribute("enabled").and_then(|on| on.value.as_bool()).unwrap_or(true);
        let listed = body.get_attribute("rule_names").and_then(|names| names.value.as_array());
        let listed = listed.into_iter().flat_map(|names| names.iter().filter_map(|name| text(source, name)));
        let rules =
            body.get_blocks("rules").filter(|rule| is_on(&rule.body)).filter_map(|rule| named(&rule.body));
        let severity =
            body.get_attribute("severity").and_then(|severity| severity.value.as_number()?.as_u64());
        let label = block.labels.get(1).map(|label| label.as_str().to_owned());
        Some(SysdigPolicy {
            name: named(body).or(label)?,
            severity,
            enabled: is_on(body),
            rules: listed.chain(rules).collect(),
        })
    };
    let is_policy = |block: &&Block| {
        let kind = block.labels.first().map(|label| label.as_str());
        block.has_ident("resource")
            && matches!(kind, Some("sysdig_secure_policy" | "sysdig_secure_custom_policy"))
    };
    Ok(body.blocks().filter(is_policy).filter_map(policy).collect())
}

/// The text of an expression of this file, if it is known.
pub fn text(source: &str, value: &Expression) -> Option<String> {
    text::read(source, value).ok().map(|text| text.value)
}

/// The file as HCL; the `Err` is the place of the syntax error.
pub fn body(id: FileId, file: &SourceFile) -> Result<Body, Box<Diagnostic>> {
    parse_body(&file.text).map_err(|error| {
        let at = crate::source::floor_char_boundary(&file.text, error.location().offset());
        let end =
            file.text[at..].chars().next().filter(|c| !c.is_control()).map_or(at, |c| at + c.len_utf8());
        let message = format!("this is not HCL: {}", error.message());
        Box::new(Diagnostic::new(&UNREADABLE_INPUT, Span::new(id, at, end), message))
    })
}

fn unchecked(kind: ItemKind) -> String {
    format!("this {} is not checked", kind.key())
}

struct ResourceReader<'f> {
    id: FileId,
    file: &'f SourceFile,
    findings: &'f mut Vec<Diagnostic>,
}

impl ResourceReader<'_> {
    fn item(&mut self, kind: ItemKind, block: &Block) -> Option<EmbeddedItem> {
        let body = &block.body;
        let name = self.name(block, "nothing of it is checked")?;
        let mut item = EmbeddedItem {
            kind,
            file: self.id,
            shown: self.file.name.clone(),
            name,
            texts: Vec::new(),
            list: None,
            exceptions: Vec::new(),
            append: false,
            comments: self.comments(block),
            is_hole: self.is_dynamic(body),
        };
        self.texts(&mut item, body);
        match self.expression(body, "append").map(|(value, span)| (value.as_bool(), span)) {
            Some((Some(append), _)) => item.append = append,
            Some((None, span)) => item.is_hole |= self.tell(&Hole(span), &unchecked(kind)),
            None => {}
        }
        match kind {
            ItemKind::Rule => item.list = self.list(body, "tags"),
            ItemKind::List => item.list = Some(self.list(body, "items").unwrap_or_default()),
            _ => {}
        }
        for block in body.get_blocks("exceptions") {
            match self.exception(block) {
                Some(exception) => item.exceptions.push(exception),
                None => item.is_hole = true,
            }
        }
        Some(item.complete())
    }

    /// The texts of an item other than its name.
    fn texts(&mut self, item: &mut EmbeddedItem, body: &Body) {
        let keys: &[(&str, &str)] = match item.kind {
            ItemKind::Rule => &[
                ("desc", "description"),
                ("condition", "condition"),
                ("output", "output"),
                ("priority", "priority"),
                ("source", "source"),
            ],
            ItemKind::Macro => &[("condition", "condition")],
            _ => &[],
        };
        for (key, attribute) in keys {
            match self.text(body, attribute) {
                Some(Ok(text)) => item.texts.push((key, text)),
                Some(Err(hole)) if matches!(*key, "condition" | "source") => {
                    item.is_hole |= self.tell(&hole, &unchecked(item.kind));
                }
                Some(Err(hole)) => {
                    self.tell(&hole, "it is not checked");
                    let value = if *key == "priority" { "WARNING" } else { "-" };
                    item.texts.push((key, text::stand_in(value, &hole)));
                }
                None => {}
            }
        }
    }

    /// `dynamic` blocks, which exist only after deployment.
    fn is_dynamic(&mut self, body: &Body) -> bool {
        match body.get_blocks("dynamic").next() {
            Some(block) => {
                self.tell(&Hole(block.ident.span().unwrap_or_default()), &unchecked(ItemKind::Rule))
            }
            None => false,
        }
    }

    fn exception(&mut self, block: &Block) -> Option<Exception> {
        let name = self.name(block, &unchecked(ItemKind::Rule))?;
        let mut keys = Vec::new();
        for key in ["fields", "comps", "values"] {
            let Some((value, span)) = self.expression(&block.body, key) else { continue };
            let tree = match (key, value) {
                ("values", value) => self.values(value, &span),
                (_, value) => self.tree(value),
            };
            match tree {
                Ok(tree) => keys.push((key, tree)),
                Err(hole) => {
                    self.tell(&hole, &unchecked(ItemKind::Rule));
                    return None;
                }
            }
        }
        Some(Exception { name, keys })
    }

    /// `values` of an exception: JSON in a text, or a `jsonencode` call.
    fn values(&self, value: &Expression, span: &Range<usize>) -> Result<Tree, Hole> {
        match value {
            Expression::FuncCall(call)
                if call.name.name.as_str() == "jsonencode" && !call.name.is_namespaced() =>
            {
                match call.args.iter().next() {
                    Some(argument) => self.tree(argument),
                    None => Err(Hole(span.clone())),
                }
            }
            Expression::Parenthesis(inner) => self.values(inner.inner(), span),
            _ => Ok(Tree::Json(text::read(&self.file.text, value)?)),
        }
    }

    fn tree(&self, value: &Expression) -> Result<Tree, Hole> {
        match value {
            Expression::Array(items) => {
                items.iter().map(|item| self.tree(item)).collect::<Result<_, _>>().map(Tree::List)
            }
            Expression::Parenthesis(inner) => self.tree(inner.inner()),
            Expression::Number(_) | Expression::Bool(_) => {
                let span = value.span().unwrap_or_default();
                Ok(Tree::Text(text::plain(&self.file.text, span)))
            }
            _ => Ok(Tree::Text(text::read(&self.file.text, value)?)),
        }
    }

    /// The elements of a list whose values are known.
    fn list(&mut self, body: &Body, key: &str) -> Option<Vec<HostText>> {
        let (value, span) = self.expression(body, key)?;
        let Expression::Array(items) = value else {
            self.tell(&Hole(span), "its elements are not checked");
            return None;
        };
        let mut list = Vec::new();
        for item in items.iter() {
            let hole = match self.tree(item) {
                Ok(Tree::Text(text)) => {
                    list.push(text);
                    continue;
                }
                Ok(_) => Hole(item.span().unwrap_or_default()),
                Err(hole) => hole,
            };
            self.tell(&hole, "this element is left out");
        }
        Some(list)
    }

    fn name(&mut self, block: &Block, what: &str) -> Option<HostText> {
        match self.text(&block.body, "name") {
            Some(Ok(text)) => return Some(text),
            Some(Err(hole)) => drop(self.tell(&hole, what)),
            None => {
                let span = block.ident.span().unwrap_or_default();
                let message = format!("it has no `name`, so {what}");
                self.findings.push(Diagnostic::new(
                    &NOT_CHECKED,
                    Span::new(self.id, span.start, span.end),
                    message,
                ));
            }
        }
        None
    }

    fn text(&self, body: &Body, key: &str) -> Option<Result<HostText, Hole>> {
        let (value, _) = self.expression(body, key)?;
        Some(text::read(&self.file.text, value))
    }

    fn expression<'b>(&self, body: &'b Body, key: &str) -> Option<(&'b Expression, Range<usize>)> {
        let value = &body.get_attribute(key)?.value;
        (!value.is_null()).then(|| (value, value.span().unwrap_or_default()))
    }

    /// Reports an unknown value and its consequence. Always true, for the caller to return.
    fn tell(&mut self, Hole(span): &Hole, what: &str) -> bool {
        let message = format!("known only to Terraform, so {what}");
        self.findings.push(Diagnostic::new(&NOT_CHECKED, Span::new(self.id, span.start, span.end), message));
        true
    }

    /// `# rulec:` comments in the lines before a block.
    fn comments(&self, block: &Block) -> Vec<HostText> {
        let start = block.span().unwrap_or_default().start;
        let mut comments = Vec::new();
        let mut line = self.file.line_index(start);
        while line > 0 {
            line -= 1;
            let range = self.file.line_range(line);
            let text = self.file.text[range.clone()].trim();
            let Some(comment) = text.strip_prefix('#').or_else(|| text.strip_prefix("//")) else { break };
            if comment.trim_start().starts_with("rulec:") {
                let at = range.end
                    - (self.file.text[range.clone()].len() - self.file.text[range].trim_end().len());
                comments.push(text::comment(&self.file.text, at - comment.len()..at));
            }
        }
        comments.reverse();
        comments
    }
}
