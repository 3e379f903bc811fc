//! Findings made edit by edit are those of a run from nothing.

use rulec::analysis::{self, Inputs};
use rulec::diag::Diagnostic;
use rulec::ide::doc::Doc;
use rulec::ide::incremental::Incremental;
use rulec::ide::{Settings, Snapshot};
use rulec::source::{SourceFile, SourceMap};
use std::sync::Arc;

/// Two files that lean on each other, with something of everything.
const FIRST: &str = r#"# Rules for a test.
- required_engine_version: 0.40.0

- required_plugin_versions:
    - name: cloudtrail
      version: 0.9.0

- list: sources
  items: [cloudtrail.amazonaws.com, iam.amazonaws.com]

- list: names
  items: [DeleteTrail, StopLogging, more_names]

- list: more_names
  items: ["UpdateTrail"]

- macro: from_sources
  condition: ct.src in (sources)

- macro: denied
  condition: (ct.error exists and from_sources)

# rulec: allow missing-tags -- a test
- rule: Trail changed
  desc: A trail was changed.
  condition: >
    from_sources and
    ct.name in (names) and not denied
  output: trail changed by %ct.user from %ct.srcip in %ct.region
  priority: WARNING
  source: aws_cloudtrail

- rule: Trail deleted
  desc: A trail was deleted.
  condition: ct.src = "cloudtrail.amazonaws.com" and ct.name = DeleteTrail and not denied
  output: trail deleted by %ct.user from %ct.srcip in %ct.region
  priority: CRITICAL
  source: aws_cloudtrail
  tags: [aws, T1562]
  exceptions:
    - name: known
      fields: [ct.user, ct.srcip]
      comps: [=, in]
      values:
        - [admin, [192.0.2.1, 192.0.2.2]]
"#;
const SECOND: &str = r#"- macro: denied
  append: true
  condition: or ct.error = AccessDenied

- rule: Trail deleted
  enabled: false

- rule: Nobody
  desc: Never.
  condition: ct.name = A and ct.name = B # rulec: allow never-true -- a test
  output: "%ct.nam"
  priority: info
  source: aws_cloudtrail
  tags: [aws]

- rule: Trail changed
  condition: and not ct.user in (sources)
  override:
    condition: append
"#;

/// What is put in at random.
const SNIPPETS: [&str; 44] = [
    "\n",
    " ",
    "  ",
    "- ",
    "\n- ",
    "\"",
    "'",
    "#",
    ":",
    ",",
    "[",
    "]",
    "(",
    ")",
    "{",
    "%",
    "&a ",
    "*a",
    "---\n",
    "|",
    ">",
    "\t",
    "é",
    " and ",
    " or ",
    " not ",
    " in (names)",
    "denied",
    "sources",
    "names",
    "ct.name",
    "ct.src",
    " = ",
    " != ",
    "DeleteTrail",
    "\n- list: names\n  items: [X]\n",
    "\n- macro: fresh\n  condition: ct.name = X\n",
    "\n- macro: from_sources\n  condition: fresh\n",
    "\n- rule: R\n  desc: d\n  condition: fresh and denied\n  output: o\n  \
     priority: INFO\n  source: aws_cloudtrail\n",
    " # rulec: allow unknown-event-name -- no\n",
    "append: true\n",
    "\r\n",
    "fresh",
    "\n# rulec: allow never-true\n",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

fn from_nothing(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut sources = SourceMap::default();
    for doc in &snapshot.docs {
        sources.add(SourceFile::new(&*doc.name, doc.text()));
    }
    let mut found = analysis::analyze(Inputs { sources, options: snapshot.settings.options.clone() });
    analysis::findings(&mut found, &snapshot.settings.levels)
}

fn edit(doc: &mut Doc, random: &mut Random) -> String {
    let at = random.below(doc.len() + 1);
    let (range, text) = match random.below(4) {
        0 => (at..at, SNIPPETS[random.below(SNIPPETS.len())].to_owned()),
        1 => (at..at + random.below(6), String::new()),
        2 => (at..at + random.below(4), SNIPPETS[random.below(SNIPPETS.len())].to_owned()),
        _ => {
            // A line goes somewhere else.
            let line = doc.line(random.below(doc.line_byte(doc.len()).line + 1)).unwrap();
            let text = doc.slice(line.clone()).to_owned() + "\n";
            let next = (line.end + 1).min(doc.len());
            doc.edit(line.start..next, "");
            let to = doc.line(random.below(doc.line_byte(doc.len()).line + 1)).unwrap().start;
            (to..to, text)
        }
    };
    let shown = format!("{range:?} {text:?}");
    doc.edit(range, &text);
    shown
}

#[test]
fn edits_find_what_a_fresh_run_finds() {
    let steps = std::env::var("RULEC_EDITS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(600);
    let seed = std::env::var("RULEC_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let settings = Arc::new(Settings::default());
    let mut random = Random(seed);
    let mut incremental = Incremental::default();
    let mut docs = Vec::new();
    for step in 0..steps {
        // Texts wear out: after some edits nothing of them is YAML any more.
        if step % 40 == 0 {
            docs = [("first.yaml", FIRST), ("second.yaml", SECOND)]
                .map(|(name, text)| Doc::new(name, text))
                .to_vec();
        }
        let at = random.below(docs.len());
        let before = docs[at].text();
        let done = edit(&mut docs[at], &mut random);
        let snapshot =
            Snapshot { docs: docs.iter().cloned().map(Arc::new).collect(), settings: settings.clone() };
        let found = incremental.update(&snapshot);
        let fresh = from_nothing(&snapshot);
        let line = |it: &Diagnostic| {
            format!(
                "{} {:?} {:?} {:?} {:?} {:?} {:?}\n",
                it.check.name, it.severity, it.message, it.primary, it.labels, it.help, it.fix
            )
        };
        let show = |found: &[Diagnostic]| found.iter().map(line).collect::<String>();
        let (found, fresh) = (show(&found), show(&fresh));
        if found != fresh {
            let texts: String = docs.iter().map(|doc| format!("==== {}\n{}", doc.name, doc.text())).collect();
            let only = |a: &str, b: &str| {
                a.lines().filter(|line| !b.lines().any(|it| it == *line)).collect::<Vec<_>>().join("\n")
            };
            panic!(
                "step {step}, {done} in doc {at}\n{texts}\n---- before\n{before}\n---- only edit by edit\n{}\n---- only from nothing\n{}",
                only(&found, &fresh),
                only(&fresh, &found)
            );
        }
    }
}

/// Everything that is kept between two updates, as text: what grows there grows in memory.
fn kept(rules: usize) -> usize {
    let rule = |at: usize| {
        format!(
            "- list: names_{at}\n  items: [A{at}, B, A{at}]\n\n- rule: Rule {at}\n  desc: d\n  \
             condition: ct.name in (names_{at}) and not ct.error != \"<NA>\"\n  output: o\n  \
             source: aws_cloudtrail\n  priority: info\n\n"
        )
    };
    let text: String = (0..rules).map(rule).collect();
    let docs = vec![Arc::new(Doc::new("rules.yaml", &text))];
    let mut incremental = Incremental::default();
    let found = incremental.update(&Snapshot { docs, settings: Arc::default() });
    assert!(found.len() > 5 * rules, "{} findings in {rules} rules", found.len());
    format!("{incremental:?}").len()
}

/// What is kept with a piece holds that piece's own findings and nothing of the others'.
#[test]
fn what_is_kept_grows_with_the_rules() {
    let (few, many) = (kept(100), kept(400));
    assert!(many < 5 * few, "4 times as many rules keep {} times as much", many / few);
}
