//! From names to their places and back.

use super::support::{sample, underlined};
use rulec::ide::navigation::{definitions, highlights, references};
use rulec::ide::{DocRange, Snapshot};

const FILES: &str = "\
@ lists.yaml
- list: writers
  items: [alice, bob]
- list: people
  items: [carol, writers]
- macro: changes
  condition: ct.name in (CreateUser, DeleteUser)
@ rules.yaml
- macro: changes
  condition: or ct.name = UpdateUser
  override:
    condition: append
- rule: Users change
  desc: d
  condition: >
    changes and
    not ct.user in (writers) and not ct.user = \"x writers y\"
  output: o %ct.user
  priority: WARNING
  source: aws_cloudtrail
  exceptions:
    - name: known
      fields: [ct.user]
      comps: [in]
      values:
        - [[writers]]
- rule: Other
  desc: d
  condition: \"not changes\\x20and ct.user=alice\"
  output: o
  priority: WARNING
  source: aws_cloudtrail
";

fn places(snapshot: &Snapshot, places: impl IntoIterator<Item = DocRange>) -> String {
    let one = |place: DocRange| {
        let doc = &snapshot.docs[place.doc];
        format!(
            "{}:{}\n{}\n",
            doc.name,
            doc.line_byte(place.range.start).line + 1,
            underlined(doc, place.range)
        )
    };
    places.into_iter().map(one).collect()
}

/// The answers for a cursor put in front of the first occurrence of a text.
fn shown(word: &str, ask: impl Fn(&Snapshot, usize, usize) -> Vec<DocRange>) -> String {
    let sample = sample(&FILES.replacen(word, &format!("$0{word}"), 1));
    places(&sample.snapshot, ask(&sample.snapshot, sample.doc, sample.offset))
}

#[test]
fn definitions_of_names() {
    let all = |s: &Snapshot, doc, at| definitions(s, doc, at).into_iter().map(|found| found.name).collect();
    insta::assert_snapshot!("definition_of_a_macro", shown("changes and", all));
    insta::assert_snapshot!("definition_of_a_list", shown("writers) and", all));
    insta::assert_snapshot!("definition_of_a_list_in_a_text", shown("writers y", all));
    assert_eq!(shown("ct.user in", all), "");
}

#[test]
fn uses_of_names() {
    let all = |s: &Snapshot, doc, at| references(s, doc, at, true);
    insta::assert_snapshot!("uses_of_a_list", shown("writers) and", all));
    insta::assert_snapshot!("uses_of_a_macro", shown("changes and", all));
    insta::assert_snapshot!("uses_of_a_field", shown("ct.user in", all));
    insta::assert_snapshot!("uses_of_a_value", shown("alice,", all));
    let without = |s: &Snapshot, doc, at| references(s, doc, at, false);
    insta::assert_snapshot!("uses_of_a_macro_without_definitions", shown("changes and", without));
}

#[test]
fn words_of_the_same_file() {
    let all = |s: &Snapshot, doc, at| {
        highlights(s, doc, at).into_iter().map(|found| DocRange { doc, range: found.range }).collect()
    };
    insta::assert_snapshot!("highlights", shown("changes and", all));
}
