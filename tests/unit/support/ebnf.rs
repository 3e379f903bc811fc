//! The notation of the files under grammar/: read, matched against text, and turned into random sentences.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What a rule is made of.
#[derive(Debug, Clone)]
pub enum Node {
    Literal(String),
    /// Ranges, and whether a character must be in one of them or in none.
    Class(Vec<(char, char)>, bool),
    Rule(usize),
    Sequence(Vec<Node>),
    /// The number tells the choices of a grammar apart.
    Choice(Vec<Node>, usize),
    /// At least, at most.
    Repeat(Box<Node>, usize, usize),
    /// Goes on only if it matches, or only if it does not.
    Ahead(Box<Node>, bool),
}

/// A grammar: its rules by number, the first is where to begin.
#[derive(Debug, Default)]
pub struct Grammar {
    pub names: Vec<String>,
    pub rules: Vec<Node>,
    pub choices: usize,
    heights: Vec<usize>,
}

/// Small random numbers, the same every time.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

impl Grammar {
    /// Reads one or more files; rules of the first come first.
    pub fn read(files: &[&str]) -> Grammar {
        let mut grammar = Grammar::default();
        let mut found: BTreeMap<String, Node> = BTreeMap::new();
        for text in files {
            let mut reader = Reader { rest: text, grammar: &mut grammar };
            reader.space();
            while !reader.rest.is_empty() {
                let name = reader.name().unwrap_or_else(|| panic!("a rule expected at {:.40}", reader.rest));
                assert!(reader.eat("::="), "`::=` expected after {name}");
                reader.grammar.number(&name);
                let node = reader.choice();
                assert!(found.insert(name.clone(), node).is_none(), "{name} is defined twice");
            }
        }
        let rule = |name: &String| found.remove(name).unwrap_or_else(|| panic!("{name} is not defined"));
        grammar.rules = grammar.names.iter().map(rule).collect();
        grammar.measure();
        grammar
    }

    /// The literals of a rule in order, however nested.
    pub fn words(&self, name: &str) -> Vec<String> {
        fn collect(node: &Node, words: &mut Vec<String>) {
            match node {
                Node::Literal(text) => words.push(text.clone()),
                Node::Sequence(parts) | Node::Choice(parts, _) => {
                    parts.iter().for_each(|part| collect(part, words));
                }
                _ => {}
            }
        }
        let mut words = Vec::new();
        collect(&self.rules[self.index(name)], &mut words);
        words
    }

    /// Number of a rule.
    pub fn index(&self, name: &str) -> usize {
        self.names.iter().position(|other| other == name).unwrap_or_else(|| panic!("no rule {name}"))
    }

    fn number(&mut self, name: &str) -> usize {
        self.names.iter().position(|other| other == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// How deep the shortest sentence of each rule is.
    fn measure(&mut self) {
        self.heights = vec![usize::MAX; self.rules.len()];
        loop {
            let new: Vec<usize> = self.rules.iter().map(|rule| self.height(rule).saturating_add(1)).collect();
            if new == self.heights {
                break;
            }
            self.heights = new;
        }
        for (name, height) in self.names.iter().zip(&self.heights) {
            assert!(*height < usize::MAX, "{name} has no end");
        }
    }

    fn height(&self, node: &Node) -> usize {
        match node {
            Node::Literal(_) | Node::Class(..) | Node::Ahead(..) | Node::Repeat(_, 0, _) => 0,
            Node::Rule(rule) => self.heights[*rule],
            Node::Repeat(inner, ..) => self.height(inner),
            Node::Sequence(parts) => parts.iter().map(|part| self.height(part)).max().unwrap_or(0),
            Node::Choice(parts, _) => parts.iter().map(|part| self.height(part)).min().unwrap_or(0),
        }
    }
}

struct Reader<'t, 'g> {
    rest: &'t str,
    grammar: &'g mut Grammar,
}

impl Reader<'_, '_> {
    fn space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix("/*") else { return };
            self.rest = &comment[comment.find("*/").expect("a comment ends") + 2..];
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest;
        self.space();
        true
    }

    fn name(&mut self) -> Option<String> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        let name = self.rest[..end].to_owned();
        if name.is_empty() {
            return None;
        }
        self.rest = &self.rest[end..];
        self.space();
        Some(name)
    }

    fn choice(&mut self) -> Node {
        let mut parts = vec![self.sequence()];
        while self.eat("|") {
            parts.push(self.sequence());
        }
        if parts.len() == 1 {
            return parts.remove(0);
        }
        self.grammar.choices += 1;
        Node::Choice(parts, self.grammar.choices - 1)
    }

    fn sequence(&mut self) -> Node {
        let mut parts = Vec::new();
        while let Some(part) = self.part() {
            parts.push(part);
        }
        if parts.len() == 1 { parts.remove(0) } else { Node::Sequence(parts) }
    }

