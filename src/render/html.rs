//! The frame of pages in one file, which load nothing from a network. `maud` escapes every text that is not `Markup`.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Styles of all pages.
const STYLE: &str = include_str!("coverage/page.css");

/// The parts of a page.
pub(super) struct Page<'a> {
    /// Language of the words.
    pub lang: &'a str,
    /// The title, without the name of the program.
    pub title: &'a str,
    /// The content security policy, if there is one.
    pub policy: Option<&'a str>,
    /// Styles of this page alone.
    pub style: &'a str,
    /// The content.
    pub body: Markup,
    /// The script.
    pub script: &'a str,
}

impl Page<'_> {
    /// The page as text.
    pub fn text(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang=(self.lang) {
                head {
                    meta charset="utf-8";
                    @if let Some(policy) = self.policy {
                        meta http-equiv="Content-Security-Policy" content=(policy);
                    }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " – rulec" }
                    style { (PreEscaped(STYLE)) (PreEscaped(self.style)) }
                }
                body {
                    (self.body)
                    script { (PreEscaped(self.script)) }
                }
            }
        };
        page.into_string() + "\n"
    }
}
