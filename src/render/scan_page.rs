//! An HTML page about a scan: totals, alerts over time, rules, alerts.

use super::alert::iso;
use super::html;
use super::scan::{Counts, short, shown};
use super::visible;
use crate::eval::tally::Tally;
use crate::eval::timeline::Timeline;
use crate::eval::{Alert, time};
use crate::sema::ir::{Priority, Rule};
use maud::{Markup, html};

/// Maximum number of listed alerts; all are counted.
pub const MOST_ALERTS: usize = 1000;

/// Maximum number of characters of a text.
const LONGEST: usize = 2000;
/// Maximum number of columns of the chart.
const COLUMNS: usize = 96;

const TITLE: &str = "Alerts on CloudTrail";
const STYLE: &str = include_str!("scan_page/page.css");
const SCRIPT: &str = include_str!("scan_page/page.js");
/// SHA-256 of the script; the content security policy allows no other.
const SCRIPT_HASH: &str = "WioJwnVVZ27aEDuQxo1VFT7c6b0WykCd5vT1x2g1Gpk=";

/// A listed alert.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// Index of the rule.
    pub rule: usize,
    /// Its priority.
    pub priority: Priority,
    /// Time of the event, in nanoseconds since 1970.
    pub time: i64,
    /// The output of the rule.
    pub output: String,
    /// The fields in it.
    pub fields: Vec<(String, String)>,
}

/// The data of the page.
#[derive(Debug)]
pub struct Page<'a> {
    /// What was read.
    pub counts: Counts,
    /// The scan was interrupted.
    pub interrupted: bool,
    /// All rules, by index.
    pub all_rules: &'a [Rule],
    /// The rules that ran, in order, with their alerts.
    pub rules: Vec<(&'a Rule, &'a Tally)>,
    /// Alerts over time.
    pub timeline: &'a Timeline,
    /// The listed alerts, in the order of the logs.
    pub alerts: &'a [Listed],
}

impl Listed {
    /// A listed alert; long texts are cut.
    pub fn new(priority: Priority, alert: &Alert) -> Listed {
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => cut(text),
            serde_json::Value::Null => "–".to_owned(),
            other => cut(&other.to_string()),
        };
        Listed {
            rule: alert.rule,
            priority,
            time: alert.time,
            output: cut(&alert.output),
            fields: alert.fields.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        }
    }
}