    fn part(&mut self) -> Option<Node> {
        for (sign, wanted) in [("&", true), ("!", false)] {
            if self.eat(sign) {
                return Some(Node::Ahead(Box::new(self.part().expect("something to look for")), wanted));
            }
        }
        let node = self.atom()?;
        let (least, most) = match self.rest.chars().next() {
            Some('?') => (0, 1),
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            _ => {
                self.space();
                return Some(node);
            }
        };
        self.rest = &self.rest[1..];
        self.space();
        Some(Node::Repeat(Box::new(node), least, most))
    }

    fn atom(&mut self) -> Option<Node> {
        let first = self.rest.chars().next()?;
        match first {
            '"' | '\'' => {
                let end = self.rest[1..].find(first).expect("a literal ends") + 1;
                let literal = self.rest[1..end].to_owned();
                self.rest = &self.rest[end + 1..];
                Some(Node::Literal(literal))
            }
            '[' => Some(self.class()),
            '#' => {
                let c = self.char();
                Some(Node::Class(vec![(c, c)], true))
            }
            '(' => {
                self.eat("(");
                let inner = self.choice();
                assert!(self.rest.starts_with(')'), "`)` expected at {:.40}", self.rest);
                self.rest = &self.rest[1..];
                Some(inner)
            }
            _ => {
                let text = self.rest;
                let name = self.name()?;
                if self.rest.starts_with("::=") {
                    self.rest = text;
                    return None;
                }
                // A suffix stands right behind its name; `name` has skipped the space behind it.
                let after = text.as_bytes().get(name.len());
                if !matches!(after, Some(b'?' | b'*' | b'+')) {
                    return Some(Node::Rule(self.grammar.number(&name)));
                }
                self.rest = &text[name.len()..];
                Some(Node::Rule(self.grammar.number(&name)))
            }
        }
    }

    fn class(&mut self) -> Node {
        self.rest = &self.rest[1..];
        let wanted = !self.rest.starts_with('^');
        self.rest = self.rest.strip_prefix('^').unwrap_or(self.rest);
        let mut ranges = Vec::new();
        while !self.rest.starts_with(']') {
            let start = self.char();
            let mut end = start;
            if let Some(rest) = self.rest.strip_prefix('-') {
                self.rest = rest;
                end = self.char();
            }
            ranges.push((start, end));
        }
        self.rest = &self.rest[1..];
        Node::Class(ranges, wanted)
    }

    fn char(&mut self) -> char {
        if let Some(rest) = self.rest.strip_prefix("#x") {
            let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
            self.rest = &rest[end..];
            return char::from_u32(u32::from_str_radix(&rest[..end], 16).unwrap()).unwrap();
        }
        let c = self.rest.chars().next().expect("a class ends");
        self.rest = &self.rest[c.len_utf8()..];
        c
    }
}

/// Matches text against a grammar: choices in order, nothing tried twice.
pub struct Matcher<'g, 't> {
    grammar: &'g Grammar,
    text: &'t str,
    seen: FxHashMap<(usize, usize), Option<usize>>,
}

impl<'g, 't> Matcher<'g, 't> {
    /// True if the whole text is a sentence of the grammar's first rule.
    pub fn accepts(grammar: &'g Grammar, text: &'t str) -> bool {
        Matcher::covers(grammar, 0, text)
    }

    /// True if a rule takes the whole text.
    pub fn covers(grammar: &'g Grammar, rule: usize, text: &'t str) -> bool {
        let mut matcher = Matcher { grammar, text, seen: FxHashMap::default() };
        matcher.rule(rule, 0) == Some(text.len())
    }

    fn rule(&mut self, rule: usize, at: usize) -> Option<usize> {
        if let Some(&known) = self.seen.get(&(rule, at)) {
            return known;
        }
        let grammar = self.grammar;
        let end = self.node(&grammar.rules[rule], at);
        self.seen.insert((rule, at), end);
        end
    }

    fn node(&mut self, node: &Node, at: usize) -> Option<usize> {
        match node {
            Node::Literal(text) => self.text[at..].starts_with(text.as_str()).then(|| at + text.len()),
            Node::Class(ranges, wanted) => {
                let c = self.text[at..].chars().next()?;
                let is_in = ranges.iter().any(|&(start, end)| start <= c && c <= end);
                (is_in == *wanted).then(|| at + c.len_utf8())
            }
            Node::Rule(rule) => self.rule(*rule, at),
            Node::Sequence(parts) => parts.iter().try_fold(at, |at, part| self.node(part, at)),
            Node::Choice(parts, _) => parts.iter().find_map(|part| self.node(part, at)),
            Node::Repeat(inner, least, most) => {
                let (mut at, mut count) = (at, 0);
                while count < *most
                    && let Some(next) = self.node(inner, at)
                {
                    count += 1;
                    if next == at {
                        break;
                    }
                    at = next;
                }
                (count >= *least).then_some(at)
            }
            Node::Ahead(inner, wanted) => (self.node(inner, at).is_some() == *wanted).then_some(at),
        }
    }
}

