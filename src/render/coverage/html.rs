//! `html`: a page that stands alone, in both languages, for screens of either colour and for paper.

use super::words::{self, Both, Lang};
use super::{CoverageReport, mark, place, ratio};
use crate::coverage::guardduty::Extent;
use crate::coverage::{Confirmed, Control, Covered, EventCovered, Status, Verdict};
use crate::render::html::Page;
use crate::source::Span;
use maud::{Markup, html};

const SCRIPT: &str = "document.getElementById('lang').onclick = () => { \
                      const page = document.documentElement; page.lang = page.lang == 'ja' ? 'en' : 'ja'; };";

/// The report as a page.
pub fn render(report: &CoverageReport<'_>) -> String {
    let benchmark = report.benchmark;
    let counted = [Lang::En, Lang::Ja].map(|lang| report.counted(lang));
    let body = html! {
        header {
            h1 { (both(words::COVERAGE)) ": " (either(&benchmark.title, &benchmark.title_ja)) }
            button id="lang" type="button" { "English / 日本語" }
        }
        @if let Some(words) = report.refusal() {
            div.refused role="alert" {
                p { strong { (both(words)) } }
                ul {
                    @for error in report.load_errors() { li { code { (error) } } }
                }
            }
        }
        p.soft {
            (both(words::SCOPE)) " " (both(words::scope(benchmark.scope)))
            " · " (either(&counted[0], &counted[1]))
        }
        (matrix(report))
        p.soft { (both(words::LEGEND)) }
        @if report.findings {
            p.soft { (both(words::COMPLEMENT)) }
        }
        @for (control, covered) in report.controls() {
            (section(report, control, covered))
        }
        (closing(report))
    };
    let (lang, title) = (report.lang.code(), report.title());
    Page { lang, title, policy: None, style: "", body, script: SCRIPT }.text()
}

fn matrix(report: &CoverageReport<'_>) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th {}
                    @for head in [words::CONTROL, words::PROVED, words::PURPOSE, words::EVENTS] {
                        th scope="col" { (both(head)) }
                    }
                    @if report.findings {
                        th scope="col" { (both(words::GUARDDUTY)) }
                    }
                }
            }
            tbody {
                @for (control, covered) in report.controls() {
                    tr {
                        td.number { a href={ "#c" (control.id) } { (control.id) } }
                        td { (either(&control.title, &control.title_ja)) }
                        td { (verdict(covered.verdict)) }
                        td { (covered.purpose.mark()) }
                        td {
                            div.cells {
                                @for event in &covered.events { (cell(&control.id, event)) }
                            }
                        }
                        @if report.findings {
                            td { (findings(covered, true)) }
                        }
                    }
                }
            }
        }
    }
}

fn cell(id: &str, event: &EventCovered) -> Markup {
    let (name, status) = (&event.row.name, event.status.name());
    html! {
        a class={ "cell " (status) } href={ "#c" (id) "-" (name) } title={ (name) ": " (status) } {
            (mark(event.status))
        }
    }
}

fn verdict(verdict: Verdict) -> Markup {
    html! { span class={ "chip " (verdict.name()) } { (both(words::verdict(verdict))) } }
}

/// GuardDuty findings; in the matrix those that come near are only counted.
fn findings(covered: &Covered, is_short: bool) -> Markup {
    let (near, shown): (Vec<_>, Vec<_>) =
        covered.findings.iter().partition(|finding| is_short && finding.extent == Extent::Adjacent);
    html! {
        @for (at, found) in shown.iter().enumerate() {
            @if at > 0 { br; }
            code { (found.finding) }
            " "
            span.soft { (found.severity.name()) ", " (found.extent.name()) }
        }
        @if !near.is_empty() {
            @if !shown.is_empty() { br; }
            span.soft { (near.len()) " " (both(words::ADJACENT)) }
        }
    }
}

