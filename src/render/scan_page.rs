//! A page about a scan that stands alone: totals, alerts over time, rules, alerts.

use super::alert::iso;
use super::html::escaped;
use super::scan::{Counts, short, shown};
use super::visible;
use crate::eval::tally::Tally;
use crate::eval::timeline::Timeline;
use crate::eval::{Alert, time};
use crate::sema::ir::{Priority, Rule};
use std::fmt::Write as _;

/// How many alerts are listed; all are counted.
pub const MOST_ALERTS: usize = 1000;

/// How many characters of a text are shown.
const LONGEST: usize = 2000;
/// How many columns alerts over time have at most.
const COLUMNS: usize = 96;

const STYLE: &str = include_str!("coverage/page.css");
const OWN_STYLE: &str = include_str!("scan_page/page.css");
const SCRIPT: &str = include_str!("scan_page/page.js");
/// The SHA-256 of the script, the only one that may run in the page.
const SCRIPT_HASH: &str = "WioJwnVVZ27aEDuQxo1VFT7c6b0WykCd5vT1x2g1Gpk=";

/// An alert on the list.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// Index of the rule.
    pub rule: usize,
    /// Its priority.
    pub priority: Priority,
    /// Time of the event, in nanoseconds since 1970.
    pub time: i64,
    /// What the rule says.
    pub output: String,
    /// The fields in it.
    pub fields: Vec<(String, String)>,
}

/// What there is to show.
#[derive(Debug)]
pub struct Page<'a> {
    /// What was read.
    pub counts: Counts,
    /// It was not read to the end.
    pub interrupted: bool,
    /// All rules, by index.
    pub all_rules: &'a [Rule],
    /// The rules that ran, in order, with what they said.
    pub rules: Vec<(&'a Rule, &'a Tally)>,
    /// Alerts over time.
    pub timeline: &'a Timeline,
    /// The alerts on the list, in the order of the logs.
    pub alerts: &'a [Listed],
}