/// Keeps the most urgent alerts of a list, of equally urgent ones the first.
pub fn keep_urgent(alerts: &mut Vec<Listed>) {
    if alerts.len() <= MOST_ALERTS {
        return;
    }
    let mut urgency: Vec<Priority> = alerts.iter().map(|alert| alert.priority).collect();
    urgency.sort_unstable();
    let last = urgency[MOST_ALERTS];
    let mut room = MOST_ALERTS - urgency.partition_point(|one| *one < last);
    alerts.retain(|alert| {
        let is_kept = alert.priority < last || alert.priority == last && room > 0;
        room -= usize::from(is_kept && alert.priority == last);
        is_kept
    });
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

impl Page<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let body = html! {
            header { h1 { (TITLE) } }
            @if self.interrupted {
                p.note { "The scan was interrupted: what follows is about the part that was read." }
            }
            (self.totals())
            (self.over_time())
            (self.by_rule())
            (self.list())
        };
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; \
             form-action 'none'"
        );
        let policy = Some(policy.as_str());
        html::Page { lang: "en", title: TITLE, policy, style: STYLE, body, script: SCRIPT }.text()
    }

    fn totals(&self) -> Markup {
        let counts = &self.counts;
        let fired = self.rules.iter().filter(|(_, tally)| tally.matches > 0).count() as u64;
        let of_rules = format!("of {} fired", super::counted(self.rules.len(), "rule"));
        let totals = [
            (counts.alerts, plural(counts.alerts, "alert", "alerts")),
            (counts.matched, plural(counts.matched, "event with alerts", "events with alerts")),
            (counts.events, plural(counts.events, "event", "events")),
            (fired, &of_rules),
            (counts.files, plural(counts.files, "file", "files")),
        ];
        html! {
            dl.totals {
                @for (number, what) in totals {
                    div { dd { (grouped(number)) } dt { (what) } }
                }
            }
            p.soft { (counts.line()) }
            @if counts.has_problems() {
                p.note { "Not everything could be read; the scan reported what on standard error." }
            }
        }
    }

    fn over_time(&self) -> Markup {
        let (start, width, columns) = self.timeline.columns(COLUMNS);
        let most = columns.iter().map(|column| column.iter().sum::<u64>()).max().unwrap_or_default();
        let at = |column: usize| moment(start.saturating_add(width.saturating_mul(column as i64)));
        html! {
            h2 { "Over time" }
            @if most == 0 {
                p { "There were no alerts." }
            } @else {
                div.chart {
                    span.most.soft { (grouped(most)) }
                    svg role="img" aria-label="Alerts over time" viewBox={ "0 0 " (columns.len()) " 100" }
                        preserveAspectRatio="none" {
                        @for (number, column) in columns.iter().enumerate() {
                            @if column.iter().any(|count| *count > 0) {
                                g {
                                    title { (at(number)) ": " (said(column)) }
                                    (bars(number, column, most))
                                }
                            }
                        }
                    }
                }
                div.axis.soft { span { (at(0)) } span { (at(columns.len())) } }
                p.keys { (keys(&columns)) "; a column is " (span(width)) "." }
            }
        }
    }

    fn by_rule(&self) -> Markup {
        let (mut fired, silent): (Vec<_>, Vec<_>) =
            self.rules.iter().partition(|(_, tally)| tally.matches > 0);
        fired.sort_by_key(|(rule, tally)| (rule.priority, std::cmp::Reverse(tally.matches)));
        let heads = ["Rule", "Priority", "Alerts", "First", "Last", "Users", "Sources"];
        html! {
            h2 { "Rules" }
            @if !fired.is_empty() {
                div.wide {
                    table.rules {
                        thead { tr { @for head in heads { th scope="col" { (head) } } } }
                        tbody { @for (rule, tally) in fired { (rule_row(rule, tally)) } }
                    }
                }
            }
            @if !silent.is_empty() {
                details {
                    summary { (super::counted(silent.len(), "rule")) " never fired" }
                    ul { @for (rule, _) in silent { li { (visible(&rule.name)) } } }
                }
            }
        }
    }

    fn list(&self) -> Markup {
        let more = self.counts.alerts.saturating_sub(self.alerts.len() as u64);
        let asked = "Show only alerts with these words";
        html! {
            @if !self.alerts.is_empty() {
                h2 { "Alerts" }
                @if more > 0 {
                    p.note {
                        "The " (grouped(self.alerts.len() as u64)) " most urgent are listed; there are "
                        (grouped(more)) " more, which all counts above include."
                    }
                }
                p.filter {
                    input id="filter" type="search" placeholder=(asked) aria-label=(asked) autocomplete="off";
                    " "
                    span id="found" class="soft" role="status" {}
                }
                ol id="alerts" {
                    @for alert in self.alerts {
                        (alert_item(self.all_rules.get(alert.rule).map_or("", |rule| &rule.name), alert))
                    }
                }
            }
        }
    }
}

/// The bars of a column, the most urgent on top.
fn bars(number: usize, column: &[u64], most: u64) -> Markup {
    let counts = column.iter().enumerate().rev().filter(|(_, count)| **count > 0);
    let bars = counts.scan(0, |top, (class, count)| {
        *top += count;
        Some((class, 100.0 - share(*top, most), share(*count, most)))
    });
    html! {
        @for (class, y, height) in bars {
            rect class={ "p" (class) } x={ (number) ".06" } width=".88" y=(format!("{y:.3}"))
                height=(format!("{height:.3}")) {}
        }
    }
}

