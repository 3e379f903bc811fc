//! Code lenses, inlay hints, and the commands behind them.

use super::background::{TestRun, open_texts};
use super::pull::invalid;
use super::requests::{Answer, QueriedFile, parse};
use super::session::{Reply, Session, SessionEvent, error};
use crate::ide::lens::{self as ide, About};
use crate::ide::{hints as ide_hints, navigation};
use crate::syntax::items::{ItemKind, KINDS};
use gen_lsp_types as lsp;
use lsp_server::{ErrorCode, RequestId};
use serde_json::{Value, json};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

/// Runs the tests of a rule; arguments: URI of its file, its name.
const RUN_TESTS: &str = "rulec.testRule";
/// Shows the controls that a rule covers; arguments: URI of its file, its name.
const CONTROLS: &str = "rulec.controlsOfRule";
/// Returns the uses of a name; arguments: URI of its file, the position of the name.
const USES: &str = "rulec.usesOf";
/// All commands.
pub const COMMANDS: [&str; 3] = [RUN_TESTS, CONTROLS, USES];

/// `textDocument/codeLens`.
pub fn lenses(here: &QueriedFile<'_>) -> Answer {
    if !here.session.asked.code_lens {
        return Ok(json!([]));
    }
    let uri = &here.set.files[here.index].uri;
    let found = ide::lenses(&here.snapshot, here.index, Some(&here.set.tests), here.set.controls.as_deref());
    let shown = found.iter().map(|lens| {
        let range = here.encoding().range(&here.doc, &lens.range);
        let name = here.doc.slice(lens.range.clone());
        match &lens.about {
            // The number of uses is computed by `codeLens/resolve`.
            About::Uses(kind, name) => {
                json!({"range": range, "data": {"uri": uri, "kind": kind.key(), "name": name, "at": range.start}})
            }
            About::Tests(tests) => {
                let title = match tests.len() {
                    1 => "run 1 test".to_owned(),
                    count => format!("run {count} tests"),
                };
                json!({"range": range, "command": {"title": title, "command": RUN_TESTS, "arguments": [uri, name]}})
            }
            About::Controls(controls) => {
                let ids: Vec<&str> = controls.iter().map(|control| &*control.id).collect();
                let title = format!("covers {}", ids.join(", "));
                json!({"range": range, "command": {"title": title, "command": CONTROLS, "arguments": [uri, name]}})
            }
        }
    });
    Ok(shown.collect())
}

/// `codeLens/resolve`.
pub fn resolve(session: &Session, params: Value) -> Answer {
    let mut lens: lsp::CodeLens = parse(params)?;
    let data = lens.data.clone().unwrap_or_default();
    let text = |key: &str| data[key].as_str().unwrap_or_default();
    let kind = KINDS.iter().find(|kind| kind.key() == text("kind")).copied().unwrap_or(ItemKind::Macro);
    let here = QueriedFile::new(session, &lsp::TextDocumentIdentifier { uri: text("uri").into() });
    let count = here.map_or(0, |here| ide::count(&here.snapshot, kind, text("name")));
    lens.command = Some(lsp::Command {
        title: if count == 1 { "1 use".to_owned() } else { format!("{count} uses") },
        command: USES.to_owned(),
        arguments: Some(vec![data["uri"].clone(), data["at"].clone()]),
        ..lsp::Command::default()
    });
    Ok(json!(lens))
}

/// `textDocument/inlayHint`.
pub fn hints(here: &QueriedFile<'_>, range: Range<usize>) -> Answer {
    if !here.session.asked.inlay_hints {
        return Ok(json!([]));
    }
    let found = ide_hints::hints(&here.snapshot, here.index, range, here.set.controls.as_deref());
    let shown = found.iter().map(|hint| {
        let position = here.encoding().position(&here.doc, hint.offset);
        let mut shown = json!({"position": position, "label": hint.label, "paddingLeft": true});
        if !hint.tooltip.is_empty() {
            shown["tooltip"] = json!({"kind": "markdown", "value": hint.tooltip});
        }
        shown
    });
    Ok(shown.collect())
}

