//! The token level: indentation, simple keys, indicators.

use super::chars::{End, Shape};
use super::{Check, Indent, Indented, Kind, Scanner, SimpleKey, Status, Token};

/// The longest simple key yaml-cpp looks back over.
const KEY_LENGTH: usize = 1024;

impl Scanner<'_> {
    /// The next token that is certain.
    pub(super) fn next(&mut self) -> Check<Option<Token>> {
        loop {
            match self.tokens.front() {
                Some(token) if token.status == Status::Valid => return Ok(Some(*token)),
                Some(token) if token.status == Status::Invalid => self.pop(),
                _ if self.ended => return Ok(None),
                _ => self.scan()?,
            }
        }
    }

    pub(super) fn pop(&mut self) {
        if self.tokens.pop_front().is_some() {
            self.serial += 1;
        }
    }

    fn push(&mut self, kind: Kind, at: usize, status: Status) -> usize {
        self.tokens.push_back(Token { kind, at, end: self.at, reset: self.ended, status });
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
            self.drop_keys();
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
            b'\'' | b'"' => {
                self.insert_key();
                self.eat(1);
                let end = if byte == b'"' { End::Double } else { End::Single };
                self.scalar(Shape { end, indent: 0, detect: false, leading: true, tabs: false })?;
                (self.key_allowed, self.json_flow) = (false, true);
                self.push(Kind::Scalar, at, Status::Valid);
            }
            _ if self.plain_here(byte) => {
                let (end, indent) = match self.in_flow() {
                    true => (End::FlowPlain, 0),
                    false => (End::Plain, (self.top() + 1).max(0) as usize),
                };
                self.insert_key();
                self.key_allowed =
                    self.scalar(Shape { end, indent, detect: false, leading: true, tabs: true })?;
                self.json_flow = false;
                self.push(Kind::Scalar, at, Status::Valid);
            }
            _ => return self.fail("unknown token"),
        }
        Ok(())
    }

    /// Blanks, comments and line breaks between tokens.
    fn skip(&mut self) {
        loop {
            while self.blank() {
                if !self.in_flow() && self.peek(0) == Some(b'\t') {
                    self.key_allowed = false;
                }
                self.eat(1);
            }
            if self.peek(0) == Some(b'#') {
                while self.peek(0).is_some() && !self.at_break() {
                    self.eat(1);
                }
            }
            if !self.at_break() {
                return;
            }
            self.eat_break();
            self.drop_key();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn boundary(&mut self) {
        self.pop_indents(true);
        self.drop_keys();
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
        let at = self.at;
        self.eat(1);
        self.push(Kind::Value, at, Status::Valid);
        Ok(())
    }

    /// In a flow mapping a key may stand without a value.
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
        self.eat(1);
        let (mut indent, mut detect) = (1, true);
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
            if let Some(number) = digit(byte) {
                if number == b'0' {
                    return self.fail("cannot set zero indentation for a block scalar");
                }
                (indent, detect) = (usize::from(number - b'0'), false);
            }
        }
        while self.blank() {
            self.eat(1);
        }
        if self.peek(0) == Some(b'#') {
            while self.peek(0).is_some() && !self.at_break() {
                self.eat(1);
            }
        }
        if self.peek(0).is_some() && !self.at_break() {
            return self.fail("unexpected character in block scalar");
        }
        indent += self.top().max(0) as usize;
        self.scalar(Shape { end: End::Never, indent, detect, leading: false, tabs: true })?;
        (self.key_allowed, self.json_flow) = (true, false);
        self.push(Kind::Scalar, at, Status::Valid);
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

    /// Opens a block collection here, if it is one; the serial number of its first token.
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

    fn drop_keys(&mut self) {
        while let Some(key) = self.keys.pop() {
            if key.level == 0 {
                self.settle(key, Status::Invalid);
            }
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
