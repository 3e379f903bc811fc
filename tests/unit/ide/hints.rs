//! Words between and above the words.

use super::support::sample;
use rulec::ide::controls::controls;
use rulec::ide::hints::hints;
use rulec::ide::lens::{About, Tests, count, lenses};
use rulec::syntax::items::ItemKind;

const FILE: &str = "\
- list: names
  items: [StopLogging, DeleteTrail, UpdateTrail, CreateTrail, StartLogging]
- list: all
  items: [names, x]
- macro: trails
  condition: ct.name in (names)
- rule: Trail changed
  desc: d
  condition: trails and not ct.error exists
  output: o
  priority: WARNING
  source: aws_cloudtrail
";

#[test]
fn sizes_and_controls() {
    let sample = sample(FILE);
    let controls = controls(&sample.snapshot);
    let mut text = FILE.to_owned();
    for hint in hints(&sample.snapshot, 0, 0..FILE.len(), Some(&controls)).iter().rev() {
        text.insert_str(hint.offset, &format!(" «{}»", hint.label));
    }
    insta::assert_snapshot!(text);
    assert!(hints(&sample.snapshot, 0, 0..FILE.len(), None).len() > 3);
    assert!(hints(&sample.snapshot, 0, 0..3, None).is_empty());
}

#[test]
fn lines_above_items() {
    let sample = sample(FILE);
    let tests = Tests::read([
        "tests:\n  - name: stops\n    event: {eventName: StopLogging}\n    fires: [Trail changed]\n",
        "not: a test file\n",
        "tests:\n  - name: other\n    event: {eventName: X}\n    silent: [Trail changed]\n    exactly: []\n",
    ]);
    let controls = controls(&sample.snapshot);
    let shown: Vec<String> = lenses(&sample.snapshot, 0, Some(&tests), Some(&controls))
        .into_iter()
        .map(|lens| match lens.about {
            About::Uses(kind, name) => format!("{name}: {} uses", count(&sample.snapshot, kind, &name)),
            about => format!("{}: {about:?}", &FILE[lens.range]),
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(count(&sample.snapshot, ItemKind::Macro, "trails"), 1);
}
