//! `rulec scan --html`.

use super::program::{rulec, with};
use serde_json::json;
use std::fs;
use std::process::Command;

const RULES: &str = "\
- rule: Key <b>Made</b>
  desc: d
  condition: ct.name = CreateAccessKey
  output: key by %ct.user from %ct.srcip
  priority: WARNING
  source: aws_cloudtrail
- rule: Trail Stopped
  desc: d
  condition: ct.name = StopLogging
  output: stopped by %ct.user
  priority: CRITICAL
  source: aws_cloudtrail
- rule: Never
  desc: d
  condition: ct.name = NoSuchThing
  output: o
  priority: INFO
  source: aws_cloudtrail
";

/// What a page must not take for anything but text.
const NASTY: &str = "<script>document.title='taken'</script></details>\"'&\u{202e}<img src=x onerror=\"document.title='taken'\">";

fn log(keys: usize) -> String {
    let record = |at: usize, name: &str, user: &str| {
        let time = format!("2026-03-01T{:02}:{:02}:00Z", at / 60 % 24, at % 60);
        let identity = json!({ "type": "IAMUser", "userName": user });
        json!({
            "eventTime": time, "eventType": "AwsApiCall", "eventName": name, "userIdentity": identity,
            "sourceIPAddress": "192.0.2.1"
        })
        .to_string()
            + "\n"
    };
    let keys: String = (0..keys).map(|at| record(at, "CreateAccessKey", "ann")).collect();
    keys + &record(70, "StopLogging", NASTY)
}

#[test]
fn a_page_that_stands_alone() {
    let dir = with(&[("rules.yaml", RULES), ("log.json", &log(1200)), ("page.html", "old")]);
    let args = ["scan", "--rules", "rules.yaml", "--html", "page.html", "--threads", "2", "log.json"];
    let ran = rulec(dir.path(), &args);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 1201), "{}", ran.err);
    let page = fs::read_to_string(dir.path().join("page.html")).unwrap();
    // The urgent one is on the list, though it came last.
    assert_eq!(page.matches("<li><details>").count(), 1000);
    assert!(page.contains("there are 201 more") && page.contains("stopped by &lt;script&gt;"), "{page}");
    assert!(page.contains("1 rule never fired") && page.contains("Key &lt;b&gt;Made&lt;/b&gt;"));
    for taken in
        ["<script>document", "<img", "<b>", "\u{202e}", "http://", "https://", "src=\"", "@import", "url("]
    {
        assert!(!page.contains(taken), "{taken}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    // The same whoever works on it.
    let one = rulec(
        dir.path(),
        &["scan", "--rules", "rules.yaml", "--html", "one.html", "--threads", "1", "log.json"],
    );
    assert_eq!(one.code, 0);
    assert_eq!(page, fs::read_to_string(dir.path().join("one.html")).unwrap());
}

#[test]
fn a_page_about_nothing() {
    let dir = with(&[("rules.yaml", RULES), ("log.json", "junk {")]);
    let ran =
        rulec(dir.path(), &["scan", "--rules", "rules.yaml", "--html", "page.html", "--summary", "log.json"]);
    assert_eq!(ran.code, 0);
    let page = fs::read_to_string(dir.path().join("page.html")).unwrap();
    assert!(
        page.contains("There were no alerts.") && page.contains("Not everything could be read"),
        "{page}"
    );
    let ran = rulec(dir.path(), &["scan", "--rules", "rules.yaml", "--html", "no/page.html", "log.json"]);
    assert!(ran.code == 2 && ran.err.contains("cannot write no/page.html"), "{}", ran.err);
}

/// In a browser, if there is one: the filter works, and nothing in the log does.
#[test]
fn in_a_browser() {
    let dir = with(&[("rules.yaml", RULES), ("log.json", &log(5))]);
    let ran = rulec(dir.path(), &["scan", "--rules", "rules.yaml", "--html", "page.html", "log.json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let address = format!("file://{}#stopped%20by", dir.path().join("page.html").display());
    let quiet =
        ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
    let profile = format!("--user-data-dir={}", dir.path().join("profile").display());
    let shown = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|browser| {
        Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--dump-dom", &profile])
            .args(quiet)
            .arg(&address)
            .output()
            .ok()
    });
    let Some(shown) = shown else {
        eprintln!("SKIPPED: the page in a browser; there is no Chromium");
        return;
    };
    let page = String::from_utf8_lossy(&shown.stdout);
    assert!(page.contains("1 of 6"), "{page}\n{}", String::from_utf8_lossy(&shown.stderr));
    assert_eq!(page.matches("<li hidden=\"\">").count(), 5);
    assert!(page.contains("<title>Alerts on CloudTrail – rulec</title>"));
}
