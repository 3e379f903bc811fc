//! The token level: indentation, simple keys, indicators.

use super::chars::{End, Shape};
use super::decode::{Chomp, Decoder};
use super::{Check, Indent, Indented, Kind, Scalar, Scanner, SimpleKey, Status, Token};
use crate::syntax::yaml::Style;

/// The maximum length of a simple key in yaml-cpp.
const KEY_LENGTH: usize = 1024;

impl Scanner<'_> {
    /// The next token. At the end of the input yaml-cpp also takes tokens that still wait for a simple key.
    pub(super) fn next(&mut self) -> Check<Option<Token>> {
        loop {
            match self.tokens.front() {
                Some(token) if token.status == Status::Valid => return Ok(Some(*token)),
                Some(token) if token.status == Status::Invalid => self.pop(),
                front if self.ended => return Ok(front.copied()),
                _ => self.scan()?,
            }
        }
    }

    pub(super) fn pop(&mut self) {
        if let Some(token) = self.tokens.pop_front() {
            self.serial += 1;
            // Tokens for the start or end of a block collection have no bytes.
            self.behind = if token.at < token.end { token.end } else { self.behind };
        }
    }

    fn push(&mut self, kind: Kind, at: usize, status: Status) -> usize {
        self.tokens.push_back(Token {
            kind,
            at,
            end: self.at,
            reset: self.ended,
            status,
            decoded: usize::MAX,
        });
        self.serial + self.tokens.len() - 1
    }

    fn token(&mut self, serial: usize, status: Status) {
        if let Some(token) = serial.checked_sub(self.serial).and_then(|at| self.tokens.get_mut(at)) {
            token.status = status;
        }
    }

    fn in_flow(&self) -> bool {
        !self.flows.is_empty()
    }

    fn scan(&mut self) -> Check<()> {
        if !self.started {
            self.started = true;
            return Ok(());
        }
        self.skip();
        self.pop_indents(false);
        let Some(byte) = self.peek(0) else {
            self.ended = true;
            self.pop_indents(true);
            self.keys.clear();
            return Ok(());
        };
        let at = self.at;
        match byte {
            b'%' if self.column() == 0 => {
                self.boundary();
                while self.peek(0).is_some() && !self.at_break() {
                    self.eat(1);
                }
                self.push(Kind::Directive, at, Status::Valid);
            }
            b'-' if self.document_marker(b"---") => self.document(Kind::DocStart),
            b'.' if self.document_marker(b"...") => self.document(Kind::DocEnd),
            b'[' | b'{' => {
                self.insert_key();
                (self.key_allowed, self.json_flow) = (true, false);
                self.flows.push(byte == b'[');
                self.eat(1);
                self.push(
                    if byte == b'[' { Kind::FlowSeqStart } else { Kind::FlowMapStart },
                    at,
                    Status::Valid,
                );
            }
            b']' | b'}' => self.flow_end(byte == b']')?,
            b',' => {
                if self.column() == 0 {
                    return self.fail("plain value cannot start with flow indicator character");
                }
                self.scalar_allowed()?;
                self.solo_entry();
                (self.key_allowed, self.json_flow) = (true, false);
                self.eat(1);
                self.push(Kind::FlowEntry, at, Status::Valid);
            }
            b'-' if self.gap(1) => {
                if self.in_flow() || !self.key_allowed {
                    return self.fail("illegal block entry");
                }
                self.indicator(Kind::Entry, Indented::Seq, true);
            }
            b'?' if self.space(1) => {
                if !self.in_flow() && !self.key_allowed {
                    return self.fail("illegal map key");
                }
                let block = !self.in_flow();
                self.indicator(Kind::Key, Indented::Map, block);
            }
            b':' if self.value_here() => self.value()?,
            b'*' | b'&' => self.anchor(byte == b'*')?,
            b'!' => self.tag()?,
            b'|' | b'>' if !self.in_flow() => self.block_scalar()?,
            _ => {
                self.scalar_allowed()?;
                self.flow_scalar(byte)?;
            }
        }
        Ok(())
    }

    /// Fails after a quoted scalar in a block.
    fn scalar_allowed(&self) -> Check<()> {
        if self.scalar_allowed { Ok(()) } else { self.fail("unexpected scalar") }
    }

    /// A quoted or plain scalar.
    fn flow_scalar(&mut self, byte: u8) -> Check<()> {
        let at = self.at;
        let (style, end, indent) = match byte {
            b'"' => (Style::Double, End::Double, 0),
            b'\'' => (Style::Single, End::Single, 0),
            _ if !self.plain_here(byte) => return self.fail("unknown token"),
            _ if self.in_flow() => (Style::Plain, End::FlowPlain, 0),
            _ => (Style::Plain, End::Plain, (self.top() + 1).max(0) as usize),
        };
        self.insert_key();
        let plain = style == Style::Plain;
        let mut text = Decoder::new(style, if plain { Chomp::Strip } else { Chomp::Clip }, at);
        if !plain {
            self.eat(1);
        }
        let mut shape = Shape { end, indent, detect: false, leading: true, tabs: plain };
        let dedented = self.scalar(&mut shape, &mut text)?;
        (self.key_allowed, self.json_flow) = (plain && dedented, !plain);
        if !plain {
            self.scalar_allowed = self.in_flow();
        }
        let end = if plain { text.end } else { self.at };
        self.push_scalar(at..end, style, &shape, text);
        Ok(())
    }

    fn push_scalar(&mut self, range: std::ops::Range<usize>, style: Style, shape: &Shape, text: Decoder) {
        let serial = self.push(Kind::Scalar, range.start, Status::Valid);
        let decoded = self.decoded.len();
        if let Some(token) = serial.checked_sub(self.serial).and_then(|at| self.tokens.get_mut(at)) {
            (token.end, token.decoded) = (range.end, decoded);
        }
        let Some(reading) = &mut self.reading else { return };
        if matches!(style, Style::Single | Style::Double) && !text.closed {
            reading.unclosed = Some(range.start);
        }
        let (first, value) = (range.start, text.finish());
        self.decoded.push(Some(Scalar { range, first, style, value, indent: shape.indent, tagged: false }));
    }

    /// Skips blanks, comments and line breaks between tokens.
    fn skip(&mut self) {
        loop {
            while self.blank() {
                if !self.in_flow() && self.peek(0) == Some(b'\t') {
                    self.key_allowed = false;
                }
                self.eat(1);
            }
            self.comment();
            if !self.at_break() {
                return;
            }
            self.eat_break();
            self.drop_key();
            self.scalar_allowed = true;
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn comment(&mut self) {
        if self.peek(0) != Some(b'#') {
            return;
        }
        let start = self.at;
        while self.peek(0).is_some() && !self.at_break() {
            self.eat(1);
        }
        if let Some(reading) = &mut self.reading {
            reading.comments.push(start..self.at);
        }
    }

    fn boundary(&mut self) {
        self.pop_indents(true);
        self.keys.clear();
        (self.key_allowed, self.json_flow) = (false, false);
    }

    fn document(&mut self, kind: Kind) {
        self.boundary();
        let at = self.at;
        self.eat(3);
        self.push(kind, at, Status::Valid);
    }

    fn indicator(&mut self, kind: Kind, what: Indented, allowed: bool) {
        self.push_indent(what, Status::Valid);
        (self.key_allowed, self.json_flow) = (allowed, self.json_flow && kind == Kind::Key);
        let at = self.at;
        self.eat(1);
        self.push(kind, at, Status::Valid);
    }

    fn value_here(&self) -> bool {
        match self.in_flow() {
            false => self.gap(1),
            true => self.json_flow || self.space(1) || matches!(self.peek(1), Some(b',' | b']' | b'}')),
        }
    }

    fn value(&mut self) -> Check<()> {
        if self.verify_key() {
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return self.fail("illegal map value");
                }
                self.push_indent(Indented::Map, Status::Valid);
            }
            self.key_allowed = !self.in_flow();
        }
        self.json_flow = false;
        self.scalar_allowed = true;
        let at = self.at;
        self.eat(1);
        self.push(Kind::Value, at, Status::Valid);
        Ok(())
    }

    /// Ends an entry of a flow mapping that is a key without a value.
    fn solo_entry(&mut self) {
        match self.flows.last().copied() {
            Some(true) => self.drop_key(),
            Some(false) if self.verify_key() => {
                self.push(Kind::Value, self.at, Status::Valid);
            }
            _ => {}
        }
    }

    fn flow_end(&mut self, seq: bool) -> Check<()> {
        if !self.in_flow() {
            return self.fail("illegal flow end");
        }
        self.solo_entry();
        (self.key_allowed, self.json_flow) = (false, true);
        if self.flows.last() != Some(&seq) {
            return self.fail("illegal flow end");
        }
        self.flows.pop();
        let at = self.at;
        self.eat(1);
        self.push(if seq { Kind::FlowSeqEnd } else { Kind::FlowMapEnd }, at, Status::Valid);
        Ok(())
    }

    fn anchor(&mut self, alias: bool) -> Check<()> {
        self.insert_key();
        (self.key_allowed, self.json_flow) = (false, false);
        let at = self.at;
        self.eat(1);
        while self.peek(0).is_some_and(|byte| !b"[]{},".contains(&byte)) && !self.space(0) {
            self.eat(1);
        }
        if self.at == at + 1 {
            return self.fail(if alias { "alias not found after *" } else { "anchor not found after &" });
        }
        if matches!(self.peek(0), Some(b'[' | b'{')) {
            let what = if alias { "alias" } else { "anchor" };
            return self.fail(&format!("illegal character found while scanning {what}"));
        }
        self.push(if alias { Kind::Alias } else { Kind::Anchor }, at, Status::Valid);
        Ok(())
    }

    fn tag(&mut self) -> Check<()> {
        self.insert_key();
        (self.key_allowed, self.json_flow) = (false, false);
        let at = self.at;
        self.eat(1);
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let part = |byte: u8| word(byte) || b"#;/?:@&=+$_.~*'()%".contains(&byte);
        if self.peek(0) == Some(b'<') {
            self.eat(1);
            while self.peek(0).is_some_and(|byte| part(byte) || b",![]".contains(&byte)) {
                self.eat(1);
            }
            if self.peek(0) != Some(b'>') {
                return self.fail("end of verbatim tag not found");
            }
            self.eat(1);
        } else {
            let mut handle = true;
            while let Some(byte) = self.peek(0).filter(|&byte| part(byte)) {
                handle &= word(byte);
                self.eat(1);
            }
            if self.peek(0) == Some(b'!') {
                if !handle {
                    return self.fail("illegal character found while scanning tag handle");
                }
                self.eat(1);
                let suffix = self.at;
                while self.peek(0).is_some_and(part) {
                    self.eat(1);
                }
                if self.at == suffix {
                    return self.fail("tag handle with no suffix");
                }
            }
        }
        self.push(Kind::Tag, at, Status::Valid);
        Ok(())
    }

    fn block_scalar(&mut self) -> Check<()> {
        let at = self.at;
        let style = if self.peek(0) == Some(b'>') { Style::Folded } else { Style::Literal };
        self.eat(1);
        let (mut indent, mut detect, mut chomp) = (1, true, Chomp::Clip);
        let is_chomp = |byte: Option<u8>| matches!(byte, Some(b'+' | b'-'));
        let digit = |byte: Option<u8>| byte.filter(u8::is_ascii_digit);
        let pair = is_chomp(self.peek(0)) != is_chomp(self.peek(1));
        let both = pair && (digit(self.peek(0)).is_some() || digit(self.peek(1)).is_some());
        for _ in 0..if both { 2 } else { 1 } {
            let byte = self.peek(0);
            if !is_chomp(byte) && digit(byte).is_none() {
                break;
            }
            self.eat(1);
            match digit(byte) {
                Some(b'0') => return self.fail("cannot set zero indentation for a block scalar"),
                Some(number) => (indent, detect) = (usize::from(number - b'0'), false),
                None => chomp = if byte == Some(b'+') { Chomp::Keep } else { Chomp::Strip },
            }
        }
        let mut text = Decoder::new(style, chomp, self.at);
        while self.blank() {
            self.eat(1);
        }
        self.comment();
        if self.peek(0).is_some() && !self.at_break() {
            return self.fail("unexpected character in block scalar");
        }
        indent += self.top().max(0) as usize;
        let mut shape = Shape { end: End::Never, indent, detect, leading: false, tabs: true };
        self.scalar(&mut shape, &mut text)?;
        (self.key_allowed, self.json_flow) = (true, false);
        self.push_scalar(at..text.end, style, &shape, text);
        Ok(())
    }

    fn plain_here(&self, byte: u8) -> bool {
        match byte {
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' => false,
            b'@' | b'`' => false,
            b'?' => !self.in_flow() && !self.gap(1),
            b'-' | b':' if self.in_flow() => !self.gap(1) || matches!(self.peek(1), Some(b'\n' | b'\r')),
            b'-' | b':' => !self.gap(1),
            _ => true,
        }
    }

    fn top(&self) -> isize {
        self.indents.last().map_or(0, |indent| indent.column)
    }

    /// Opens a block collection at the cursor, if one begins there; returns the serial number of its first token.
    fn push_indent(&mut self, what: Indented, status: Status) -> Option<usize> {
        let column = self.column() as isize;
        let last = self.indents.last()?;
        let beside = what == Indented::Seq && last.what == Indented::Map;
        if self.in_flow() || column < last.column || (column == last.column && !beside) {
            return None;
        }
        let kind = if what == Indented::Seq { Kind::SeqStart } else { Kind::MapStart };
        let serial = self.push(kind, self.at, status);
        self.indents.push(Indent { column, what, status });
        Some(serial)
    }

    fn pop_indents(&mut self, all: bool) {
        if self.in_flow() {
            return;
        }
        let entry = self.peek(0) == Some(b'-') && self.gap(1);
        // The end of the input counts as a new line.
        let column = if self.ended { 0 } else { self.column() as isize };
        while let Some(&indent) = self.indents.last() {
            let stays = indent.column < column
                || (indent.column == column && (entry || indent.what != Indented::Seq));
            if indent.what == Indented::Nothing || (!all && stays) {
                break;
            }
            self.pop_indent(indent);
        }
        while let Some(&indent) = self.indents.last().filter(|indent| indent.status == Status::Invalid) {
            self.pop_indent(indent);
        }
    }

    fn pop_indent(&mut self, indent: Indent) {
        self.indents.pop();
        if indent.status != Status::Valid {
            self.drop_key();
            return;
        }
        let kind = if indent.what == Indented::Seq { Kind::SeqEnd } else { Kind::MapEnd };
        self.push(kind, self.at, Status::Valid);
    }

    fn insert_key(&mut self) {
        let level = self.flows.len();
        if !self.key_allowed || self.keys.last().is_some_and(|key| key.level == level) {
            return;
        }
        let start = if level == 0 { self.push_indent(Indented::Map, Status::Unknown) } else { None };
        let indent = start.map(|_| self.indents.len() - 1);
        let key = self.push(Kind::Key, self.at, Status::Unknown);
        self.keys.push(SimpleKey { at: self.at, line: self.line, level, indent, start, key });
    }

    fn settle(&mut self, key: SimpleKey, status: Status) {
        if let Some(indent) =
            key.indent.and_then(|at| self.indents.get_mut(at)).filter(|i| i.status == Status::Unknown)
        {
            indent.status = status;
        }
        if let Some(start) = key.start {
            self.token(start, status);
        }
        self.token(key.key, status);
    }

    fn drop_key(&mut self) {
        if let Some(key) = self.keys.pop_if(|key| key.level == self.flows.len()) {
            self.settle(key, Status::Invalid);
        }
    }

    fn verify_key(&mut self) -> bool {
        let level = self.flows.len();
        let Some(key) = self.keys.pop_if(|key| key.level == level) else { return false };
        let valid = key.line == self.line && self.at - key.at <= KEY_LENGTH;
        self.settle(key, if valid { Status::Valid } else { Status::Invalid });
        valid
    }
}
