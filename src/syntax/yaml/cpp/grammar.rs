//! The grammar level: which token may follow which.

use super::{Check, Collection, Event, Kind, Scalar, Scanner, Token};
use crate::syntax::yaml::{Style, is_null};

/// yaml-cpp gives up at this depth, scalars counted.
const DEPTH: usize = 500;

impl Scanner<'_> {
    /// Reads all documents up to the first empty one, where yaml-cpp stops.
    pub(super) fn stream(&mut self) -> Check<()> {
        loop {
            while self.next()?.is_some_and(|token| token.kind == Kind::Directive) {
                self.pop();
            }
            let Some(first) = self.next()? else { return Ok(()) };
            self.anchors.clear();
            self.emit(|| Event::Document);
            if first.kind == Kind::DocStart {
                self.pop();
            }
            let is_null = self.node()?;
            self.emit(|| Event::DocumentEnd);
            while self.next()?.is_some_and(|token| token.kind == Kind::DocEnd) {
                self.pop();
            }
            if is_null {
                let rest = self.next()?.map(|token| token.at);
                if let Some(reading) = &mut self.reading {
                    reading.unread = rest;
                }
                return Ok(());
            }
        }
    }

    fn emit(&mut self, event: impl FnOnce() -> Event) {
        if let Some(reading) = &mut self.reading {
            reading.events.push(event());
        }
    }

    /// Adds an empty node after the last token.
    fn null(&mut self) {
        let behind = self.behind;
        self.emit(|| Event::Null(behind));
    }

    fn token_error<T>(&self, token: Token, text: &str) -> Check<T> {
        self.fail_at(token.at, text).map_err(|mut seen| {
            seen.reset = token.reset;
            seen
        })
    }

    /// The next token; its absence is an error.
    fn need(&mut self, missing: &str) -> Check<Token> {
        match self.next()? {
            Some(token) => Ok(token),
            None => self.fail(missing),
        }
    }

    /// Reads one node; true if it is null.
    fn node(&mut self) -> Check<bool> {
        self.depth += 1;
        if self.depth >= DEPTH {
            return self.fail("bad file");
        }
        let result = self.node_within();
        self.depth -= 1;
        result
    }

    fn node_within(&mut self) -> Check<bool> {
        let Some(token) = self.next()? else {
            self.null();
            return Ok(true);
        };
        match token.kind {
            Kind::Value => {
                self.open(true, true, token.at);
                self.compact(false)?;
                return Ok(false);
            }
            Kind::Alias => {
                let name = self.name(token);
                if !self.anchors.contains(name) {
                    return self.token_error(token, &format!("the referenced anchor is not defined: {name}"));
                }
                self.pop();
                self.emit(|| Event::Alias(token.at..token.end));
                return Ok(false);
            }
            _ => {}
        }
        let first = token.at;
        let (mut tagged, mut anchored) = (false, false);
        while let Some(token) = self.next()? {
            match token.kind {
                Kind::Tag if tagged => {
                    return self.token_error(token, "cannot assign multiple tags to the same node");
                }
                Kind::Anchor if anchored => {
                    return self.token_error(token, "cannot assign multiple anchors to the same node");
                }
                Kind::Tag => tagged = true,
                Kind::Anchor => {
                    anchored = true;
                    let name = self.name(token);
                    self.anchors.insert(name);
                    self.emit(|| Event::Anchor(name.to_owned()));
                }
                _ => return self.content(token, first, tagged),
            }
            self.pop();
        }
        self.null();
        Ok(true)
    }

    /// Reads the content after the properties of a node that begins at `first`; true if it is null.
    fn content(&mut self, token: Token, first: usize, tagged: bool) -> Check<bool> {
        match token.kind {
            Kind::Scalar => {
                self.pop();
                return Ok(self.scalar_node(token, first, tagged));
            }
            Kind::SeqStart => self.block_seq(first)?,
            Kind::MapStart => self.block_map(first)?,
            Kind::FlowSeqStart => self.flow_seq(first)?,
            Kind::FlowMapStart => self.flow_map(first)?,
            Kind::Key if self.stack.last() == Some(&Collection::FlowSeq) => {
                self.open(true, true, first);
                self.compact(true)?;
            }
            _ if tagged => {
                let (range, style) = (self.behind..self.behind, Style::Plain);
                self.emit(|| {
                    Event::Scalar(Scalar { range, first, style, value: String::new(), indent: 0, tagged })
                });
            }
            _ => {
                self.null();
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds a scalar; true if it is null.
    fn scalar_node(&mut self, token: Token, first: usize, tagged: bool) -> bool {
        if let Some(scalar) = self.decoded.get_mut(token.decoded).and_then(Option::take) {
            self.emit(|| Event::Scalar(Scalar { first, tagged, ..scalar }));
        }
        // A null is plain and on one line, so its text is its source.
        !tagged && is_null(self.text.get(token.at..token.end).unwrap_or_default())
    }

    fn open(&mut self, map: bool, flow: bool, first: usize) {
        self.emit(|| Event::Open { map, flow, first });
    }

    fn close(&mut self) {
        let end = self.behind;
        self.emit(|| Event::Close { end });
    }

    fn block_seq(&mut self, first: usize) -> Check<()> {
        const END: &str = "end of sequence not found";
        self.open(false, false, first);
        self.pop();
        self.stack.push(Collection::Block);
        loop {
            let token = self.need(END)?;
            if !matches!(token.kind, Kind::Entry | Kind::SeqEnd) {
                return self.token_error(token, END);
            }
            self.pop();
            if token.kind == Kind::SeqEnd {
                break;
            }
            if self.next()?.is_some_and(|next| matches!(next.kind, Kind::Entry | Kind::SeqEnd)) {
                self.null();
            } else {
                self.node()?;
            }
        }
        self.stack.pop();
        self.close();
        Ok(())
    }

    fn block_map(&mut self, first: usize) -> Check<()> {
        const END: &str = "end of map not found";
        self.open(true, false, first);
        self.pop();
        self.stack.push(Collection::Block);
        loop {
            let token = self.need(END)?;
            match token.kind {
                Kind::MapEnd => {
                    self.pop();
                    break;
                }
                Kind::Key => {
                    self.pop();
                    self.node()?;
                }
                Kind::Value => self.null(),
                _ => return self.token_error(token, END),
            }
            self.optional_value()?;
        }
        self.stack.pop();
        self.close();
        Ok(())
    }

    fn flow_seq(&mut self, first: usize) -> Check<()> {
        const END: &str = "end of sequence flow not found";
        self.open(false, true, first);
        self.pop();
        self.stack.push(Collection::FlowSeq);
        while self.need(END)?.kind != Kind::FlowSeqEnd {
            self.node()?;
            let token = self.need(END)?;
            match token.kind {
                Kind::FlowEntry => self.pop(),
                Kind::FlowSeqEnd => {}
                _ => return self.token_error(token, END),
            }
        }
        self.pop();
        self.stack.pop();
        self.close();
        Ok(())
    }

    fn flow_map(&mut self, first: usize) -> Check<()> {
        const END: &str = "end of map flow not found";
        self.open(true, true, first);
        self.pop();
        self.stack.push(Collection::FlowMap);
        loop {
            let token = self.need(END)?;
            match token.kind {
                Kind::FlowMapEnd => break,
                Kind::Key => {
                    self.pop();
                    self.node()?;
                }
                _ => self.null(),
            }
            self.optional_value()?;
            let token = self.need(END)?;
            match token.kind {
                Kind::FlowEntry => self.pop(),
                Kind::FlowMapEnd => {}
                _ => return self.token_error(token, END),
            }
        }
        self.pop();
        self.stack.pop();
        self.close();
        Ok(())
    }

    /// Reads one pair inside a flow sequence, with its key or without.
    fn compact(&mut self, key: bool) -> Check<()> {
        self.stack.push(Collection::Compact);
        self.pop();
        if key {
            self.node()?;
            self.optional_value()?;
        } else {
            self.null();
            self.node()?;
        }
        self.stack.pop();
        self.close();
        Ok(())
    }

    fn optional_value(&mut self) -> Check<()> {
        if self.next()?.is_some_and(|token| token.kind == Kind::Value) {
            self.pop();
            self.node()?;
        } else {
            self.null();
        }
        Ok(())
    }
}

impl<'a> Scanner<'a> {
    /// The name of an anchor or alias token.
    fn name(&self, token: Token) -> &'a str {
        self.text.get(token.at + 1..token.end).unwrap_or_default()
    }
}