/// `workspace/executeCommand`.
pub fn execute(session: &mut Session, id: &RequestId, params: Value) -> Reply {
    let params: lsp::ExecuteCommandParams = parse(params)?;
    let arguments = params.arguments.unwrap_or_default();
    let text = |at: usize| arguments.get(at).and_then(Value::as_str).map(str::to_owned);
    let Some(uri) = text(0) else {
        return Err(invalid("the first argument is the URI of a file".to_owned()));
    };
    let document = lsp::TextDocumentIdentifier { uri: uri.as_str().into() };
    let Some(here) = QueriedFile::new(session, &document) else {
        return Err(error(ErrorCode::RequestFailed, &format!("{uri} is not known")));
    };
    match (params.command.as_str(), text(1)) {
        (USES, None) => {
            let position = parse(arguments.get(1).cloned().unwrap_or_default())?;
            let offset = here.encoding().offset(&here.doc, position);
            let places = navigation::references(&here.snapshot, here.index, offset, false);
            Ok(Some(places.iter().filter_map(|place| here.location(place)).collect()))
        }
        (CONTROLS, Some(rule)) => {
            let controls = here.set.controls.as_deref().map_or(&[][..], |controls| controls.of(&rule));
            let shown: Vec<Value> =
                controls.iter().map(|control| json!({"id": control.id, "title": control.title})).collect();
            let lines: Vec<String> = controls.iter().map(|it| format!("{} {}", it.id, it.title)).collect();
            let message = match lines.is_empty() {
                true => format!("No control is known to be covered by {rule}."),
                false => format!("{rule} covers {}.", lines.join("; ")),
            };
            session.show(3, &message);
            Ok(Some(shown.into()))
        }
        (RUN_TESTS, Some(rule)) => {
            let run = run_of(&here, &rule);
            start(session, id, run);
            Ok(None)
        }
        (USES | CONTROLS | RUN_TESTS, _) => Err(invalid("the second argument is missing or odd".to_owned())),
        (other, _) => Err(invalid(format!("there is no command `{other}`"))),
    }
}

fn run_of(here: &QueriedFile<'_>, rule: &str) -> TestRun {
    let mut tests: Vec<(_, Vec<String>)> = Vec::new();
    for test in here.set.tests.of(rule) {
        let Some(path) = here.set.test_files.get(test.file) else { continue };
        match tests.last_mut() {
            Some((last, names)) if last == path => names.push(test.name.clone()),
            _ => tests.push((path.clone(), vec![test.name.clone()])),
        }
    }
    TestRun {
        rule: rule.to_owned(),
        tests,
        open: open_texts(here.session.workspace.sets.iter().flat_map(|set| &set.files)),
        config: here.set.config.clone(),
        options: here.set.settings.options.clone(),
    }
}

/// Runs tests in a background thread, and answers when they are done.
fn start(session: &mut Session, id: &RequestId, run: TestRun) {
    let (events, asked) = (session.events.clone(), id.clone());
    let work = move || {
        let ran = catch_unwind(AssertUnwindSafe(|| run.run()));
        let ran = ran.unwrap_or_else(|_| Err("internal error in rulec".to_owned()));
        let _ = events.send(SessionEvent::Ran(asked, ran));
    };
    if thread::Builder::new().name("tests".into()).stack_size(16 << 20).spawn(work).is_err() {
        session.reply(id, Err(error(ErrorCode::RequestFailed, "no thread could be started")));
    }
}

impl Session {
    /// Answers with the results of tests, and shows them.
    pub fn ran(&mut self, id: &RequestId, ran: Result<Value, String>) {
        match ran {
            Ok(result) => {
                let failed = result["failed"].as_array().map_or(0, Vec::len);
                let rule = result["rule"].as_str().unwrap_or_default();
                match failed {
                    0 => self.show(3, &format!("{rule}: {} passed", result["passed"])),
                    _ => self.show(2, &format!("{rule}: {failed} failed: {}", failures(&result))),
                }
                self.reply(id, Ok(result));
            }
            Err(message) => self.reply(id, Err(error(ErrorCode::RequestFailed, &message))),
        }
    }
}

fn failures(result: &Value) -> String {
    let all = result["failed"].as_array().into_iter().flatten();
    let line = |failed: &Value| {
        let (name, message) = (&failed["name"], &failed["messages"][0]);
        format!("{}: {}", name.as_str().unwrap_or_default(), message.as_str().unwrap_or_default())
    };
    all.map(line).collect::<Vec<_>>().join("; ")
}
