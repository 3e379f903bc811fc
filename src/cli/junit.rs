//! JUnit XML, for continuous integration.

use crate::render::testing::{Report, failures};
use crate::source::FileId;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

/// Renders a report, one suite for each test file.
pub fn render(report: &Report<'_>) -> Result<String, quick_junit::SerializeError> {
    let mut junit = quick_junit::Report::new("rulec");
    for (id, file) in report.sources.files() {
        let mut suite = TestSuite::new(file.name.as_str());
        for outcome in report.outcomes.iter().filter(|outcome| outcome.span.file == id) {
            let mut status = TestCaseStatus::success();
            if let Some(first) = outcome.failures.first() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(first.message.as_str()).set_description(failures(report.sources, outcome));
            }
            let mut case = TestCase::new(outcome.name.as_str(), status);
            case.set_classname(file.name.as_str());
            case.extra.insert("file".into(), file.name.as_str().into());
            case.extra.insert("line".into(), line(report, id, outcome.span.start).to_string().into());
            suite.add_test_case(case);
        }
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

fn line(report: &Report<'_>, file: FileId, offset: u32) -> u32 {
    report.sources.file(file).position(offset as usize).line
}
