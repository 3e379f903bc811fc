//! `falco.yaml`: text in, settings about rules and findings out.

use crate::diag::Diagnostic;
use crate::embedded::NOT_CHECKED;
use crate::lint::meta::INVALID_FALCO_CONFIG;
use crate::sema::deployment::{Appended, Deployment, Field, Selection};
use crate::sema::ir::Priority;
use crate::source::{FileId, SourceFile, Span, Spanned, Text};
use crate::syntax::yaml::{self, Node};

/// The settings of a `falco.yaml` that are about rules; `None` for a key that is absent.
#[derive(Debug, Default, Clone)]
pub struct FalcoConfig {
    /// `rules_files`, or `rules_file` of older versions.
    pub rules_files: Option<Vec<Spanned<String>>>,
    /// Names of `plugins`.
    pub plugins: Option<Vec<Spanned<String>>>,
    /// `load_plugins`.
    pub load_plugins: Option<Vec<Spanned<String>>>,
    /// `rules`.
    pub selections: Option<Vec<Selection>>,
    /// `append_output`.
    pub appended: Option<Vec<Appended>>,
    /// `priority`.
    pub priority: Option<Priority>,
    /// True if `rule_matching` is `all`.
    pub all_matches: Option<bool>,
    /// `config_files`.
    pub config_files: Vec<Include>,
}

/// An entry of `config_files`: another file that is read after this one.
#[derive(Debug, Clone)]
pub struct Include {
    /// A file, or a directory of files.
    pub path: Spanned<String>,
    /// How its settings are merged.
    pub strategy: MergeStrategy,
}

/// How the settings of an included file are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStrategy {
    /// Lists are appended, all else is replaced.
    Append,
    /// Everything is replaced.
    Override,
    /// Only absent settings are added.
    AddOnly,
}

impl FalcoConfig {
    /// Merges an included file.
    pub fn include(&mut self, other: FalcoConfig, strategy: MergeStrategy) {
        list(&mut self.rules_files, other.rules_files, strategy);
        list(&mut self.plugins, other.plugins, strategy);
        list(&mut self.load_plugins, other.load_plugins, strategy);
        list(&mut self.selections, other.selections, strategy);
        list(&mut self.appended, other.appended, strategy);
        if strategy != MergeStrategy::AddOnly || self.priority.is_none() {
            self.priority = other.priority.or(self.priority);
        }
        if strategy != MergeStrategy::AddOnly || self.all_matches.is_none() {
            self.all_matches = other.all_matches.or(self.all_matches);
        }
    }

    /// The plugins that Falco loads, in its order, and a finding if one is not configured.
    pub fn loaded_plugins(&self) -> (Vec<&Spanned<String>>, Option<Diagnostic>) {
        let all = self.plugins.as_deref().unwrap_or_default();
        let Some(wanted) = &self.load_plugins else { return (all.iter().collect(), None) };
        let mut loaded = Vec::new();
        for name in wanted {
            match all.iter().find(|plugin| plugin.value == name.value) {
                Some(plugin) => loaded.push(plugin),
                None => {
                    let message = format!("plugin `{}` is not in `plugins`", name.value);
                    return (loaded, Some(Diagnostic::new(&INVALID_FALCO_CONFIG, name.span, message)));
                }
            }
        }
        (loaded, None)
    }

    /// Its effect on rules that load.
    pub fn deployment(&self) -> Deployment {
        Deployment {
            selections: self.selections.clone().unwrap_or_default(),
            min_priority: self.priority,
            appended: self.appended.clone().unwrap_or_default(),
            all_matches: self.all_matches.unwrap_or(false),
        }
    }
}

fn list<T>(own: &mut Option<Vec<T>>, other: Option<Vec<T>>, strategy: MergeStrategy) {
    let Some(other) = other else { return };
    match (own.as_mut(), strategy) {
        (Some(own), MergeStrategy::Append) => own.extend(other),
        (Some(_), MergeStrategy::AddOnly) => {}
        _ => *own = Some(other),
    }
}

