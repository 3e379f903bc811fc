//! The graph of rules, macros and lists: for Graphviz, for Mermaid and for programs (docs/json.md).

use super::json::to_text;
use super::visible;
use crate::sema::graph::{Graph, GraphNode, Via};
use crate::source::SourceMap;
use crate::syntax::items::ItemKind;
use petgraph::visit::EdgeRef;
use serde::Serialize;

/// Version of the JSON; raised by incompatible changes.
pub const SCHEMA_VERSION: u32 = 1;

/// The kind of a node in a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Used,
    Unused,
    Undefined,
}

fn state(node: &GraphNode) -> State {
    match node {
        GraphNode { span: None, .. } => State::Undefined,
        GraphNode { used: false, .. } => State::Unused,
        _ => State::Used,
    }
}

/// The label of an edge; the usual kind has none.
fn words(via: &Via) -> String {
    match via {
        Via::Condition | Via::Items => String::new(),
        Via::Exception(name) => format!("exception {}", visible(name)),
    }
}

/// The label of a node.
fn label(node: &GraphNode) -> String {
    let note = match state(node) {
        State::Used => "",
        State::Unused => " (unused)",
        State::Undefined => " (not defined)",
    };
    format!("{} {}{note}", node.kind.key(), visible(&node.name))
}

/// A graph of the DOT language.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph rules {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n",
    );
    for at in graph.node_indices() {
        let node = &graph[at];
        let shape = match node.kind {
            ItemKind::Rule => "box",
            ItemKind::List => "note",
            _ => "ellipse",
        };
        let style = match state(node) {
            State::Used => "",
            State::Unused => ", style=dashed, color=gray50, fontcolor=gray50",
            State::Undefined => ", style=dashed, color=red, fontcolor=red",
        };
        let label = in_dot(&label(node));
        out += &format!("  n{} [label=\"{label}\", shape={shape}{style}];\n", at.index());
    }
    for edge in graph.edge_references() {
        let words = words(edge.weight());
        let label = if words.is_empty() { String::new() } else { format!(" [label=\"{}\"]", in_dot(&words)) };
        out += &format!("  n{} -> n{}{label};\n", edge.source().index(), edge.target().index());
    }
    out + "}\n"
}

/// Escapes text for Graphviz, which reads backslashes and HTML entities.
fn in_dot(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

/// A flowchart of Mermaid.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for at in graph.node_indices() {
        let (open, close) = match graph[at].kind {
            ItemKind::Rule => ("[", "]"),
            ItemKind::List => ("[(", ")]"),
            _ => ("([", "])"),
        };
        out += &format!("  n{}{open}\"{}\"{close}\n", at.index(), in_mermaid(&label(&graph[at])));
    }
    for edge in graph.edge_references() {
        let words = words(edge.weight());
        let label = if words.is_empty() { String::new() } else { format!("|\"{}\"|", in_mermaid(&words)) };
        out += &format!("  n{} -->{label} n{}\n", edge.source().index(), edge.target().index());
    }
    for (wanted, class, style) in [
        (State::Unused, "unused", "stroke-dasharray:4 3,color:gray"),
        (State::Undefined, "undefined", "stroke-dasharray:4 3,stroke:red,color:red"),
    ] {
        let nodes = graph.node_indices().filter(|&at| state(&graph[at]) == wanted);
        let nodes: Vec<String> = nodes.map(|at| format!("n{}", at.index())).collect();
        if !nodes.is_empty() {
            out += &format!("  classDef {class} {style}\n  class {} {class}\n", nodes.join(","));
        }
    }
    out
}

/// Escapes text for Mermaid, which reads HTML, Markdown and its own keywords inside quotes and has no escapes but
/// entities: every character that can be part of such syntax becomes one.
fn in_mermaid(text: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | ',' | '(' | ')' | '/');
    let char = |c: char| if is_plain(c) { c.to_string() } else { format!("#{};", c as u32) };
    text.chars().map(char).collect()
}

#[derive(Serialize)]
struct GraphDocument<'a> {
    schema_version: u32,
    nodes: Vec<JsonNode<'a>>,
    edges: Vec<Use<'a>>,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    kind: &'a str,
    name: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    used: bool,
}

/// `from` and `to` are indices of nodes.
#[derive(Serialize)]
struct Use<'a> {
    from: usize,
    to: usize,
    via: &'static str,
    exception: Option<&'a str>,
}

/// The graph as JSON.
pub fn json(graph: &Graph, sources: &SourceMap) -> String {
    let nodes = graph.node_weights().map(|node| {
        let span = node.span.map(|span| sources.outward(span));
        let file = span.map(|span| sources.file(span.file));
        let at = span.zip(file).map(|(span, file)| file.position(span.start as usize));
        JsonNode {
            kind: node.kind.key(),
            name: &node.name,
            file: file.map(|file| file.name.as_str()),
            line: at.map(|at| at.line),
            column: at.map(|at| at.column),
            used: node.used,
        }
    });
    let edges = graph.edge_references().map(|edge| {
        let (via, exception) = match edge.weight() {
            Via::Condition => ("condition", None),
            Via::Items => ("items", None),
            Via::Exception(name) => ("exception", Some(name.as_str())),
        };
        Use { from: edge.source().index(), to: edge.target().index(), via, exception }
    });
    let (nodes, edges) = (nodes.collect(), edges.collect());
    to_text(&GraphDocument { schema_version: SCHEMA_VERSION, nodes, edges })
}
