//! JUnit XML, for continuous integration.

use super::Failure;
use crate::config::Levels;
use crate::diag::Diagnostic;
use crate::render;
use crate::render::testing::{TestReport, failures};
use crate::source::{FileId, SourceFile};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

/// The failure for a report that cannot be written.
pub fn unwritable(error: SerializeError) -> Failure {
    Failure::new(format!("cannot write JUnit XML: {error}"))
}

/// Renders findings, one suite for each file. A finding that fails the run is a failure, any other is a passed case with
/// the message as output. A file without findings is one passed case.
pub fn findings(report: &render::Report<'_>, levels: &Levels) -> Result<String, SerializeError> {
    let mut junit = quick_junit::Report::new("rulec");
    for (id, file) in report.sources.given() {
        let mut suite = TestSuite::new(file.name.as_str());
        let found = report.diagnostics.iter().filter(|found| found.primary.span.file == id);
        suite.add_test_cases(found.map(|found| finding(file, found, levels)));
        if suite.test_cases.is_empty() {
            suite.add_test_case(case("no findings", TestCaseStatus::success(), file, 1));
        }
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

fn finding(file: &SourceFile, found: &Diagnostic, levels: &Levels) -> TestCase {
    let at = file.position(found.primary.span.start as usize);
    let (severity, name) = (found.severity.name(), found.check.name);
    let place = format!("{}:{}:{}", file.name, at.line, at.column);
    let mut words = format!("{place}: {severity}[{name}] {}", found.message);
    if let Some(help) = &found.help {
        words += &format!("\nhelp: {help}");
    }
    let mut status = TestCaseStatus::success();
    let fails = levels.fails(std::slice::from_ref(found));
    if fails {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(found.message.as_str()).set_type(name).set_description(words.as_str());
    }
    let mut case = case(&format!("{name} ({}:{})", at.line, at.column), status, file, at.line);
    if !fails {
        case.set_system_out(words);
    }
    case
}

fn case(name: &str, status: TestCaseStatus, file: &SourceFile, line: u32) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(file.name.as_str());
    case.extra.insert("file".into(), file.name.as_str().into());
    case.extra.insert("line".into(), line.to_string().into());
    case
}

/// Renders a report, one suite for each test file.
pub fn render(report: &TestReport<'_>) -> Result<String, SerializeError> {
    let mut junit = quick_junit::Report::new("rulec");
    for (id, file) in report.sources.files() {
        let mut suite = TestSuite::new(file.name.as_str());
        for outcome in report.outcomes.iter().filter(|outcome| outcome.span.file == id) {
            let mut status = TestCaseStatus::success();
            if let Some(first) = outcome.failures.first() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(first.message.as_str()).set_description(failures(report.sources, outcome));
            }
            suite.add_test_case(case(&outcome.name, status, file, line(report, id, outcome.span.start)));
        }
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

fn line(report: &TestReport<'_>, file: FileId, offset: u32) -> u32 {
    report.sources.file(file).position(offset as usize).line
}
