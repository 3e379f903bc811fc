//! What there is to say of a word.

use super::support::{sample, underlined};
use rulec::ide::hover::hover;

fn shown(text: &str) -> String {
    let sample = sample(text);
    let doc = &sample.snapshot.docs[sample.doc];
    match hover(&sample.snapshot, sample.doc, sample.offset) {
        Some(found) => format!("{}\n----\n{}", underlined(doc, found.range), found.markdown),
        None => "nothing".to_owned(),
    }
}

const FILE: &str = "\
- list: writers
  items: [alice, bob]
- list: names
  items: [CreateUser, deleters]
- list: deleters
  items: [DeleteUser]
- macro: in_iam
  condition: ct.src = iam.amazonaws.com
- macro: changes
  condition: in_iam and ct.name in (names)
- rule: Users change
  desc: A user was created or deleted.
  condition: >
    changes and
    not ct.user in (writers)
  output: a user changed (user=%ct.user)
  priority: WARNING
  source: aws_cloudtrail
";

fn at(word: &str, cursor: &str) -> String {
    assert!(FILE.contains(word));
    shown(&FILE.replacen(word, cursor, 1))
}

#[test]
fn words() {
    insta::assert_snapshot!("field", at("ct.src =", "ct.s$0rc ="));
    insta::assert_snapshot!("field_in_output", at("%ct.user", "%ct.$0user"));
    insta::assert_snapshot!("macro", at("changes and", "cha$0nges and"));
    insta::assert_snapshot!("list", at("(writers)", "(wri$0ters)"));
    insta::assert_snapshot!("list_of_lists", at("(names)", "(na$0mes)"));
    insta::assert_snapshot!("rule", at("Users change", "Users$0 change"));
    insta::assert_snapshot!("event", at("[CreateUser", "[Create$0User"));
    insta::assert_snapshot!("event_source", at("= iam.amazonaws", "= iam.$0amazonaws"));
    insta::assert_snapshot!("operator", at("name in (n", "name i$0n (n"));
    insta::assert_snapshot!("keyword", at("not ct", "n$0ot ct"));
    insta::assert_snapshot!("key", at("priority:", "prio$0rity:"));
    insta::assert_snapshot!("check", shown("# rulec: allow missing-t$0ags -- none here\n- rule: R\n"));
    insta::assert_snapshot!(
        "pointer",
        shown("- macro: m\n  condition: json.value[/userIdentity/ar$0n] = x and ct.name = y\n")
    );
    insta::assert_snapshot!("event_of_controls", shown("- macro: m\n  condition: ct.name = Delete$0Trail\n"));
    insta::assert_snapshot!(
        "loop",
        shown("- macro: a\n  condition: b or b\n- macro: b\n  condition: a$0 or a\n")
    );
}
