//! `list-substitution-surprise`

use crate::diag::Diagnostic;
use crate::lint::{Context, Lint, LintRule, Macros};
use crate::sema::collect::Collected;
use crate::sema::text::Composite;

crate::declare_check! {
    /// The name of a list where a value is meant.
    ///
    /// ## What it does
    /// Reports the name of a list inside a quoted text, and after an operator that takes one value.
    ///
    /// ## Why it matters
    /// Falco puts the items of a list in place of its name before it reads the condition, wherever the name stands
    /// between blanks, parentheses, commas or `=`: quotes do not protect it. The text that is compared is not the one
    /// that is written. After `=` that goes well as long as the list has one item, and no longer.
    ///
    /// ## Avoid
    /// ```yaml
    /// - list: admin
    ///   items: [alice]
    ///
    /// - rule: Admin called
    ///   desc: An admin did something.
    ///   condition: ct.user in (admin) and ct.useragent != "the admin console"
    ///   output: admin called (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    ///
    /// ## Prefer
    /// ```yaml
    /// - list: admin_users
    ///   items: [alice]
    ///
    /// - rule: Admin called
    ///   desc: An admin did something.
    ///   condition: ct.user in (admin_users) and ct.useragent != "the admin console"
    ///   output: admin called (user=%ct.user)
    ///   priority: NOTICE
    ///   source: aws_cloudtrail
    ///   tags: [aws]
    /// ```
    pub LIST_SUBSTITUTION_SURPRISE = "RC0314", "list-substitution-surprise", Correctness, Warning;
}

/// See [`LIST_SUBSTITUTION_SURPRISE`].
pub struct ListSubstitutionSurprise;

impl Lint for ListSubstitutionSurprise {
    fn check(&self) -> &'static crate::diag::Check {
        &LIST_SUBSTITUTION_SURPRISE
    }

    fn rule(&self, rule: &LintRule<'_, '_>, cx: &mut Context<'_>) {
        if rule.view.raw.text != rule.view.text.text {
            look(rule.view.raw, rule.view.macros.collected, cx);
        }
    }

    fn macros(&self, macros: &Macros<'_, '_>, cx: &mut Context<'_>) {
        for it in macros.iter() {
            let [part] = &*it.info.condition else {
                look(&Composite::joined(&it.info.condition), macros.collected, cx);
                continue;
            };
            if *part.value != *it.text.text {
                look(&Composite::of(part), macros.collected, cx);
            }
        }
    }
}

/// Operators in letters that take one value.
const ONE_VALUE: [&str; 9] =
    ["contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "glob", "iglob", "regex"];

/// Looks at every word of a condition in which lists still stand by name.
fn look(raw: &Composite<'_>, collected: &Collected<'_>, cx: &mut Context<'_>) {
    let text = &*raw.text;
    let mut quote = None;
    let mut before = "";
    let mut start = 0;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        let separates = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b',' | b'=');
        if separates {
            let word = &text[start..at];
            if !word.is_empty() {
                if collected.lists.index_of(word).is_some() {
                    let one_value = before == "=" || ONE_VALUE.contains(&before);
                    if quote.is_some() || one_value {
                        report(raw, start..at, quote.is_some(), cx);
                    }
                }
                before = word;
            }
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                before = text.get(at..at + 1).unwrap_or_default();
            }
            start = at + 1;
        }
        if matches!(byte, b'"' | b'\'') && (at == 0 || text.as_bytes()[at - 1] != b'\\') {
            quote = match quote {
                None => Some(byte),
                Some(open) if open == byte => None,
                open => open,
            };
        }
    }
}

fn report(raw: &Composite<'_>, word: std::ops::Range<usize>, quoted: bool, cx: &mut Context<'_>) {
    let name = &raw.text[word.clone()];
    let place = raw.locate(word.start as u32..word.end as u32).span;
    let found = Diagnostic::new(
        &LIST_SUBSTITUTION_SURPRISE,
        place,
        format!("`{name}` is the name of a list: Falco puts its items here"),
    );
    cx.report(if quoted {
        found.at("within a text").help("give the list another name")
    } else {
        found
            .at("one value is wanted")
            .help(format!("write `in ({name})` if the list is meant; if not, give the list another name"))
    });
}