/// Reads a `falco.yaml`.
pub fn parse(id: FileId, file: &SourceFile) -> (FalcoConfig, Vec<Diagnostic>) {
    let stream = yaml::parse(id, file);
    let mut reader = FalcoConfigReader { config: FalcoConfig::default(), found: Vec::new() };
    if let Some(error) = stream.errors.first() {
        reader.wrong(error.span, format!("this is not YAML: {}", error.message));
    } else if let Some(document) = stream.documents.first() {
        match document.root.as_map() {
            Some(pairs) => pairs.iter().for_each(|(key, value)| reader.key(key, value, &document.root)),
            None if document.root.is_null() => {}
            None => reader.wrong(document.root.span, "a mapping is expected here".to_owned()),
        }
    }
    (reader.config, reader.found)
}

struct FalcoConfigReader {
    config: FalcoConfig,
    found: Vec<Diagnostic>,
}

impl FalcoConfigReader {
    fn wrong(&mut self, span: Span, message: String) {
        self.found.push(Diagnostic::new(&INVALID_FALCO_CONFIG, span, message));
    }

    fn key(&mut self, key: &Node, value: &Node, root: &Node) {
        let Some(name) = key.as_scalar().map(|scalar| &*scalar.text.value) else { return };
        match name {
            "rules_files" => self.config.rules_files = Some(self.paths(value)),
            "rules_file" if root.get("rules_files").is_some() => {
                self.wrong(key.span, "`rules_file` and `rules_files` exclude each other".to_owned());
            }
            "rules_file" => self.config.rules_files = Some(self.paths(value)),
            "load_plugins" => self.config.load_plugins = Some(self.paths(value)),
            "plugins" => self.config.plugins = Some(self.each(value, FalcoConfigReader::plugin)),
            "rules" => self.config.selections = Some(self.each(value, FalcoConfigReader::selection)),
            "append_output" => self.config.appended = Some(self.each(value, FalcoConfigReader::appended)),
            "config_files" => self.config.config_files = self.each(value, FalcoConfigReader::include),
            "rule_matching" => {
                let text = self.text(value);
                self.config.all_matches = text.as_ref().map(|text| text.value == "all");
                if let Some(text) = text.filter(|text| !["all", "first"].contains(&text.value.as_str())) {
                    self.wrong(text.span, format!("`{}` is neither `first` nor `all`", text.value));
                }
            }
            "priority" => {
                let text = self.text(value);
                self.config.priority = text.as_ref().and_then(|text| Priority::parse(&text.value));
                if let (Some(text), None) = (text, self.config.priority) {
                    self.wrong(text.span, format!("`{}` is not a priority", text.value));
                }
            }
            _ => {}
        }
    }

    /// The entries of a list. Falco reads a single value as a list of one.
    fn each<T>(&mut self, node: &Node, read: fn(&mut FalcoConfigReader, &Node) -> Option<T>) -> Vec<T> {
        match node.as_seq() {
            Some(items) => items.iter().filter_map(|item| read(self, item)).collect(),
            None if node.is_null() => Vec::new(),
            None => read(self, node).into_iter().collect(),
        }
    }

    fn paths(&mut self, node: &Node) -> Vec<Spanned<String>> {
        self.each(node, FalcoConfigReader::text)
    }

    fn text(&mut self, node: &Node) -> Option<Spanned<String>> {
        let Some(scalar) = node.as_scalar() else {
            self.wrong(node.span, "a text is expected here".to_owned());
            return None;
        };
        let text = &scalar.text;
        if text.value.contains("${") {
            let message = format!("the value of `{}` is known only where Falco runs", text.value);
            self.found.push(Diagnostic::new(&NOT_CHECKED, text.span, message));
            return None;
        }
        Some(Spanned { value: text.value.to_string(), span: text.span })
    }

    fn member(&mut self, node: &Node, key: &str) -> Option<String> {
        Some(self.text(node.get(key)?)?.value)
    }

