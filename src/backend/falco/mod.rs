//! `falco`: the same rules in one self-contained file, with macros and lists resolved or only the used ones kept.

mod resolved;
mod shaken;

use super::fit::refused;
use super::{Artifact, CompileJob, Form, Target};
use crate::analysis::{Compiled, Inputs, compile_rules};
use crate::diag::{Diagnostic, Severity};
use crate::format;
use crate::sema::checks::FALCO_CRASH;
use crate::sema::ir::{OutputPart, Rule};
use crate::sema::predicate;
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::syntax::items::Item;
use crate::syntax::yaml::{self, Node, Stream};

/// The target.
pub struct Falco;

impl Target for Falco {
    fn name(&self) -> &'static str {
        "falco"
    }

    fn summary(&self) -> &'static str {
        "one rules file that needs no other"
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form {
                name: "resolved",
                summary: "rules only; macros, lists and exceptions are in their conditions",
            },
            Form {
                name: "shaken",
                summary: "items as they are written, without macros and lists that no rule uses",
            },
        ]
    }

    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String> {
        let streams = streams(job);
        let (text, mut diagnostics) = match job.form {
            "shaken" => (shaken::text(job, &streams)?, Vec::new()),
            _ => resolved::text(job, &streams),
        };
        let file = SourceFile::new("rules.yaml", text);
        let mut text = format::document(&file, &format::Options::default()).text(&file);
        let mut lost = differing(job, &text);
        lost.retain(|rule| !diagnostics.iter().any(|found| found.primary.span == rule.name_span));
        if job.form == "shaken" && !lost.is_empty() {
            let name = &lost[0].name;
            return Err(format!(
                "the items cannot be put into one file as they are: rule `{name}` would change"
            ));
        }
        diagnostics.extend(lost.iter().map(|rule| changed(rule)));
        if !lost.is_empty() {
            let kept: Vec<Rule> = job
                .rules
                .iter()
                .filter(|rule| !lost.iter().any(|lost| lost.name == rule.name))
                .cloned()
                .collect();
            let file = SourceFile::new(
                "rules.yaml",
                resolved::text(&CompileJob { rules: &kept, ..*job }, &streams).0,
            );
            text = format::document(&file, &format::Options::default()).text(&file);
        }
        let rules = job.rules.len() - diagnostics.len();
        Ok(Artifact { text, diagnostics, rules })
    }
}

fn changed(rule: &Rule) -> Diagnostic {
    refused(rule, "written without macros and lists it would read differently")
}

fn streams(job: &CompileJob<'_>) -> Vec<(FileId, Stream)> {
    job.analysis.sources.files().map(|(id, file)| (id, yaml::parse(id, file))).collect()
}

/// The items of all files, in order.
fn items<'s>(streams: &'s [(FileId, Stream)]) -> impl Iterator<Item = (&'s Node, Item<'s>)> {
    let documents = streams.iter().flat_map(|(_, stream)| &stream.documents);
    let nodes = documents.flat_map(|document| document.root.as_seq().unwrap_or_default());
    nodes.filter_map(|node| Some((node, Item::new(node)?)))
}

/// An item as it is written, as an item of a sequence at the left edge.
fn verbatim(span: Span, sources: &SourceMap) -> String {
    let file = sources.file(span.file);
    let text = sources.slice(span);
    let start = span.start as usize;
    let line = file.line_range(file.line_index(start)).start;
    let column = start.saturating_sub(line);
    let mut out = String::from("- ");
    for (at, line) in text.trim_end().lines().enumerate() {
        if at > 0 {
            let blank = line.len() - line.trim_start_matches(' ').len();
            out.push('\n');
            if blank < line.len() {
                out.push_str(&" ".repeat((blank + 2).saturating_sub(column)));
                out.push_str(&line[blank..]);
            }
        } else {
            out.push_str(line);
        }
    }
    out.push('\n');
    out
}

/// Rules that differ when this text is compiled again.
fn differing<'j>(job: &CompileJob<'j>, text: &str) -> Vec<&'j Rule> {
    let mut sources = SourceMap::default();
    sources.add(SourceFile::new("rules.yaml", text));
    let Compiled { analysis, rules, .. } = compile_rules(Inputs { sources, options: job.options.clone() });
    let broken = |found: &Diagnostic| found.severity == Severity::Error && found.check != &FALCO_CRASH;
    let whole = !analysis.diagnostics.iter().any(broken);
    let kept = |rule: &&Rule| {
        let again = rules.iter().find(|again| again.name == rule.name);
        !again.is_some_and(|again| same(rule, again))
    };
    job.rules.iter().filter(|rule| !whole && rules.is_empty() || kept(rule)).collect()
}

/// Equality of two rules apart from places.
fn same(a: &Rule, b: &Rule) -> bool {
    let head = |rule: &Rule| (rule.source.clone(), rule.priority, rule.enabled, rule.tags.clone());
    head(a) == head(b) && predicate::same(&a.condition, &b.condition) && same_output(&a.output, &b.output)
}

/// Equality of two outputs; adjacent texts are joined.
fn same_output(a: &[OutputPart], b: &[OutputPart]) -> bool {
    let all = |parts: &[OutputPart]| {
        let mut texts = vec![(String::new(), None)];
        for part in parts {
            match part {
                OutputPart::Text(text) => {
                    if let Some((last, None)) = texts.last_mut() {
                        last.push_str(text);
                    } else {
                        texts.push((text.clone(), None));
                    }
                }
                OutputPart::Term { text, width, .. } => texts.push((text.clone(), Some(*width))),
            }
        }
        texts.retain(|(text, token)| token.is_some() || !text.is_empty());
        texts
    };
    all(a) == all(b)
}
