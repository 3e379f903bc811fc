//! Text as YAML: the spans of the tree, its comments and its errors.
#![no_main]

use rulec::internals::source::{FileId, SourceFile, Span};
use rulec::internals::syntax::yaml::{self, Node, Value};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let stream = yaml::parse(FileId(0), &SourceFile::new("f.yaml", text));
    let mut spans: Vec<Span> = stream.comments.clone();
    spans.extend(stream.errors.iter().map(|error| error.span));
    spans.extend(stream.unclosed);
    // Aliases are not followed: what they name is seen where it stands.
    let mut nodes: Vec<&Node> = stream.documents.iter().map(|document| &document.root).collect();
    while let Some(node) = nodes.pop() {
        spans.push(node.span);
        match &node.value {
            Value::Seq(items) => nodes.extend(items),
            Value::Map(pairs) => nodes.extend(pairs.iter().flat_map(|(key, value)| [key, value])),
            Value::Scalar(scalar) => {
                let value = &scalar.text.value;
                for (at, c) in value.char_indices() {
                    spans.push(scalar.text.span_of(at..at + c.len_utf8()));
                }
                spans.push(scalar.text.span_of(0..value.len()));
            }
            Value::Null | Value::Shared(_) => {}
        }
    }
    for span in spans {
        assert!(text.get(span.range()).is_some(), "{span:?}");
    }
});
