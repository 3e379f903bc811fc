//! The page of a check, from its doc comment.

use crate::diag::Check;

/// The page as Markdown.
pub fn markdown(check: &Check) -> String {
    let falco = check.falco.map(|code| format!(", Falco's `{code}`")).unwrap_or_default();
    format!(
        "# {} ({})\n\nGroup `{}`, {} by default{falco}.\n\n{}\n",
        check.name,
        check.code,
        check.group.name(),
        if check.on { check.severity.name() } else { "off" },
        body(check)
    )
}

/// The index of all pages as Markdown: a table for each group.
#[cfg(test)]
pub fn index(checks: impl Iterator<Item = &'static Check>) -> String {
    use std::fmt::Write as _;
    let mut checks: Vec<&Check> = checks.collect();
    checks.sort_by_key(|check| (check.group, check.code));
    let mut text = "# Checks\n\n`rulec explain NAME` shows a page. Levels and suppressions: \
                    [configuration](../configuration.md).\n"
        .to_owned();
    let mut group = None;
    for check in checks {
        if group.replace(check.group) != Some(check.group) {
            let name = check.group.name();
            let _ = write!(
                text,
                "\n## {name}\n\n| Check | Code | Severity | What | Falco |\n|---|---|---|---|---|\n"
            );
        }
        let Check { name, code, .. } = check;
        let severity = if check.on { check.severity.name() } else { "off" };
        let falco = check.falco.map(|code| format!("`{code}`")).unwrap_or_default();
        let summary = check.summary();
        let _ = writeln!(text, "| [{name}]({name}.md) | {code} | {severity} | {summary} | {falco} |");
    }
    text
}

/// The doc comment without the blank that follows `///`.
pub fn body(check: &Check) -> String {
    let lines: Vec<&str> = check.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}