fn section(report: &CoverageReport<'_>, control: &Control, covered: &Covered) -> Markup {
    let is_alone = covered.events.iter().all(|event| event.witness.is_none());
    html! {
        section id={ "c" (control.id) } {
            h2 {
                (control.id) " " (either(&control.title, &control.title_ja))
                " " (verdict(covered.verdict)) " " (covered.purpose.mark())
            }
            p { (both(words::ASKED)) ": " code { (control.text) } }
            @for erratum in &control.errata {
                p { (both(words::ERRATA)) ": " (either(&erratum.en, &erratum.ja)) }
            }
            @if covered.events.is_empty() && !covered.rules.is_empty() {
                p { (both(words::RULES)) ": " (rules(report, &covered.rules)) }
            }
            @if let Some(reason) = &covered.reason {
                p { (reason) }
            }
            @if !covered.events.is_empty() {
                (events(report, &control.id, &covered.events))
            }
            @if let Some(witness) = covered.witness.as_ref().filter(|_| is_alone) {
                (record(witness))
            }
            @if report.findings && !covered.findings.is_empty() {
                p { (both(words::GUARDDUTY)) ": " (findings(covered, false)) }
            }
            @if !covered.hardening.is_empty() {
                (beyond(report, &covered.hardening))
            }
        }
    }
}

fn events(report: &CoverageReport<'_>, id: &str, events: &[EventCovered]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (both(words::EVENTS)) }
                    th {}
                    th scope="col" { (both(words::RULES)) }
                }
            }
            tbody {
                @for event in events { (event_row(report, id, event)) }
            }
        }
    }
}

fn event_row(report: &CoverageReport<'_>, id: &str, event: &EventCovered) -> Markup {
    let (name, status) = (&event.row.name, event.status);
    html! {
        tr id={ "c" (id) "-" (name) } {
            td { code { (name) } br; span.soft { (event.row.source) } }
            td {
                span class={ "chip " (status.name()) } { (mark(status)) " " (both(words::status(status))) }
            }
            td {
                (rules(report, &event.rules))
                @for &span in event.narrowed.iter().flat_map(|narrowed| &narrowed.clauses) {
                    (clause(report, span))
                }
                @if !event.incidental.is_empty() {
                    p.soft { (both(words::INCIDENTAL)) ": " (rules(report, &event.incidental)) }
                }
                @if let Some(reason) = &event.reason {
                    p { (reason) }
                }
                @if let Some(witness) = &event.witness {
                    (record(witness))
                }
            }
        }
    }
}

fn clause(report: &CoverageReport<'_>, span: Span) -> Markup {
    html! {
        p.soft { (both(words::NARROWED)) " " (place::at(report.sources, span)) }
        pre {
            @for line in place::lines(report.sources, span) {
                (line.before) mark { (line.clause) } (line.after) "\n"
            }
        }
    }
}

fn record(witness: &Confirmed) -> Markup {
    let text = serde_json::to_string_pretty(&witness.record).unwrap_or_default();
    html! {
        details {
            summary { (both(words::WITNESS)) }
            pre { (text) }
        }
    }
}

fn beyond(report: &CoverageReport<'_>, events: &[EventCovered]) -> Markup {
    html! {
        details {
            summary { (both(words::HARDENING)) ": " (ratio(events)) }
            ul {
                @for event in events {
                    li {
                        (mark(event.status)) " "
                        code { (event.row.name) } " "
                        span.soft { (event.row.source) }
                        @if event.status != Status::Missing {
                            ": " (rules(report, &event.rules))
                        }
                    }
                }
            }
        }
    }
}

fn closing(report: &CoverageReport<'_>) -> Markup {
    let (hidden, posture) = (&report.coverage.hidden, &report.benchmark.posture);
    html! {
        @if !hidden.is_empty() {
            h2 { (both(words::HIDDEN)) }
            ul {
                @for hidden in hidden {
                    li { (report.name(hidden.rule)) " < " (report.name(hidden.by)) }
                }
            }
        }
        @if !posture.is_empty() {
            h2 { (both(words::POSTURE)) }
            ul {
                @for (id, posture) in posture {
                    @let en = format!("{}. {}", posture.title, posture.en);
                    @let ja = format!("{}。{}", posture.title_ja, posture.ja);
                    li { (id) " " (either(&en, &ja)) }
                }
            }
        }
        h2 { (both(words::PRESUMES)) }
        ul {
            @for presumed in &report.benchmark.presumes {
                li { (either(&presumed.en, &presumed.ja)) }
            }
        }
    }
}

fn rules(report: &CoverageReport<'_>, rules: &[usize]) -> String {
    report.names(rules).join(", ")
}

fn both(words: Both) -> Markup {
    either(words.0, words.1)
}

/// Both languages; the page shows one of them.
fn either(en: &str, ja: &str) -> Markup {
    let (first, second) = (Lang::En.code(), Lang::Ja.code());
    html! {
        @if en == ja {
            (en)
        } @else {
            span data-lang=(first) { (en) }
            span data-lang=(second) lang=(second) { (ja) }
        }
    }
}