    fn plugin(&mut self, node: &Node) -> Option<Spanned<String>> {
        match node.get("name") {
            Some(name) if node.get("library_path").is_some() => self.text(name),
            _ => {
                self.wrong(node.span, "a plugin needs `name` and `library_path`".to_owned());
                None
            }
        }
    }

    fn selection(&mut self, node: &Node) -> Option<Selection> {
        let (enable, about) = match (node.get("enable"), node.get("disable")) {
            (Some(about), _) => (true, about),
            (None, Some(about)) => (false, about),
            (None, None) => {
                self.wrong(node.span, "`enable` or `disable` is expected here".to_owned());
                return None;
            }
        };
        let (rule, tag) = (self.member(about, "rule"), self.member(about, "tag"));
        if rule.as_deref().unwrap_or_default().is_empty() && tag.as_deref().unwrap_or_default().is_empty() {
            self.wrong(about.span, "`rule` or `tag` is expected here".to_owned());
            return None;
        }
        Some(Selection { enable, rule, tag, span: about.span })
    }

    fn appended(&mut self, node: &Node) -> Option<Appended> {
        if node.as_map().is_none() {
            self.wrong(node.span, "a mapping is expected here".to_owned());
            return None;
        }
        let mut entry = Appended { span: node.span, ..Appended::default() };
        if let Some(about) = node.get("match") {
            entry.span = about.span;
            entry.source = self.member(about, "source").filter(|text| !text.is_empty());
            entry.rule = self.member(about, "rule").filter(|text| !text.is_empty());
            let tags = about.get("tags").filter(|tags| tags.as_seq().is_some());
            entry.tags =
                tags.map_or(Vec::new(), |tags| self.paths(tags)).into_iter().map(|tag| tag.value).collect();
        }
        if let Some(output) = node.get("extra_output") {
            entry.output = self.text(output).and(output.as_scalar()).map(|scalar| scalar.text.clone());
        }
        match node.get("extra_fields").map(|fields| (fields, fields.as_seq())) {
            Some((_, Some(fields))) => {
                for field in fields {
                    entry.fields.extend(self.field(field));
                }
            }
            Some((fields, None)) => self.wrong(fields.span, "a list is expected here".to_owned()),
            None => {}
        }
        Some(entry)
    }

    /// An entry of `extra_fields`: a name, or a name and a template.
    fn field(&mut self, node: &Node) -> Option<Field> {
        match node.as_map() {
            Some([(name, template)]) => {
                let (name, _) = (self.text(name)?.value, self.text(template)?);
                Some(Field { name, template: template.as_scalar()?.text.clone(), raw: false })
            }
            Some(_) => {
                self.wrong(node.span, "one name and its template are expected here".to_owned());
                None
            }
            None => {
                let name = self.text(node)?.value;
                let text = &node.as_scalar()?.text;
                // Falco looks up `%name`; the percent sign has the place of the name.
                let start = text.at(0) as u32;
                let rest = text.map.iter().filter(|run| run.0 > 0).map(|&(at, file)| (at + 1, file));
                let map = [(0, start), (1, start)].into_iter().chain(rest).collect();
                let template = Text { value: format!("%{name}").into(), map, ..text.clone() };
                Some(Field { name, template, raw: true })
            }
        }
    }

    fn include(&mut self, node: &Node) -> Option<Include> {
        let strategy = match node.get("strategy").map(|node| (node, self.text(node))) {
            None => MergeStrategy::Append,
            Some((node, text)) => match text.as_ref().map(|text| text.value.as_str()) {
                Some("append") => MergeStrategy::Append,
                Some("override") => MergeStrategy::Override,
                Some("add-only") => MergeStrategy::AddOnly,
                _ => {
                    self.wrong(node.span, "`append`, `override` or `add-only` is expected here".to_owned());
                    return None;
                }
            },
        };
        let path = self.text(node.get("path").unwrap_or(node))?;
        Some(Include { path, strategy })
    }
}
