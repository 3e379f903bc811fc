//! `html`: a page that stands alone, in both languages, for screens of either colour and for paper.

use super::words::{self, Both, Lang};
use super::{CoverageReport, mark, place, ratio};
use crate::coverage::guardduty::Extent;
use crate::coverage::{Confirmed, Control, Covered, EventCovered, Status, Verdict};
use crate::render::html::escaped;
use crate::source::Span;
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = "document.getElementById('lang').onclick = () => { \
                      const page = document.documentElement; page.lang = page.lang == 'ja' ? 'en' : 'ja'; };";

/// The report as a page.
pub fn render(report: &CoverageReport<'_>) -> String {
    let benchmark = report.benchmark;
    let (title, title_ja) = (escaped(&benchmark.title), escaped(&benchmark.title_ja));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} – rulec</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        report.lang.code(),
        report.lang.pick((&title, &title_ja)),
    );
    let _ = writeln!(
        out,
        "<header><h1>{}: {}</h1><button id=\"lang\" type=\"button\">English / 日本語</button></header>",
        both(words::COVERAGE),
        either(&title, &title_ja)
    );
    let count = report.coverage.counted.len();
    let _ = writeln!(
        out,
        "<p class=\"soft\">{} {} · {count} {}</p>",
        both(words::SCOPE),
        both(words::scope(benchmark.scope)),
        both(words::COUNTED)
    );
    matrix(report, &mut out);
    let _ = writeln!(out, "<p class=\"soft\">{}</p>", both(words::LEGEND));
    if report.findings {
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", both(words::COMPLEMENT));
    }
    for (control, covered) in report.controls() {
        section(report, control, covered, &mut out);
    }
    closing(report, &mut out);
    let _ = writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>");
    out
}

