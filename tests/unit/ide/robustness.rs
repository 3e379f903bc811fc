//! Any text, any place: nothing panics, and every range can be shown. Edited files are the files that they look like.

use super::support::sample;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use rulec::ide::doc::Doc;
use rulec::ide::index::NameIndex;
use rulec::ide::{
    DocRange, Snapshot, TextChange, actions, completion, folding, hints, hover, lens, navigation, rename,
    selection, symbols, tokens, topic,
};
use std::ops::Range;
use std::sync::Arc;

const FILE: &str = "\
# rulec: allow missing-tags -- näher
- required_engine_version: 0.50.0
- list: names
  items: [CreateUser, 'a b', 日本, other]
- list: other
  items:
    - x # 😀
- macro: in_iam
  condition: (ct.src = iam.amazonaws.com)
- rule: Üsers 😀 change
  desc: d
  condition: >
    in_iam and
    not (ct.name in (names, \"ü\") or tolower(ct.user) startswith anyof (a, other))
      and json.value[/a/\"b\"] exists
  output: \"who %ct.user \\u00fc %10toupper(ct.name)
    did\"
  priority: WARNING
  source: aws_cloudtrail
  tags: [aws, mitre_x]
  exceptions:
    - name: e
      fields: [ct.user, ct.name]
      comps: [=, in]
      values:
        - [alice, [names]]
- rule: Üsers 😀 change
  condition: \"and \\x63t.name = 'x''y'\"
  override: {condition: append}
- {macro: m, condition: in_iam or m}
";

fn whole(doc: &Doc, text: &str, range: &Range<usize>) {
    assert!(range.start <= range.end && range.end <= doc.len(), "{range:?}");
    assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end), "{range:?}");
}

/// Asks everything at a place.
fn ask(snapshot: &Snapshot, texts: &[String], doc: usize, at: usize) {
    let place = |place: &DocRange| whole(&snapshot.docs[place.doc], &texts[place.doc], &place.range);
    let change = |change: &TextChange| whole(&snapshot.docs[change.doc], &texts[change.doc], &change.range);
    let here = |range: &Range<usize>| whole(&snapshot.docs[doc], &texts[doc], range);
    let index = NameIndex::new(snapshot);
    for (number, item) in completion::complete(snapshot, doc, at).items.iter().enumerate() {
        here(&item.replace);
        if let Some(topic) = item.topic.as_ref().filter(|_| number < 3) {
            topic::markdown(snapshot, &index, topic);
        }
    }
    hover::hover(snapshot, doc, at).iter().for_each(|hover| here(&hover.range));
    for found in navigation::definitions(snapshot, doc, at) {
        here(&found.origin);
        place(&found.name);
        place(&DocRange { doc: found.name.doc, range: found.item });
    }
    navigation::references(snapshot, doc, at, true).iter().for_each(place);
    navigation::highlights(snapshot, doc, at).iter().for_each(|highlight| here(&highlight.range));
    if let Ok((range, _)) = rename::prepare(snapshot, doc, at) {
        here(&range);
        rename::rename(snapshot, doc, at, "fresh").iter().flatten().for_each(change);
    }
    selection::ranges(snapshot, doc, at).iter().for_each(here);
    for end in [at, at + 7, at + 40] {
        for action in actions::actions(snapshot, doc, at..end, &[]) {
            action.changes.iter().for_each(change);
        }
    }
}

/// Asks what is asked of a whole file.
fn ask_file(snapshot: &Snapshot, texts: &[String], doc: usize) {
    let here = |range: &Range<usize>| whole(&snapshot.docs[doc], &texts[doc], range);
    let mut end = 0;
    for token in tokens::tokens(snapshot, doc, None) {
        here(&token.range);
        assert!(end <= token.range.start, "tokens overlap");
        end = token.range.end;
        assert!(!texts[doc][token.range].contains(['\n', '\r']));
    }
    fn nested(symbols: &[symbols::Symbol], here: &impl Fn(&Range<usize>)) {
        for symbol in symbols {
            here(&symbol.range);
            here(&symbol.name_range);
            assert!(
                symbol.range.start <= symbol.name_range.start && symbol.name_range.end <= symbol.range.end
            );
            nested(&symbol.children, here);
        }
    }
    nested(&symbols::document(snapshot, doc), &here);
    let last = snapshot.docs[doc].line_byte(usize::MAX).line;
    for fold in folding::folds(&snapshot.docs[doc]) {
        assert!(fold.first < fold.last && fold.last <= last);
    }
    for hint in hints::hints(snapshot, doc, 0..texts[doc].len(), None) {
        here(&(hint.offset..hint.offset));
    }
    lens::lenses(snapshot, doc, None, None).iter().for_each(|lens| here(&lens.range));
    symbols::workspace(snapshot, "a", 100);
}

fn text_of(at: usize) -> &'static str {
    const PIECES: [&str; 24] = [
        "\n",
        "\r\n",
        "- ",
        "  ",
        "\"",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ": ",
        ",",
        " and ",
        "ct.name",
        " in ",
        "%",
        "é",
        "😀",
        "#",
        "|\n",
        "- rule: A\n  condition: ",
        "\t",
    ];
    PIECES[at % PIECES.len()]
}

