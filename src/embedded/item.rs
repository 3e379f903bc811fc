//! Items of Sysdig's formats outside of rules files: each is written as one YAML item, in an order that Falco can
//! read.

use super::unresolved;
use super::writer::HostTextWriter;
use crate::diag::Diagnostic;
use crate::source::{FileId, Run, SourceFile, Span};
use crate::syntax::items::ItemKind;
use rustc_hash::FxHashMap;

/// A text of the host file, with the position of each byte.
#[derive(Clone, Debug, Default)]
pub struct HostText {
    /// The text.
    pub value: String,
    /// Where its bytes stand; empty for a text that only represents one.
    pub runs: Vec<Run>,
    /// Start of the text, its quotes included.
    pub start: u32,
    /// End of the text, its quotes included.
    pub end: u32,
}

impl HostText {
    /// An empty text at the position of another.
    fn at(other: &HostText) -> HostText {
        HostText { start: other.start, end: other.end, ..HostText::default() }
    }
}

/// A value of an exception.
#[derive(Clone, Debug)]
pub enum Tree {
    /// A text.
    Text(HostText),
    /// A list.
    List(Vec<Tree>),
    /// JSON, unchanged.
    Json(HostText),
}

/// An exception of a rule.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Name.
    pub name: HostText,
    /// `fields`, `comps` and `values`, if present.
    pub keys: Vec<(&'static str, Tree)>,
}

/// A rule, macro or list.
#[derive(Clone, Debug)]
pub struct EmbeddedItem {
    /// Rule, macro or list.
    pub kind: ItemKind,
    /// The host file.
    pub file: FileId,
    /// The name of the host file, to show.
    pub shown: String,
    /// Name.
    pub name: HostText,
    /// `desc`, `condition`, `output`, `priority` and `source`, if present.
    pub texts: Vec<(&'static str, HostText)>,
    /// `tags` of a rule, `items` of a list.
    pub list: Option<Vec<HostText>>,
    /// Exceptions of a rule.
    pub exceptions: Vec<Exception>,
    /// True if it appends to another item of the same name.
    pub append: bool,
    /// `# rulec:` comments before it.
    pub comments: Vec<HostText>,
    /// The findings about values that are not known.
    pub is_hole: bool,
}

impl EmbeddedItem {
    /// The item with the keys that Sysdig adds to a rule. Falco reports any other missing key.
    pub fn complete(mut self) -> EmbeddedItem {
        if self.kind != ItemKind::Rule || self.append {
            return self;
        }
        let stand_in = |value: &str| HostText { value: value.to_owned(), ..HostText::at(&self.name) };
        let missing = [("desc", stand_in("-")), ("priority", stand_in("WARNING"))];
        for (at, (key, text)) in [0, 3].into_iter().zip(missing) {
            if self.text(key).is_none() {
                self.texts.insert(at.min(self.texts.len()), (key, text));
            }
        }
        self
    }

    /// The text of a key.
    pub fn text(&self, key: &str) -> Option<&HostText> {
        self.texts.iter().find(|(known, _)| *known == key).map(|(_, text)| text)
    }

    /// The span of a text.
    pub fn place(&self, text: &HostText) -> Span {
        Span::new(self.file, text.start as usize, text.end as usize)
    }

    /// The words of its condition and its own elements: all names it may depend on.
    pub fn words(&self) -> impl Iterator<Item = (&str, Span)> {
        let condition = self.text("condition").into_iter().flat_map(|condition| {
            words(&condition.value).map(|(at, word)| (word, self.span_of(condition, at, at + word.len())))
        });
        let items = self.list.iter().flatten().map(|item| (item.value.as_str(), self.place(item)));
        condition.chain(items.filter(|_| self.kind == ItemKind::List))
    }

    /// The span of a part of a text.
    pub fn span_of(&self, text: &HostText, start: usize, end: usize) -> Span {
        let origin = crate::source::Origin {
            file: self.file,
            runs: text.runs.clone(),
            edits: crate::source::Edits::None,
            is_item: true,
        };
        origin.outward(start..end)
    }