/// Makes random sentences of a grammar.
pub struct Generator<'g> {
    grammar: &'g Grammar,
    pub random: Random,
    /// Which alternatives of which choices were taken in some sentence.
    pub taken: BTreeMap<(usize, usize), usize>,
    room: isize,
}

/// What an unlikely character is drawn from.
const ODD: &[char] = &[
    '\u{0}', '\u{8}', '\t', '\n', '\u{b}', '\u{c}', '\r', ' ', '!', '"', '#', '$', '%', '&', '\'', '(', ')',
    '*', '+', ',', '-', '.', '/', ':', ';', '<', '=', '>', '?', '@', '[', '\\', ']', '^', '_', '`', '{', '|',
    '}', '~', '\u{7f}', '\u{85}', '\u{a0}', 'é', '€', '\u{2028}', '𝄞',
];

impl<'g> Generator<'g> {
    pub fn new(grammar: &'g Grammar, seed: u64) -> Generator<'g> {
        Generator { grammar, random: Random(seed), taken: BTreeMap::new(), room: 0 }
    }

    /// A sentence of the grammar's first rule. What was put together from the rules, but is read otherwise by
    /// them (`x.y = a` and `and` make `x.y = aand`), is no sentence: another try is made.
    pub fn sentence(&mut self, depth: usize) -> String {
        loop {
            self.room = 400;
            if let Some(text) = self.rule(0, depth) {
                return text;
            }
        }
    }

    fn rule(&mut self, rule: usize, depth: usize) -> Option<String> {
        let grammar = self.grammar;
        for _ in 0..12 {
            let mut text = String::new();
            let depth = depth.saturating_sub(1);
            if self.node(&grammar.rules[rule], depth, &mut text).is_some()
                && Matcher::covers(grammar, rule, &text)
            {
                return Some(text);
            }
        }
        None
    }

    fn node(&mut self, node: &Node, depth: usize, out: &mut String) -> Option<()> {
        match node {
            Node::Literal(text) => out.push_str(text),
            Node::Class(ranges, wanted) => out.push(self.char(ranges, *wanted)),
            Node::Rule(rule) => {
                let text = self.rule(*rule, depth)?;
                self.room -= text.len() as isize;
                out.push_str(&text);
            }
            Node::Sequence(parts) => {
                for part in parts {
                    self.node(part, depth, out)?;
                }
            }
            Node::Choice(parts, choice) => {
                let heights: Vec<usize> = parts.iter().map(|part| self.grammar.height(part)).collect();
                let low = heights.iter().copied().min().unwrap_or(0);
                // Without room any longer, only what ends soonest.
                let limit = if self.room < 0 { low } else { depth.max(low) };
                let open: Vec<usize> = (0..parts.len()).filter(|&at| heights[at] <= limit).collect();
                let at = open[self.random.below(open.len())];
                self.node(&parts[at], depth, out)?;
                *self.taken.entry((*choice, at)).or_default() += 1;
            }
            Node::Repeat(inner, least, most) => {
                let mut count = 0;
                let possible = self.grammar.height(inner) <= depth && self.room > 0;
                while count < *least || (count < *most && possible && self.random.below(5) < 2) {
                    self.node(inner, depth, out)?;
                    count += 1;
                }
            }
            Node::Ahead(..) => {}
        }
        Some(())
    }

    fn char(&mut self, ranges: &[(char, char)], wanted: bool) -> char {
        let is_in = |c: char| ranges.iter().any(|&(start, end)| start <= c && c <= end) == wanted;
        if wanted {
            let (start, end) = ranges[self.random.below(ranges.len())];
            let code = start as u32 + self.random.below((end as usize) - (start as usize) + 1) as u32;
            return char::from_u32(code).unwrap_or(start);
        }
        loop {
            let c = match self.random.below(4) {
                0 => ODD[self.random.below(ODD.len())],
                _ => char::from(b'a' + self.random.below(26) as u8),
            };
            if is_in(c) {
                return c;
            }
        }
    }
}

/// A text with a few small changes.
pub fn mutated(text: &str, random: &mut Random) -> String {
    const WORDS: &[&str] = &[
        " and ", " or ", "not ", "not(", "and(", "or(", "(", ")", " ", "exists", " in ", " = ", ",", "\"",
        "'", "\\", "[", "]", "oneof ", "anyof (", "val(", "tolower(", "\"\\q\"", "x.y", "1e5", "%", "*",
        "\u{8}", "()",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(chars.len() + 1);
        let len = random.below(6).min(chars.len() - at);
        match random.below(6) {
            0 => drop(chars.drain(at..at + len)),
            1 if at < chars.len() => drop(chars.remove(at)),
            2 => chars.truncate(at),
            3 => {
                let copy: Vec<char> = chars[at..at + len].to_vec();
                let to = random.below(chars.len() + 1);
                chars.splice(to..to, copy);
            }
            4 => chars.insert(at, ODD[random.below(ODD.len())]),
            _ => drop(chars.splice(at..at, WORDS[random.below(WORDS.len())].chars())),
        }
    }
    chars.into_iter().collect()
}