#[derive(Debug, Clone)]
struct Step {
    at: usize,
    len: usize,
    text: usize,
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (0..2000usize, prop_oneof![Just(0usize), 0..4usize, 0..80usize], 0..48usize);
    prop::collection::vec(step.prop_map(|(at, len, text)| Step { at, len, text }), 1..most)
}

fn edit(doc: &mut Doc, text: &mut String, step: &Step) {
    let floor = |text: &str, mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(text, step.at % (text.len() + 1));
    let end = floor(text, start + step.len).max(start);
    let fresh = if step.text < 24 { text_of(step.text) } else { "" };
    doc.edit(start..end, fresh);
    text.replace_range(start..end, fresh);
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn nothing_panics(steps in steps(12), places in prop::collection::vec(0..2000usize, 6), crlf: bool) {
        let mut text = if crlf { FILE.replace('\n', "\r\n") } else { FILE.to_owned() };
        let mut doc = Doc::new("b.yaml", &text);
        let first = Arc::new(Doc::new("a.yaml", FILE));
        for step in &steps {
            edit(&mut doc, &mut text, step);
        }
        let texts = vec![FILE.to_owned(), text.clone()];
        let snapshot = Snapshot { docs: vec![first, Arc::new(doc)], settings: Arc::default() };
        ask_file(&snapshot, &texts, 1);
        for place in places {
            ask(&snapshot, &texts, 1, place % (text.len() + 1));
        }
        for step in &steps {
            ask(&snapshot, &texts, 1, step.at % (text.len() + 1));
        }
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn an_edited_file_is_the_file_it_looks_like(steps in steps(24)) {
        let mut text = FILE.to_owned();
        let mut doc = Doc::new("a.yaml", &text);
        doc.names();
        for step in &steps {
            edit(&mut doc, &mut text, step);
            prop_assert_eq!(doc.text(), text.clone());
            prop_assert_eq!(doc.len(), text.len());
        }
        let fresh = Doc::new("a.yaml", &text);
        let shape = |doc: &Doc| -> Vec<(usize, usize, String)> {
            doc.pieces.iter().map(|placed| (placed.start, placed.line, placed.piece.text().to_owned())).collect()
        };
        prop_assert_eq!(shape(&doc), shape(&fresh));
        let names = |doc: &Doc| -> Vec<_> {
            doc.names().iter().map(|named| (named.hash, named.piece, named.entry, named.kind)).collect()
        };
        prop_assert_eq!(names(&doc), names(&fresh));
        let source = rulec::source::SourceFile::new("a.yaml", text.as_str());
        for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
            let line = source.line_index(at);
            let place = doc.line_byte(at);
            prop_assert_eq!((place.line, place.byte), (line, at - source.line_starts()[line] as usize));
            prop_assert_eq!(doc.line(line), Some(source.line_range(line)));
        }
        prop_assert_eq!(doc.line(source.line_starts().len()), None);
    }
}

/// Every place of a file, as it is and cut off there.
#[test]
fn every_place() {
    let texts = vec![FILE.to_owned()];
    let whole = sample(FILE);
    ask_file(&whole.snapshot, &texts, 0);
    for at in 0..=FILE.len() + 2 {
        ask(&whole.snapshot, &texts, 0, at);
    }
    for at in (0..FILE.len()).filter(|&at| FILE.is_char_boundary(at)).step_by(3) {
        let texts = vec![FILE[..at].to_owned()];
        let cut = sample(&FILE[..at]);
        if let Some(doc) = cut.snapshot.docs.first() {
            assert_eq!(doc.text(), texts[0]);
            ask_file(&cut.snapshot, &texts, 0);
            ask(&cut.snapshot, &texts, 0, at);
        }
    }
    ask(&Snapshot { docs: vec![Arc::default()], settings: Arc::default() }, &[String::new()], 0, 0);
}

/// Macros that come to more than anyone can wait for.
#[test]
fn doubling_macros() {
    let mut text = "- macro: m0\n  condition: ct.src = a.b\n".to_owned();
    for number in 1..60 {
        let used = vec![format!("m{}", number - 1); 9].join(" and ");
        text += &format!("- macro: m{number}\n  condition: {used}\n");
    }
    text += "- rule: R\n  desc: d\n  condition: m59 and ct.name = \n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n";
    let at = text.find("m59 and ct.name = ").unwrap();
    let sample = sample(&text);
    let texts = [text];
    ask(&sample.snapshot, &texts, 0, at + 1);
    ask(&sample.snapshot, &texts, 0, at + 18);
    ask(&sample.snapshot, &texts, 0, texts[0].find("R\n").unwrap());
}