    /// The item as a rules file.
    pub fn file(&self) -> SourceFile {
        let mut out = HostTextWriter::default();
        let whole = (self.name.start, self.name.end);
        for comment in &self.comments {
            out.plain(comment);
            out.made("\n", whole);
        }
        out.made(&format!("- {}: ", self.kind.key()), whole);
        out.quoted(&self.name);
        out.made("\n", whole);
        for (key, text) in &self.texts {
            out.made(&format!("  {key}: "), (text.start, text.start));
            // Sysdig's own spelling of these keys is no reason for a finding.
            match *key {
                "priority" => out.quoted_as(&text.value.to_ascii_uppercase(), text),
                "source" if text.value == "awscloudtrail" => out.quoted_as("aws_cloudtrail", text),
                _ => out.quoted(text),
            }
            out.made("\n", (text.end, text.end));
        }
        if let Some(list) = &self.list {
            let key = if self.kind == ItemKind::List { "items" } else { "tags" };
            out.made(&format!("  {key}: "), whole);
            out.list(list.iter(), whole, HostTextWriter::quoted);
            out.made("\n", whole);
        }
        if !self.exceptions.is_empty() {
            out.made("  exceptions:\n", whole);
        }
        for exception in &self.exceptions {
            let place = (exception.name.start, exception.name.end);
            out.made("    - name: ", place);
            out.quoted(&exception.name);
            out.made("\n", place);
            for (key, tree) in &exception.keys {
                out.made(&format!("      {key}: "), place);
                out.tree(tree, place);
                out.made("\n", place);
            }
        }
        if self.append {
            let keys: Vec<&str> = ["condition", "exceptions", "items"]
                .into_iter()
                .filter(|key| match *key {
                    "condition" => self.text(key).is_some(),
                    "exceptions" => !self.exceptions.is_empty(),
                    _ => self.kind == ItemKind::List,
                })
                .collect();
            out.made("  override:\n", whole);
            keys.iter().for_each(|key| out.made(&format!("    {key}: append\n"), whole));
        }
        out.file(&self.shown, self.file)
    }
}

/// The names in a condition.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut at = 0;
    text.split(move |c: char| !part(c)).filter_map(move |word| {
        let start = at;
        // Every separator is searched for again, since it may be longer than one byte.
        at = start + word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

/// Writes the items as rules files, each after those it depends on. Also returns findings about items that had to be
/// left out. `is_elsewhere` reports whether another file may define a name.
pub fn files(
    mut items: Vec<EmbeddedItem>,
    is_elsewhere: impl Fn(&str) -> bool,
) -> (Vec<SourceFile>, Vec<Diagnostic>) {
    let left_out = unresolved::leave_out(&mut items, &is_elsewhere);
    (ordered(&items).into_iter().map(|at| items[at].file()).collect(), left_out)
}

/// Orders lists, macros, then rules; each after those of its kind that it contains, appends after their targets.
fn ordered(items: &[EmbeddedItem]) -> Vec<usize> {
    let mut by_name: FxHashMap<(ItemKind, &str), Vec<usize>> = FxHashMap::default();
    for (at, item) in items.iter().enumerate() {
        by_name.entry((item.kind, &item.name.value)).or_default().push(at);
    }
    let stage = |item: &EmbeddedItem| match item.kind {
        ItemKind::List => 0,
        ItemKind::Macro => 1,
        _ => 2,
    };
    let mut roots: Vec<usize> = (0..items.len()).collect();
    roots.sort_by_key(|&at| (stage(&items[at]), items[at].append));
    let (mut done, mut begun) = (Vec::with_capacity(items.len()), vec![false; items.len()]);
    for root in roots {
        // Depth first without recursion: an item is finished when it is popped the second time.
        let mut open = vec![(root, false)];
        while let Some((at, is_back)) = open.pop() {
            if is_back {
                done.push(at);
                continue;
            }
            if std::mem::replace(&mut begun[at], true) {
                continue;
            }
            open.push((at, true));
            let item = &items[at];
            if item.kind == ItemKind::Rule {
                continue;
            }
            for (word, _) in item.words() {
                let named = by_name.get(&(item.kind, word)).into_iter().flatten();
                open.extend(named.filter(|&&other| !begun[other]).map(|&other| (other, false)));
            }
        }
    }
    done
}
