//! `--watch`: a run after each change, until Ctrl-C.
#![cfg(unix)]

use super::program::with;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// Nothing takes this long, however busy the machine is.
const LONG: Duration = Duration::from_secs(300);

const RULE: &str = "\
- rule: r
  desc: d
  condition: ct.name = StopLogging
  output: o %ct.user
  priority: INFO
  source: aws_cloudtrail
  tags: [aws]
";
const TEST: &str = "tests:\n- name: stops\n  event: {eventName: StopLogging}\n  fires: [r]\n";

/// A program that is watching, and the lines of its standard error.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    started: Instant,
    /// The paths reported as changed.
    changed: Vec<String>,
}

impl Watching {
    fn start(directory: &Path, args: &[&str]) -> Watching {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rulec"))
            .args(args)
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = mpsc::channel();
        let err = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || err.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Watching { child, lines, started: Instant::now(), changed: Vec::new() }
    }

    /// Reads until a line has this text.
    fn until(&mut self, text: &str) {
        let mut seen = Vec::new();
        loop {
            let left = LONG.saturating_sub(self.started.elapsed());
            let line = self.lines.recv_timeout(left);
            if let Ok(Some(path)) = line.as_ref().map(|line| line.strip_prefix("changed: ")) {
                self.changed.push(path.to_owned());
            }
            match line {
                Ok(line) if line.contains(text) => return,
                Ok(line) => seen.push(line),
                Err(error) => {
                    let _ = self.child.kill();
                    panic!("{error} before {text:?}; there was {seen:#?}");
                }
            }
        }
    }

    /// Ctrl-C, and the exit code.
    fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            if self.started.elapsed() > LONG {
                let _ = self.child.kill();
                panic!("Ctrl-C does not end it");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn check_runs_again() {
    let directory = with(&[("rules/a.yaml", RULE)]);
    let at = |name: &str| directory.path().join(name);
    let mut watching = Watching::start(directory.path(), &["check", "--watch", "rules"]);
    watching.until("no problems in 1 file");
    watching.until("watching for changes");
    fs::write(at("rules/a.yaml"), RULE.replace("ct.name", "ct.nmae")).unwrap();
    watching.until("changed: ");
    watching.until("error in 1 file");
    watching.until("watching for changes");
    // As most editors do it: another file takes the place of the old one.
    fs::write(at("rules/.a.yaml.tmp"), RULE).unwrap();
    fs::rename(at("rules/.a.yaml.tmp"), at("rules/a.yaml")).unwrap();
    watching.until("no problems in 1 file");
    watching.until("watching for changes");
    fs::create_dir(at("rules/more")).unwrap();
    watching.until("watching for changes");
    fs::write(at("rules/more/b.yaml"), RULE.replace("rule: r", "rule: s").replace("Stop", "Start")).unwrap();
    watching.until("in 2 files");
    watching.until("watching for changes");
    fs::remove_dir_all(at("rules")).unwrap();
    watching.until("error: cannot read rules");
    watching.until("watching for changes");
    fs::create_dir(at("rules")).unwrap();
    watching.until("watching for changes");
    fs::write(at("rules/a.yaml"), RULE).unwrap();
    watching.until("no problems in 1 file");
    watching.until("watching for changes");
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn what_is_ignored_is_not_watched() {
    let directory = with(&[("a.yaml", RULE), ("node_modules/x/a.yaml", RULE), (".cache/a.yaml", RULE)]);
    let at = |name: &str| directory.path().join(name);
    let mut watching = Watching::start(directory.path(), &["check", "--watch", "."]);
    watching.until("watching for changes");
    fs::write(at("node_modules/x/a.yaml"), "- macro: [").unwrap();
    fs::write(at(".cache/a.yaml"), "- macro: [").unwrap();
    fs::write(at("a.yaml"), RULE.replace("ct.name", "ct.nmae")).unwrap();
    // The first change that it reports is one of the last file.
    watching.until("changed: ");
    watching.until("error in 1 file");
    assert_eq!(watching.changed, [at("a.yaml").display().to_string()]);
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn tests_run_again() {
    let directory =
        with(&[("rules/a.yaml", RULE), ("rules/a.test.yaml", TEST), ("rulec.toml", "rules = [\"rules\"]\n")]);
    let at = |name: &str| directory.path().join(name);
    let mut watching = Watching::start(directory.path(), &["test", "--watch", "--output", "rules/out.json"]);
    watching.until("1 test passed");
    watching.until("watching for changes");
    fs::write(at("rules/a.yaml"), RULE.replace("StopLogging", "StartLogging")).unwrap();
    watching.until("1 test failed");
    watching.until("watching for changes");
    fs::write(at("rules/a.test.yaml"), TEST.replace("StopLogging", "StartLogging")).unwrap();
    watching.until("1 test passed");
    watching.until("watching for changes");
    fs::write(at("rulec.toml"), "rules = [\"rules\"]\nx = 1\n").unwrap();
    watching.until("unknown-config-key");
    watching.until("watching for changes");
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn what_a_falco_yaml_names_is_watched() {
    let config = "rules_files: [etc/a.yaml]\nplugins: [{name: cloudtrail, library_path: x}]\nload_plugins: [cloudtrail]\n";
    let directory = with(&[("conf/falco.yaml", config), ("etc/a.yaml", RULE), ("more/b.yaml", RULE)]);
    let at = |name: &str| directory.path().join(name);
    let mut watching =
        Watching::start(directory.path(), &["check", "--watch", "--falco-config", "conf/falco.yaml"]);
    watching.until("no problems in 1 file");
    watching.until("watching for changes");
    fs::write(at("etc/a.yaml"), RULE.replace("ct.name", "ct.nmae")).unwrap();
    watching.until("1 error");
    watching.until("watching for changes");
    fs::write(at("conf/falco.yaml"), config.replace("etc/a", "more/b")).unwrap();
    watching.until("no problems in 1 file");
    watching.until("watching for changes");
    fs::write(at("more/b.yaml"), RULE.replace("ct.name", "ct.nmae")).unwrap();
    watching.until("1 error");
    watching.until("watching for changes");
    assert_eq!(watching.stop(), Some(0));
}

#[test]
fn what_cannot_be_watched() {
    let directory = with(&[]);
    let ran = super::program::rulec(directory.path(), &["check", "--watch", "-"]);
    assert_eq!((ran.code, ran.err.as_str()), (2, "error: standard input cannot be watched\n"));
}