fn matrix(report: &CoverageReport<'_>, out: &mut String) {
    let mut heads = vec![words::CONTROL, words::PROVED, words::PURPOSE, words::EVENTS];
    heads.extend(report.findings.then_some(words::GUARDDUTY));
    let heads: String =
        heads.into_iter().map(|head| format!("<th scope=\"col\">{}</th>", both(head))).collect();
    let _ = writeln!(out, "<table>\n<thead><tr><th></th>{heads}</tr></thead>\n<tbody>");
    for (control, covered) in report.controls() {
        let id = escaped(&control.id);
        let cells: String = covered.events.iter().map(|event| cell(&id, event)).collect();
        let _ = write!(
            out,
            "<tr><td class=\"number\"><a href=\"#c{id}\">{id}</a></td><td>{}</td><td>{}</td><td>{}</td>\
             <td><div class=\"cells\">{cells}</div></td>",
            either(&escaped(&control.title), &escaped(&control.title_ja)),
            verdict(covered.verdict),
            covered.purpose.mark(),
        );
        if report.findings {
            let _ = write!(out, "<td>{}</td>", findings(covered, true));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
}

fn cell(id: &str, event: &EventCovered) -> String {
    let (name, status) = (escaped(&event.row.name), event.status.name());
    format!(
        "<a class=\"cell {status}\" href=\"#c{id}-{name}\" title=\"{name}: {status}\">{}</a>",
        mark(event.status)
    )
}

fn verdict(verdict: Verdict) -> String {
    format!("<span class=\"chip {}\">{}</span>", verdict.name(), both(words::verdict(verdict)))
}

/// GuardDuty findings; in the matrix those that come near are only counted.
fn findings(covered: &Covered, is_short: bool) -> String {
    let (near, shown): (Vec<_>, Vec<_>) =
        covered.findings.iter().partition(|finding| is_short && finding.extent == Extent::Adjacent);
    let mut parts: Vec<String> = shown
        .iter()
        .map(|found| {
            let (kind, severity, extent) =
                (escaped(&found.finding), found.severity.name(), found.extent.name());
            format!("<code>{kind}</code> <span class=\"soft\">{severity}, {extent}</span>")
        })
        .collect();
    if !near.is_empty() {
        parts.push(format!("<span class=\"soft\">{} {}</span>", near.len(), both(words::ADJACENT)));
    }
    parts.join("<br>")
}

fn section(report: &CoverageReport<'_>, control: &Control, covered: &Covered, out: &mut String) {
    let id = escaped(&control.id);
    let _ = writeln!(
        out,
        "<section id=\"c{id}\">\n<h2>{id} {} {} {}</h2>",
        either(&escaped(&control.title), &escaped(&control.title_ja)),
        verdict(covered.verdict),
        covered.purpose.mark()
    );
    let _ = writeln!(out, "<p>{}: <code>{}</code></p>", both(words::ASKED), escaped(&control.text));
    for erratum in &control.errata {
        let text = either(&escaped(&erratum.en), &escaped(&erratum.ja));
        let _ = writeln!(out, "<p>{}: {text}</p>", both(words::ERRATA));
    }
    if covered.events.is_empty() && !covered.rules.is_empty() {
        let _ = writeln!(out, "<p>{}: {}</p>", both(words::RULES), rules(report, &covered.rules));
    }
    if let Some(reason) = &covered.reason {
        let _ = writeln!(out, "<p>{}</p>", escaped(reason));
    }
    if !covered.events.is_empty() {
        let _ = writeln!(
            out,
            "<table><thead><tr><th scope=\"col\">{}</th><th></th><th scope=\"col\">{}</th></tr></thead><tbody>",
            both(words::EVENTS),
            both(words::RULES)
        );
        covered.events.iter().for_each(|event| event_row(report, &id, event, out));
        out.push_str("</tbody></table>\n");
    }
    if let Some(witness) =
        covered.witness.as_ref().filter(|_| covered.events.iter().all(|e| e.witness.is_none()))
    {
        record(witness, out);
    }
    if report.findings && !covered.findings.is_empty() {
        let _ = writeln!(out, "<p>{}: {}</p>", both(words::GUARDDUTY), findings(covered, false));
    }
    if !covered.hardening.is_empty() {
        beyond(report, &covered.hardening, out);
    }
    out.push_str("</section>\n");
}

fn event_row(report: &CoverageReport<'_>, id: &str, event: &EventCovered, out: &mut String) {
    let (name, source) = (escaped(&event.row.name), escaped(&event.row.source));
    let status = event.status;
    let _ = write!(
        out,
        "<tr id=\"c{id}-{name}\"><td><code>{name}</code><br><span class=\"soft\">{source}</span></td>\
         <td><span class=\"chip {}\">{} {}</span></td><td>{}",
        status.name(),
        mark(status),
        both(words::status(status)),
        rules(report, &event.rules)
    );
    for &span in event.narrowed.iter().flat_map(|narrowed| &narrowed.clauses) {
        clause(report, span, out);
    }
    if !event.incidental.is_empty() {
        let names = rules(report, &event.incidental);
        let _ = write!(out, "<p class=\"soft\">{}: {names}</p>", both(words::INCIDENTAL));
    }
    if let Some(reason) = &event.reason {
        let _ = write!(out, "<p>{}</p>", escaped(reason));
    }
    if let Some(witness) = &event.witness {
        record(witness, out);
    }
    out.push_str("</td></tr>\n");
}

fn clause(report: &CoverageReport<'_>, span: Span, out: &mut String) {
    let at = escaped(&place::at(report.sources, span));
    let _ = write!(out, "<p class=\"soft\">{} {at}</p><pre>", both(words::NARROWED));
    for line in place::lines(report.sources, span) {
        let parts = [line.before, line.clause, line.after].map(escaped);
        let _ = writeln!(out, "{}<mark>{}</mark>{}", parts[0], parts[1], parts[2]);
    }
    out.push_str("</pre>");
}

fn record(witness: &Confirmed, out: &mut String) {
    let text = serde_json::to_string_pretty(&witness.record).unwrap_or_default();
    let summary = both(words::WITNESS);
    let _ = write!(out, "<details><summary>{summary}</summary><pre>{}</pre></details>", escaped(&text));
}

fn beyond(report: &CoverageReport<'_>, events: &[EventCovered], out: &mut String) {
    let _ = write!(out, "<details><summary>{}: {}</summary><ul>", both(words::HARDENING), ratio(events));
    for event in events {
        let names = match event.status {
            Status::Missing => String::new(),
            _ => format!(": {}", rules(report, &event.rules)),
        };
        let _ = write!(
            out,
            "<li>{} <code>{}</code> <span class=\"soft\">{}</span>{names}</li>",
            mark(event.status),
            escaped(&event.row.name),
            escaped(&event.row.source)
        );
    }
    out.push_str("</ul></details>\n");
}

fn closing(report: &CoverageReport<'_>, out: &mut String) {
    if !report.coverage.hidden.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>\n<ul>", both(words::HIDDEN));
        for hidden in &report.coverage.hidden {
            let (rule, by) = (escaped(report.name(hidden.rule)), escaped(report.name(hidden.by)));
            let _ = writeln!(out, "<li>{rule} &lt; {by}</li>");
        }
        out.push_str("</ul>\n");
    }
    if !report.benchmark.posture.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>\n<ul>", both(words::POSTURE));
        for (id, posture) in &report.benchmark.posture {
            let en = format!("{}. {}", posture.title, posture.en);
            let ja = format!("{}。{}", posture.title_ja, posture.ja);
            let _ = writeln!(out, "<li>{} {}</li>", escaped(id), either(&escaped(&en), &escaped(&ja)));
        }
        out.push_str("</ul>\n");
    }
    let _ = writeln!(out, "<h2>{}</h2>\n<ul>", both(words::PRESUMES));
    for presumed in &report.benchmark.presumes {
        let _ = writeln!(out, "<li>{}</li>", either(&escaped(&presumed.en), &escaped(&presumed.ja)));
    }
    out.push_str("</ul>\n");
}

fn rules(report: &CoverageReport<'_>, rules: &[usize]) -> String {
    report.names(rules).into_iter().map(escaped).collect::<Vec<_>>().join(", ")
}

fn both(words: Both) -> String {
    either(&escaped(words.0), &escaped(words.1))
}

/// Both languages; the page shows one of them.
fn either(en: &str, ja: &str) -> String {
    if en == ja {
        return en.to_owned();
    }
    let (first, second) = (Lang::En.code(), Lang::Ja.code());
    format!(
        "<span data-lang=\"{first}\">{en}</span><span data-lang=\"{second}\" lang=\"{second}\">{ja}</span>"
    )
}
