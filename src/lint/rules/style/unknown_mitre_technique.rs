//! `unknown-mitre-technique`

use crate::bundled;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::lint::{Context, Lint};
use crate::nearest::nearest;
use crate::source::Text;
use crate::syntax::items::{Item, ItemKind};
use crate::syntax::yaml::Value;
use std::sync::OnceLock;

crate::declare_check! {
    /// A tag names a technique or tactic that ATT&CK does not have.
    ///
    /// ## What it does
    /// Reports tags such as `T1078.009`, `mitre_T1999`, `mitre_TA0099` and `mitre_inital_access` that look like a technique or
    /// tactic of MITRE ATT&CK for Enterprise and are none. Revoked ones count as unknown.
    ///
    /// ## Why it matters
    /// Whoever maps alerts to ATT&CK does not find the rule. Tools that draw coverage drop the tag silently.
    ///
    /// The list is that of ATT&CK 18.1, of October 2025.
    ///
    /// ## Avoid
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws, mitre_defence_evasion, T1562.080]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - rule: Trail stopped
    ///   desc: Someone stopped a trail.
    ///   condition: ct.name = StopLogging
    ///   output: trail stopped (user=%ct.user)
    ///   priority: WARNING
    ///   source: aws_cloudtrail
    ///   tags: [aws, mitre_defense_evasion, T1562.008]
    /// ```
    pub UNKNOWN_MITRE_TECHNIQUE = "RC0601", "unknown-mitre-technique", Style, Info;
}

/// See [`UNKNOWN_MITRE_TECHNIQUE`].
pub struct UnknownMitreTechnique;

impl Lint for UnknownMitreTechnique {
    fn check(&self) -> &'static crate::diag::Check {
        &UNKNOWN_MITRE_TECHNIQUE
    }

    fn item(&self, item: Item<'_>, cx: &mut Context<'_>) {
        let Some(Value::Seq(tags)) = item.get("tags").map(|node| node.value()) else { return };
        if item.kind() != Some(ItemKind::Rule) {
            return;
        }
        for tag in tags {
            // An alias stands for text in another place.
            if let Value::Scalar(scalar) = tag.value()
                && item.node.span.contains(tag.span)
                && let Some(found) = look(&scalar.text)
            {
                cx.report(found);
            }
        }
    }
}

fn look(tag: &Text) -> Option<Diagnostic> {
    let text = &*tag.value;
    let prefix = text.get(..6).filter(|prefix| prefix.eq_ignore_ascii_case("mitre_"));
    let name = &text[prefix.map_or(0, str::len)..];
    let unknown = |what: &str| {
        let message = format!("ATT&CK has no {what} `{name}`");
        Diagnostic::new(&UNKNOWN_MITRE_TECHNIQUE, tag.span, message)
    };
    match id_of(name, prefix.is_some()) {
        Some(Id::Tactic(id)) if !attack().tactics.iter().any(|(known, _)| known.eq_ignore_ascii_case(id)) => {
            Some(
                unknown("tactic")
                    .help("tactics run from `TA0001` to `TA0011`, `TA0040`, `TA0042` and `TA0043`"),
            )
        }
        Some(Id::Technique(base, sub)) => {
            let known = attack().technique(base);
            let found = match (known, sub) {
                (None, _) => unknown("technique").help("look it up at https://attack.mitre.org/techniques"),
                (Some(subs), Some(sub)) if !subs.contains(&sub) => {
                    unknown("technique").help(match subs.last() {
                        Some(last) => format!("the sub-techniques of `{base}` end at `.{last}`"),
                        None => format!("`{base}` has no sub-techniques"),
                    })
                }
                _ => return None,
            };
            Some(found)
        }
        None if prefix.is_some() => {
            let names = || attack().tactics.iter().map(|(_, name)| *name);
            if names().any(|known| known.eq_ignore_ascii_case(name)) {
                return None;
            }
            // Other names behind `mitre_` may be anybody's.
            let meant = nearest(&name.to_ascii_lowercase(), names())?;
            let mut found = unknown("tactic").help(format!("did you mean `{meant}`?"));
            let span = tag.span_of(text.len() - name.len()..text.len());
            let edits = vec![Edit { span, text: meant.to_owned() }];
            found.fix = Some(Fix { title: format!("write `{meant}`"), edits, safe: false });
            Some(found)
        }
        _ => None,
    }
}

enum Id<'t> {
    Tactic(&'t str),
    Technique(&'t str, Option<&'t str>),
}

/// `T1078`, `T1078.004` or `TA0001`; behind `mitre_` in either case, and with a name after the number.
fn id_of(text: &str, prefixed: bool) -> Option<Id<'_>> {
    let digits = |from: usize, count: usize| {
        text.get(from..from + count).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let letter = |at: usize, wanted: u8| {
        let byte = text.as_bytes().get(at).copied().unwrap_or_default();
        byte == wanted || prefixed && byte.eq_ignore_ascii_case(&wanted)
    };
    let ends = |at: usize| match text.as_bytes().get(at) {
        None => true,
        Some(byte) => prefixed && matches!(byte, b'_' | b'-' | b' '),
    };
    if letter(0, b'T') && letter(1, b'A') {
        return (digits(2, 4).is_some() && ends(6)).then(|| Id::Tactic(&text[..6]));
    }
    if !letter(0, b'T') || digits(1, 4).is_none() {
        return None;
    }
    let sub = matches!(text.as_bytes().get(5), Some(b'.')) || prefixed && text[5..].starts_with('_');
    match digits(6, 3).filter(|_| sub && ends(9)) {
        Some(sub) => Some(Id::Technique(&text[..5], Some(sub))),
        None if ends(5) => Some(Id::Technique(&text[..5], None)),
        None => None,
    }
}

/// ATT&CK by ids.
#[derive(Default)]
struct Attack {
    /// Id and name.
    tactics: Vec<(&'static str, &'static str)>,
    /// Id and the numbers of its sub-techniques, sorted.
    techniques: Vec<(&'static str, Vec<&'static str>)>,
}

impl Attack {
    /// The sub-techniques of a technique that exists.
    fn technique(&self, id: &str) -> Option<&[&'static str]> {
        // All begin with the same letter, which may be small.
        let number = id.get(1..)?;
        let at = self.techniques.binary_search_by(|(known, _)| known[1..].cmp(number)).ok()?;
        Some(&self.techniques[at].1)
    }
}

fn attack() -> &'static Attack {
    static ATTACK: OnceLock<Attack> = OnceLock::new();
    ATTACK.get_or_init(|| {
        let mut attack = Attack::default();
        for line in bundled::MITRE_ATTACK.lines().filter_map(|line| line.strip_prefix(' ')) {
            let mut words = line.split(' ');
            let Some(id) = words.next() else { continue };
            if id.starts_with("TA") {
                attack.tactics.extend(words.next().map(|name| (id, name)));
            } else {
                attack.techniques.push((id, words.map(|sub| sub.trim_start_matches('.')).collect()));
            }
        }
        attack
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_sorted_and_complete() {
        let attack = attack();
        assert_eq!(attack.tactics.len(), 14);
        assert_eq!(attack.techniques.len(), 216);
        assert_eq!(attack.techniques.iter().map(|(_, subs)| subs.len()).sum::<usize>(), 475);
        assert!(attack.techniques.is_sorted());
        assert!(attack.techniques.iter().all(|(_, subs)| subs.is_sorted()));
    }
}
