//! `rulec init`, in folders that are empty and that are not.

use super::program::{rulec, with};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn read(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).unwrap_or_default()
}

#[test]
fn an_empty_folder_becomes_rules_that_pass() {
    let directory = with(&[]);
    let ran = rulec(directory.path(), &["init"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(ran.err, "wrote rulec.toml\nwrote rules/cloudtrail.yaml\nwrote rules/cloudtrail.test.yaml\n");
    let run = |args: &[&str]| {
        let ran = rulec(directory.path(), args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        (ran.out, ran.err)
    };
    assert_eq!(
        run(&["check"]).1,
        "no problems in 1 file (1 rule, 1 macro, 1 list); skipped 1 YAML file without rules\n"
    );
    assert_eq!(run(&["check", "--format", "falco-json", "rules/cloudtrail.yaml"]).1, "");
    assert_eq!(run(&["test"]).1, "5 tests passed in 1 file\n");
    run(&["fmt", "--check"]);
    run(&["graph"]);
    assert!(run(&["coverage", "--format", "json"]).0.contains("\"4.5\""));
    let tests = run(&["test", "--coverage"]).0;
    assert!(tests.contains("1 of 1 rule fired") && !tests.contains("never"), "{tests}");
}

#[test]
fn nothing_that_is_there_is_touched() {
    let own = [
        ("rulec.toml", "# mine\n"),
        (".gitlab-ci.yml", "# mine\n"),
        (".github/workflows/rulec.yml", "# mine\n"),
    ];
    let directory = with(
        &[&own[..], &[("rules/mine.yaml", "# mine\n"), (".pre-commit-config.yaml", "# mine\n")]].concat(),
    );
    let ran = rulec(directory.path(), &["init"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (name, text) in own {
        assert_eq!(read(directory.path(), name), text);
        assert!(ran.err.contains(&format!("kept {name}\n")), "{}", ran.err);
    }
    assert!(!directory.path().join("rules/cloudtrail.yaml").exists());
    assert!(
        ran.err.contains("kept ./rules: there are rules already\n") || ran.err.contains("kept rules: "),
        "{}",
        ran.err
    );
    assert!(read(directory.path(), ".gitlab/rulec.yml").contains("rulec test"));
    assert!(ran.err.contains("include"), "{}", ran.err);
    // And again: what was written the first time is kept the second.
    let before = read(directory.path(), ".gitlab/rulec.yml");
    let again = rulec(directory.path(), &["init"]);
    assert_eq!(again.code, 0);
    assert!(!again.err.contains("wrote"), "{}", again.err);
    assert_eq!(read(directory.path(), ".gitlab/rulec.yml"), before);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let directory = with(&[]);
    std::os::unix::fs::symlink("elsewhere.toml", directory.path().join("rulec.toml")).unwrap();
    let ran = rulec(directory.path(), &["init"]);
    assert!(ran.err.starts_with("kept rulec.toml\n"), "{}", ran.err);
    assert!(!directory.path().join("elsewhere.toml").exists());
}

#[test]
fn where_rulec_runs() {
    let directory = with(&[]);
    let init = |name: &str, args: &[&str]| {
        let ran = rulec(directory.path(), &[&["init", name], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let there = |file: &str| directory.path().join(name).join(file).exists();
        [".github/workflows/rulec.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"].map(there)
    };
    assert_eq!(init("new/deep", &[]), [false; 3]);
    assert_eq!(init("all", &["--ci", "github,gitlab,pre-commit"]), [true; 3]);
    assert_eq!(init("none", &["--ci", "none"]), [false; 3]);
    for (name, file, text, expected) in [
        ("a", ".git/config", "[remote \"origin\"]\n\turl = git@github.com:x/y.git\n", [true, false, false]),
        (
            "b",
            ".git/config",
            "[remote \"origin\"]\n\turl = https://gitlab.example.com/x\n",
            [false, true, false],
        ),
        ("c", ".github/CODEOWNERS", "", [true, false, false]),
        ("d", ".git/config", "[core]\n", [false; 3]),
    ] {
        let path = directory.path().join(name).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        assert_eq!(init(name, &[]), expected, "{name}");
    }
    let all = directory.path().join("all");
    for file in [".github/workflows/rulec.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"] {
        assert!(!read(&all, file).contains("@VERSION@"));
        serde_yaml::from_str::<Value>(&read(&all, file)).unwrap();
    }
    let workflow: Value = serde_yaml::from_str(&read(&all, ".github/workflows/rulec.yml")).unwrap();
    let step = &workflow["jobs"]["rulec"]["steps"][1];
    assert_eq!(step["uses"], format!("rulec/rulec@v{}", env!("CARGO_PKG_VERSION")));
    assert_eq!(step["with"]["rules"], "rules");
    assert_eq!(workflow["permissions"]["security-events"], "write");
    // Every command that a file runs is one that rulec has, with flags that it knows.
    let gitlab: Value = serde_yaml::from_str(&read(&all, ".gitlab-ci.yml")).unwrap();
    let hooks: Value = serde_yaml::from_str(&read(&all, ".pre-commit-config.yaml")).unwrap();
    let scripts = gitlab["rulec"]["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let mut commands: Vec<String> = scripts.map(str::to_owned).collect();
    let own =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")).unwrap();
    let own: Value = serde_yaml::from_str(&own).unwrap();
    for hook in hooks["repos"][0]["hooks"].as_array().unwrap() {
        let found = own.as_array().unwrap().iter().find(|known| known["id"] == hook["id"]).unwrap();
        commands.push(found["entry"].as_str().unwrap().to_owned());
    }
    assert_eq!(commands.len(), 6);
    for command in &commands {
        let args: Vec<&str> = command.split(' ').collect();
        assert_eq!(args[0], "rulec");
        let ran = rulec(&all, &args[1..]);
        assert_eq!(ran.code, 0, "{command}: {}{}", ran.out, ran.err);
    }
    for report in ["gl-code-quality-report.json", "rulec-tests.xml"] {
        assert!(all.join(report).exists(), "{report}");
    }
}

#[test]
fn what_is_in_the_way_is_said() {
    let directory = with(&[("rules", "a file"), ("taken", "a file")]);
    let ran = rulec(directory.path(), &["init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("error: cannot make the directory"), "{}", ran.err);
    assert_eq!(rulec(directory.path(), &["init", "taken"]).code, 2);
    assert_eq!(rulec(directory.path(), &["init", "--ci", "jenkins"]).code, 2);
}