/// The legend of the chart, with the number of alerts of each priority.
fn keys(columns: &[impl AsRef<[u64]>]) -> Markup {
    let sum = |class: usize| columns.iter().filter_map(|column| column.as_ref().get(class)).sum::<u64>();
    let sums = Priority::ALL.iter().enumerate().map(|(class, priority)| (class, priority, sum(class)));
    html! {
        @for (at, (class, priority, sum)) in sums.filter(|(.., sum)| *sum > 0).enumerate() {
            @if at > 0 { " · " }
            span.name { span class={ "key p" (class) } {} (priority.name()) " " (grouped(sum)) }
        }
    }
}

fn rule_row(rule: &Rule, tally: &Tally) -> Markup {
    let seen = |pick: fn((i64, i64)) -> i64| tally.seen.map(|seen| short(pick(seen))).unwrap_or_default();
    let name = visible(&rule.name);
    html! {
        tr {
            td { button type="button" class="only" data-rule=(name) { (name) } }
            td { (chip(rule.priority)) }
            td.number { (grouped(tally.matches)) }
            td.number { (seen(|seen| seen.0)) }
            td.number { (seen(|seen| seen.1)) }
            td.number { (shown(&tally.users)) }
            td.number { (shown(&tally.addresses)) }
        }
    }
}

fn alert_item(rule: &str, alert: &Listed) -> Markup {
    html! {
        li {
            details {
                summary {
                    time { (time::text(alert.time, "%F %T")) } " "
                    (chip(alert.priority)) " "
                    strong { (visible(rule)) } " "
                    span.output { (visible(&alert.output)) }
                }
                dl.fields {
                    dt { "evt.time" } dd { (iso(alert.time)) }
                    @for (name, value) in &alert.fields {
                        dt { (visible(name)) } dd { (visible(value)) }
                    }
                }
            }
        }
    }
}

fn chip(priority: Priority) -> Markup {
    let class = Priority::ALL.iter().position(|one| *one == priority).unwrap_or_default();
    html! { span class={ "chip p" (class) } { (priority.name()) } }
}

fn plural(number: u64, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

/// The alerts of a column as text.
fn said(column: &[u64]) -> String {
    let parts = Priority::ALL.iter().zip(column).filter(|(_, count)| **count > 0);
    parts.map(|(priority, count)| format!("{count} {}", priority.name())).collect::<Vec<_>>().join(", ")
}

/// A share in per cent.
fn share(count: u64, of: u64) -> f64 {
    count as f64 * 100.0 / of as f64
}

/// A time in seconds since 1970.
fn moment(seconds: i64) -> String {
    time::text(seconds.saturating_mul(1_000_000_000), "%F %T UTC")
}

/// A length of time.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{:.0} min", seconds as f64 / 60.0),
        7200..172_800 => format!("{:.1} h", seconds as f64 / 3600.0),
        _ => format!("{:.1} days", seconds as f64 / 86_400.0),
    }
}

/// A number with separated thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_stay_on_the_list() {
        let alert = |number: usize| Listed {
            rule: number,
            priority: Priority::ALL[number % 8],
            time: 0,
            output: String::new(),
            fields: Vec::new(),
        };
        let mut alerts: Vec<Listed> = (0..4000).map(alert).collect();
        keep_urgent(&mut alerts);
        assert_eq!(alerts.len(), MOST_ALERTS);
        assert!(alerts.iter().all(|alert| alert.priority <= Priority::Alert));
        assert!(alerts.is_sorted_by_key(|alert| alert.rule));
        let mut alerts: Vec<Listed> = (0..3000).map(alert).collect();
        keep_urgent(&mut alerts);
        assert_eq!(alerts.iter().filter(|alert| alert.priority == Priority::Critical).count(), 250);
    }

    /// A browser runs the script only if it matches the policy.
    #[test]
    fn the_script_may_run() {
        use sha2::Digest;
        let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(SCRIPT));
        assert_eq!(hash, SCRIPT_HASH);
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(12), "12");
        assert_eq!([span(64), span(128), span(8192), span(262_144)], ["64 s", "2 min", "2.3 h", "3.0 days"]);
    }
}
