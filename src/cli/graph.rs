//! `rulec graph`.

use super::args::Load;
use super::{CommandResult, FAILED, Failure, engine, inputs, output, settings};
use crate::analysis::{self, Inputs};
use crate::nearest::nearest;
use crate::render::{counted, graph as show};
use crate::sema::graph::{Graph, part, reached};
use crate::syntax::items::ItemKind;
use clap::ValueEnum;
use petgraph::Direction::{self, Incoming, Outgoing};
use std::path::PathBuf;
use std::process::ExitCode;

/// Show which rules, macros and lists use which
///
/// Macros and lists that no rule uses are marked. `--rule` shows only what these rules use, `--macro` and `--list` only
/// what uses these; several flags show the union. Exits with 1 if the rules do not load; the parts that could be read
/// are still shown.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  rulec graph rules/ | dot -Tsvg >rules.svg                  everything, drawn by Graphviz
  rulec graph --format mermaid --rule 'Trail Stopped' .      what one rule is made of, for Markdown")]
pub struct GraphArgs {
    #[command(flatten)]
    load: Load,

    /// How to show the graph
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "dot")]
    format: GraphFormat,

    /// Show what this rule uses, directly or indirectly; may be repeated
    #[arg(long, value_name = "NAME")]
    rule: Vec<String>,

    /// Show what uses this macro, directly or indirectly; may be repeated
    #[arg(long = "macro", value_name = "NAME")]
    macros: Vec<String>,

    /// Show what uses this list, directly or indirectly; may be repeated
    #[arg(long, value_name = "NAME")]
    list: Vec<String>,

    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum GraphFormat {
    /// The DOT language of Graphviz
    Dot,
    /// A Mermaid flowchart, as GitHub and GitLab draw it in Markdown
    Mermaid,
    /// JSON, see docs/json.md
    Json,
}

/// Mermaid's default limit of edges, `maxEdges`, which GitHub and GitLab do not let pages raise.
const MERMAID_EDGES: usize = 500;

/// Runs the command.
pub fn run(args: &GraphArgs) -> CommandResult {
    let mut settings = settings::load(&args.load)?;
    let loaded = inputs::sound(&args.load, &settings)?;
    let options = engine::options(&args.load, &mut settings)?;
    let inputs = Inputs { sources: loaded.sources, options };
    let drawn = analysis::graph(&inputs);
    let graph = wanted(args, drawn.graph)?;
    let text = match args.format {
        GraphFormat::Dot => show::dot(&graph),
        GraphFormat::Mermaid => show::mermaid(&graph),
        GraphFormat::Json => show::json(&graph, &inputs.sources),
    };
    output::deliver(&text, args.output.as_deref())?;
    if args.format == GraphFormat::Mermaid && graph.edge_count() >= MERMAID_EDGES {
        let edges = graph.edge_count();
        output::note(&format!(
            "by default, Mermaid draws fewer than {MERMAID_EDGES} arrows, and the graph has {edges}"
        ));
    }
    if drawn.errors > 0 {
        let errors = counted(drawn.errors, "error");
        output::note(&format!("the rules do not load: {errors}; `rulec check` shows them"));
        return Ok(ExitCode::from(FAILED));
    }
    Ok(ExitCode::SUCCESS)
}

/// The selected part of the graph; without a selection, all of it.
fn wanted(args: &GraphArgs, graph: Graph) -> Result<Graph, Failure> {
    let asked: [(ItemKind, &[String], Direction); 3] = [
        (ItemKind::Rule, &args.rule, Outgoing),
        (ItemKind::Macro, &args.macros, Incoming),
        (ItemKind::List, &args.list, Incoming),
    ];
    if asked.iter().all(|(_, names, _)| names.is_empty()) {
        return Ok(graph);
    }
    let mut nodes = Default::default();
    for (kind, names, direction) in asked {
        let of_kind = || graph.node_indices().filter(|&at| graph[at].kind == kind);
        let mut from = Vec::new();
        for name in names {
            let found = of_kind().find(|&at| graph[at].name == *name);
            from.push(found.ok_or_else(|| {
                let meant = nearest(name, of_kind().map(|at| graph[at].name.as_str()));
                let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                Failure::new(format!("there is no {} named `{name}`{hint}", kind.key()))
            })?);
        }
        let more = reached(&graph, &from, direction);
        nodes = more.union(&nodes).copied().collect();
    }
    Ok(part(&graph, &nodes))
}