impl Listed {
    /// An alert as the list has it: texts without end are cut.
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

/// Leaves the most urgent alerts on a list, of those equally urgent the first.
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

/// Text out of logs or rules, that nothing in it can get out of.
fn safe(text: &str) -> String {
    escaped(&visible(text))
}

impl Page<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'sha256-{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>Alerts on CloudTrail – rulec</title>\n<style>\n{STYLE}{OWN_STYLE}</style>\n</head>\n<body>\n"
        );
        out += "<header><h1>Alerts on CloudTrail</h1></header>\n";
        if self.interrupted {
            out += "<p class=\"note\">The scan was interrupted: what follows is about the part that was read.</p>\n";
        }
        self.totals(&mut out);
        self.over_time(&mut out);
        self.by_rule(&mut out);
        self.list(&mut out);
        let _ = writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>");
        out
    }

    fn totals(&self, out: &mut String) {
        let counts = &self.counts;
        let fired = self.rules.iter().filter(|(_, tally)| tally.matches > 0).count();
        out.push_str("<dl class=\"totals\">\n");
        let mut total = |number: u64, what: &str| {
            let _ = writeln!(out, "<div><dd>{}</dd><dt>{what}</dt></div>", grouped(number));
        };
        total(counts.alerts, plural(counts.alerts, "alert", "alerts"));
        total(counts.matched, plural(counts.matched, "event with alerts", "events with alerts"));
        total(counts.events, plural(counts.events, "event", "events"));
        total(fired as u64, &format!("of {} fired", super::counted(self.rules.len(), "rule")));
        total(counts.files, plural(counts.files, "file", "files"));
        out.push_str("</dl>\n");
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", escaped(&counts.line()));
        if counts.has_problems() {
            out.push_str("<p class=\"note\">Not everything could be read; the scan has told what on standard error.</p>\n");
        }
    }

    fn over_time(&self, out: &mut String) {
        let (start, width, columns) = self.timeline.columns(COLUMNS);
        let most = columns.iter().map(|column| column.iter().sum::<u64>()).max().unwrap_or_default();
        out.push_str("<h2>Over time</h2>\n");
        if most == 0 {
            out.push_str("<p>There were no alerts.</p>\n");
            return;
        }
        let at = |column: usize| moment(start.saturating_add(width.saturating_mul(column as i64)));
        let _ = writeln!(
            out,
            "<div class=\"chart\"><span class=\"most soft\">{}</span>\n<svg role=\"img\" aria-label=\"Alerts over time\" \
             viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\">",
            grouped(most),
            columns.len()
        );
        for (number, column) in
            columns.iter().enumerate().filter(|(_, column)| column.iter().any(|count| *count > 0))
        {
            let _ = write!(out, "<g><title>{}: {}</title>", at(number), said(column));
            let mut below = 0;
            for (class, count) in column.iter().enumerate().rev().filter(|(_, count)| **count > 0) {
                let (height, from) = (share(*count, most), share(below + count, most));
                let _ = write!(
                    out,
                    "<rect class=\"p{class}\" x=\"{number}.06\" width=\".88\" y=\"{:.3}\" height=\"{height:.3}\"/>",
                    100.0 - from
                );
                below += count;
            }
            out.push_str("</g>\n");
        }
        out.push_str("</svg></div>\n");
        let _ = writeln!(
            out,
            "<div class=\"axis soft\"><span>{}</span><span>{}</span></div>",
            at(0),
            at(columns.len())
        );
        let mut sums = [0; Priority::ALL.len()];
        columns.iter().flatten().enumerate().for_each(|(at, count)| sums[at % sums.len()] += count);
        let keys: Vec<String> = Priority::ALL
            .iter()
            .zip(sums)
            .enumerate()
            .filter(|(_, (_, sum))| *sum > 0)
            .map(|(class, (priority, sum))| {
                let name = priority.name();
                format!(
                    "<span class=\"name\"><span class=\"key p{class}\"></span>{name} {}</span>",
                    grouped(sum)
                )
            })
            .collect();
        let _ = writeln!(out, "<p class=\"keys\">{}; a column is {}.</p>", keys.join(" · "), span(width));
    }

    fn by_rule(&self, out: &mut String) {
        let (fired, silent): (Vec<_>, Vec<_>) = self.rules.iter().partition(|(_, tally)| tally.matches > 0);
        out.push_str("<h2>Rules</h2>\n");
        if !fired.is_empty() {
            let heads = ["Rule", "Priority", "Alerts", "First", "Last", "Users", "Sources"];
            let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
            let _ = writeln!(
                out,
                "<div class=\"wide\"><table class=\"rules\"><thead><tr>{heads}</tr></thead><tbody>"
            );
        }
        let mut sorted = fired.clone();
        sorted.sort_by_key(|(rule, tally)| (rule.priority, std::cmp::Reverse(tally.matches)));
        for (rule, tally) in sorted {
            let seen =
                |pick: fn((i64, i64)) -> i64| tally.seen.map(|seen| short(pick(seen))).unwrap_or_default();
            let name = safe(&rule.name);
            let _ = writeln!(
                out,
                "<tr><td><button type=\"button\" class=\"only\" data-rule=\"{name}\">{name}</button></td><td>{}</td>\
                 <td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                chip(rule.priority),
                grouped(tally.matches),
                seen(|seen| seen.0),
                seen(|seen| seen.1),
                shown(&tally.users),
                shown(&tally.addresses),
            );
        }
        if !fired.is_empty() {
            out.push_str("</tbody></table></div>\n");
        }
        if !silent.is_empty() {
            let names: Vec<String> =
                silent.iter().map(|(rule, _)| format!("<li>{}</li>", safe(&rule.name))).collect();
            let _ = writeln!(
                out,
                "<details><summary>{} never fired</summary><ul>{}</ul></details>",
                super::counted(silent.len(), "rule"),
                names.concat()
            );
        }
    }

    fn list(&self, out: &mut String) {
        if self.alerts.is_empty() {
            return;
        }
        out.push_str("<h2>Alerts</h2>\n");
        let more = self.counts.alerts.saturating_sub(self.alerts.len() as u64);
        if more > 0 {
            let _ = writeln!(
                out,
                "<p class=\"note\">The {} most urgent are listed; there are {} more, which all counts above include.</p>",
                grouped(self.alerts.len() as u64),
                grouped(more)
            );
        }
        out.push_str(
            "<p class=\"filter\"><input id=\"filter\" type=\"search\" placeholder=\"Show only alerts with these words\" \
             aria-label=\"Show only alerts with these words\" autocomplete=\"off\"> <span id=\"found\" class=\"soft\" \
             role=\"status\"></span></p>\n<ol id=\"alerts\">\n",
        );
        for alert in self.alerts {
            let rule = self.all_rules.get(alert.rule).map_or("", |rule| &rule.name);
            let fields: String = alert
                .fields
                .iter()
                .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>", safe(name), safe(value)))
                .collect();
            let _ = writeln!(
                out,
                "<li><details><summary><time>{}</time> {} <strong>{}</strong> <span class=\"output\">{}</span></summary>\
                 <dl class=\"fields\"><dt>evt.time</dt><dd>{}</dd>{fields}</dl></details></li>",
                short(alert.time).replace('T', " ").trim_end_matches('Z'),
                chip(alert.priority),
                safe(rule),
                safe(&alert.output),
                iso(alert.time),
            );
        }
        out.push_str("</ol>\n");
    }
}

fn chip(priority: Priority) -> String {
    let class = Priority::ALL.iter().position(|one| *one == priority).unwrap_or_default();
    format!("<span class=\"chip p{class}\">{}</span>", priority.name())
}

fn plural(number: u64, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

/// The alerts of a column in words.
fn said(column: &[u64]) -> String {
    let parts = Priority::ALL.iter().zip(column).filter(|(_, count)| **count > 0);
    parts.map(|(priority, count)| format!("{count} {}", priority.name())).collect::<Vec<_>>().join(", ")
}

/// Per cent.
fn share(count: u64, of: u64) -> f64 {
    count as f64 * 100.0 / of as f64
}

/// A time in seconds since 1970.
fn moment(seconds: i64) -> String {
    let utc = time::utc(seconds.saturating_mul(1_000_000_000));
    format!("{} {} UTC", utc.date(), utc.clock())
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

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
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

    /// A page whose script does not match its own policy would do nothing.
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
