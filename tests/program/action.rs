//! The GitHub Action: its steps are run as a runner would run them, with a `gh` and releases of the test's own.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const RULEC: &str = env!("CARGO_BIN_EXE_rulec");

/// A job with one step that uses the Action.
struct Job {
    directory: TempDir,
    action: Value,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    /// What `github.…` is, beside what the runner sets.
    github: BTreeMap<&'static str, String>,
    path: String,
    /// Other actions that were called, with what.
    used: Vec<(String, BTreeMap<String, String>)>,
    releases: Option<String>,
    log: String,
}

impl Job {
    fn new(inputs: &[(&str, &str)]) -> Job {
        let directory = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(root.join("action.yml")).unwrap();
        let action: Value = serde_yaml::from_str(&text).unwrap();
        for sub in ["bin", "temp", "workspace/rules"] {
            fs::create_dir_all(directory.path().join(sub)).unwrap();
        }
        let github = BTreeMap::from([
            ("action_path", root.display().to_string()),
            ("action_ref", format!("v{}", env!("CARGO_PKG_VERSION"))),
            ("token", "secret".to_owned()),
            ("repository", "octo/rules".to_owned()),
            ("event_name", "pull_request".to_owned()),
            ("event.pull_request.number", "7".to_owned()),
        ]);
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for (name, input) in action["inputs"].as_object().unwrap() {
            assert!(input["description"].is_string(), "input {name} has no description");
            given.insert(name.clone(), input["default"].as_str().unwrap_or_default().to_owned());
        }
        for (name, value) in inputs {
            assert!(
                given.insert((*name).to_owned(), (*value).to_owned()).is_some(),
                "there is no input {name}"
            );
        }
        let path = format!("{}:{}", directory.path().join("bin").display(), std::env::var("PATH").unwrap());
        Job {
            directory,
            action,
            inputs: given,
            outputs: BTreeMap::new(),
            github,
            path,
            used: Vec::new(),
            releases: None,
            log: String::new(),
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// A program on the path.
    fn program(&self, name: &str, text: &str) {
        let path = self.at("bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The program under test is on the runner already.
    fn installed(self) -> Job {
        std::os::unix::fs::symlink(RULEC, self.at("bin/rulec")).unwrap();
        self
    }

    fn rules(self, name: &str, text: &str) -> Job {
        fs::write(self.at("workspace/rules").join(name), text).unwrap();
        self
    }

    /// The value of an expression, without its braces.
    fn value(&self, expression: &str) -> String {
        let expression = expression.trim();
        if let Some(name) = expression.strip_prefix("inputs.") {
            let value = self.inputs.get(name).unwrap_or_else(|| panic!("there is no input {name}"));
            return self.filled(value);
        }
        if let Some(name) = expression.strip_prefix("steps.") {
            return self.outputs.get(&name.replace(".outputs", "")).cloned().unwrap_or_default();
        }
        let name = expression.strip_prefix("github.").unwrap_or_else(|| panic!("what is {expression}?"));
        self.github.get(name).cloned().unwrap_or_else(|| panic!("what is {expression}?"))
    }

    /// A text with its expressions replaced.
    fn filled(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
        let (expression, after) = rest.split_once("}}").unwrap();
        format!("{before}{}{}", self.value(expression), self.filled(after))
    }

    /// Comparisons joined by `&&`, which is all that the Action uses.
    fn holds(&self, condition: &str) -> bool {
        condition.split("&&").all(|part| {
            let (equal, (left, right)) = match part.split_once("==") {
                Some(sides) => (true, sides),
                None => (false, part.split_once("!=").unwrap()),
            };
            let right = right.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap();
            (self.value(left) == right) == equal
        })
    }

    /// Runs the steps up to one that fails, and tells whether none did.
    fn run(&mut self) -> bool {
        let steps = self.action["runs"]["steps"].as_array().unwrap().clone();
        steps.iter().all(|step| {
            let skipped = step["if"].as_str().is_some_and(|condition| !self.holds(condition));
            skipped || self.step(step)
        })
    }

    fn step(&mut self, step: &Value) -> bool {
        let pairs = |of: &Value| -> BTreeMap<String, String> {
            let pairs = of.as_object().into_iter().flatten();
            pairs.map(|(name, value)| (name.clone(), self.filled(value.as_str().unwrap()))).collect()
        };
        if let Some(uses) = step["uses"].as_str() {
            self.used.push((uses.to_owned(), pairs(&step["with"])));
            return true;
        }
        let (output, path, summary) = (self.at("output"), self.at("path"), self.at("summary"));
        fs::write(&output, "").unwrap();
        fs::write(&path, "").unwrap();
        let inside = self.filled(step["working-directory"].as_str().unwrap_or("."));
        let mut command = Command::new("bash");
        // As `shell: bash` does.
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
        command.current_dir(self.at("workspace").join(inside)).envs(pairs(&step["env"]));
        command.env("PATH", &self.path).env("RUNNER_TEMP", self.at("temp"));
        command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64");
        command.env("GITHUB_OUTPUT", &output).env("GITHUB_PATH", &path).env("GITHUB_STEP_SUMMARY", &summary);
        if let Some(releases) = &self.releases {
            command.env("RULEC_RELEASES", releases);
        }
        let ran = command.output().unwrap();
        self.log += &String::from_utf8_lossy(&ran.stdout);
        self.log += &String::from_utf8_lossy(&ran.stderr);
        for line in fs::read_to_string(&output).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            let id = step["id"].as_str().unwrap();
            self.outputs.insert(format!("{id}.{name}"), value.to_owned());
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            self.path = format!("{line}:{}", self.path);
        }
        ran.status.success()
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_default()
    }
}

/// A `gh` that writes down how it was called and what it was to send; `comments` are the ids that it finds.
fn gh(job: &Job, comments: &str) {
    let (calls, body) = (job.at("calls"), job.at("body"));
    let text = format!(
        r#"#!/bin/sh
echo "$GH_TOKEN $*" >>'{}'
case "$*" in
*--jq*) printf '{comments}' ;;
*) for last; do :; done; cat "${{last#body=@}}" >'{}' ;;
esac
"#,
        calls.display(),
        body.display()
    );
    job.program("gh", &text);
}

const GOOD: &str = "
- rule: Trail Stopped
  desc: Somebody stopped a trail.
  condition: ct.src = \"cloudtrail.amazonaws.com\" and ct.name = \"StopLogging\" and not ct.error exists
  output: Trail stopped | trail=%ct.request.name user=%ct.user ip=%ct.srcip
  priority: CRITICAL
  source: aws_cloudtrail
- required_plugin_versions:
  - name: cloudtrail
    version: 0.13.0
  - name: json
    version: 0.7.2
";

#[test]
fn rules_in_order_pass_and_show_their_coverage() {
    let mut job = Job::new(&[("rules", "rules"), ("benchmark", "cis-aws-3.0.0"), ("deny-warnings", "false")])
        .installed()
        .rules("trail.yaml", GOOD);
    gh(&job, "");
    assert!(job.run(), "{}", job.log);

    let [(uses, with)] = &job.used[..] else { panic!("{:?}", job.used) };
    assert!(uses.starts_with("github/codeql-action/upload-sarif@"), "{uses}");
    let sarif: Value = serde_json::from_str(&fs::read_to_string(&with["sarif_file"]).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");

    let (body, summary) = (job.read("body"), job.read("summary"));
    assert!(body.starts_with("<!-- rulec coverage -->\n"), "{body}");
    assert!(body.contains("4.5"), "{body}");
    assert_eq!(body.lines().skip(1).collect::<Vec<_>>(), summary.lines().collect::<Vec<_>>());
    let calls = job.read("calls");
    assert!(
        calls.contains("secret api --silent --method POST repos/octo/rules/issues/7/comments"),
        "{calls}"
    );
}

#[test]
fn a_comment_is_written_anew() {
    let mut job = Job::new(&[("rules", "rules"), ("benchmark", "cis-aws-3.0.0"), ("deny-warnings", "false")])
        .installed()
        .rules("trail.yaml", GOOD);
    gh(&job, "41\\n42\\n");
    assert!(job.run(), "{}", job.log);
    let calls = job.read("calls");
    assert!(calls.contains("--method PATCH repos/octo/rules/issues/comments/41"), "{calls}");
}

#[test]
fn a_token_that_only_reads_is_no_failure() {
    let mut job = Job::new(&[("rules", "rules"), ("benchmark", "cis-aws-3.0.0"), ("deny-warnings", "false")])
        .installed()
        .rules("trail.yaml", GOOD);
    job.program("gh", "#!/bin/sh\necho 'HTTP 403' >&2\nexit 1\n");
    assert!(job.run(), "{}", job.log);
    assert!(
        job.log.contains("::warning title=rulec::the coverage comment could not be written"),
        "{}",
        job.log
    );
}

#[test]
fn a_finding_fails_at_the_end_and_is_annotated() {
    let wrong = GOOD.replace("ct.name", "ct.nam");
    let mut job = Job::new(&[("rules", "rules")]).installed().rules("trail.yaml", &wrong);
    assert!(!job.run(), "{}", job.log);
    assert!(job.log.contains("::error file=rules/trail.yaml,line=4,"), "{}", job.log);
    assert!(job.log.contains("::error title=rulec::check failed"), "{}", job.log);
    assert_eq!(job.outputs["check.status"], "1");
    assert_eq!(job.used.len(), 1, "findings are uploaded all the same");
}

#[test]
fn a_gap_below_the_limit_fails() {
    let inputs = [
        ("rules", "rules"),
        ("benchmark", "cis-aws-3.0.0"),
        ("fail-under", "4.4=full"),
        ("deny-warnings", "false"),
        ("comment", "false"),
        ("sarif", "false"),
    ];
    let mut job = Job::new(&inputs).installed().rules("trail.yaml", GOOD);
    assert!(!job.run(), "{}", job.log);
    assert_eq!((job.outputs["check.status"].as_str(), job.outputs["coverage.status"].as_str()), ("0", "1"));
    assert!(job.used.is_empty());
    assert!(!job.read("summary").is_empty());
}

#[test]
fn tests_are_run_where_there_are_some() {
    let test = "
tests:
- name: it does not fire on this
  event: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}
  silent: [Trail Stopped]
";
    let mut job = Job::new(&[("rules", "rules"), ("deny-warnings", "false")])
        .installed()
        .rules("trail.yaml", GOOD)
        .rules("trail.test.yaml", test);
    assert!(!job.run(), "{}", job.log);
    assert!(job.log.contains("::error title=rulec::test failed"), "{}", job.log);
}

#[test]
fn paths_start_where_they_are_told_to_and_may_be_several() {
    let mut job = Job::new(&[
        ("rules", "one.yaml\ntwo.yaml"),
        ("working-directory", "rules"),
        ("deny-warnings", "false"),
    ])
    .installed()
    .rules("one.yaml", "- macro: stopped\n  condition: ct.name = StopLogging\n")
    .rules("two.yaml", &GOOD.replace("ct.name = \"StopLogging\"", "stopped"));
    assert!(job.run(), "{}", job.log);
}

#[test]
fn what_cannot_be_done_is_told_from_findings() {
    let mut job = Job::new(&[("rules", "nowhere"), ("test", "false")]).installed();
    assert!(!job.run());
    assert!(job.log.contains("check could not be done (exit code 2)"), "{}", job.log);
}

/// What the workflow releases is what the Action and `cargo binstall` fetch.
#[test]
fn releases_have_one_name_everywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let workflow: Value = serde_yaml::from_str(&read(".github/workflows/release.yml")).unwrap();
    let manifest: toml::Value = toml::from_str(&read("Cargo.toml")).unwrap();
    let (install, pack) = (read(".github/action/install.sh"), read(".github/release/pack.sh"));
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let built = workflow["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().unwrap();
    assert!(built.len() >= 5, "{built:?}");
    for target in built.iter().map(|entry| entry["target"].as_str().unwrap()) {
        assert!(install.contains(&format!("target={target} ")), "the Action does not know {target}");
        let format = match target.contains("windows") {
            true => binstall["overrides"][target]["pkg-fmt"].as_str().unwrap(),
            false => binstall["pkg-fmt"].as_str().unwrap(),
        };
        let suffix = match format {
            "zip" => "zip",
            "tgz" => "tar.gz",
            other => panic!("what is {other}?"),
        };
        for script in [&install, &pack] {
            assert!(
                script.contains(&format!("archive=rulec-$target.{suffix}")),
                "{target} is packed otherwise"
            );
        }
    }
    let url = binstall["pkg-url"].as_str().unwrap();
    assert_eq!(url, "{ repo }/releases/download/v{ version }/rulec-{ target }.{ archive-format }");
    assert!(install.contains("/releases/download}/$version") && install.contains("url/$file"));
}

/// A release as the workflow makes it, in a folder.
fn release(job: &mut Job) {
    let folder = job.at(&format!("releases/v{}", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(&folder).unwrap();
    let name = "rulec-x86_64-unknown-linux-musl.tar.gz";
    let script = format!(
        "mkdir stage && cp '{RULEC}' stage/rulec && tar -czf {name} -C stage . && (sha256sum {name} || shasum -a 256 {name}) >{name}.sha256"
    );
    let made = Command::new("sh").args(["-c", &script]).current_dir(&folder).status().unwrap();
    assert!(made.success());
    job.releases = Some(format!("file://{}", job.at("releases").display()));
}

#[test]
fn a_release_is_fetched_and_compared() {
    let mut job = Job::new(&[("rules", "rules"), ("deny-warnings", "false")]).rules("trail.yaml", GOOD);
    release(&mut job);
    assert!(job.run(), "{}", job.log);
    assert!(job.outputs["install.rulec"].starts_with(&job.at("temp").display().to_string()));
}

#[test]
fn a_release_that_was_tampered_with_is_not_run() {
    let mut job = Job::new(&[("rules", "rules")]).rules("trail.yaml", GOOD);
    release(&mut job);
    let sum = job.at(&format!(
        "releases/v{}/rulec-x86_64-unknown-linux-musl.tar.gz.sha256",
        env!("CARGO_PKG_VERSION")
    ));
    let text = fs::read_to_string(&sum).unwrap();
    fs::write(sum, format!("{}{}", "0".repeat(64), &text[64..])).unwrap();
    assert!(!job.run());
    assert!(!job.outputs.contains_key("install.rulec"), "{}", job.log);
}

#[test]
fn a_release_that_is_not_there_ends_the_job() {
    let mut job = Job::new(&[("rules", "rules"), ("version", "v99.0.0")]).rules("trail.yaml", GOOD);
    job.releases = Some(format!("file://{}", job.at("releases").display()));
    assert!(!job.run());
    assert!(!job.outputs.contains_key("install.rulec"), "{}", job.log);
}
