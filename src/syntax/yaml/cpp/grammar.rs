//! The grammar level: which token may follow which.

use super::{Check, Collection, Kind, Scanner, Token};

/// yaml-cpp gives up at this depth, scalars counted.
const DEPTH: usize = 500;

impl Scanner<'_> {
    /// All documents.
    pub(super) fn stream(&mut self) -> Check<()> {
        loop {
            while self.next()?.is_some_and(|token| token.kind == Kind::Directive) {
                self.pop();
            }
            let Some(first) = self.next()? else { return Ok(()) };
            let before = self.serial;
            self.anchors.clear();
            if first.kind == Kind::DocStart {
                self.pop();
            }
            self.node()?;
            while self.next()?.is_some_and(|token| token.kind == Kind::DocEnd) {
                self.pop();
            }
            // yaml-cpp would go on for ever.
            if self.serial == before {
                return self.token_error(first, "unexpected token after end of document");
            }
        }
    }

    fn token_error<T>(&self, token: Token, text: &str) -> Check<T> {
        self.fail_at(token.at, text).map_err(|mut seen| {
            seen.reset = token.reset;
            seen
        })
    }

    /// The next token, which must be there.
    fn need(&mut self, missing: &str) -> Check<Token> {
        match self.next()? {
            Some(token) => Ok(token),
            None => self.fail(missing),
        }
    }

    fn node(&mut self) -> Check<()> {
        self.depth += 1;
        if self.depth >= DEPTH {
            return self.fail("bad file");
        }
        let result = self.node_within();
        self.depth -= 1;
        result
    }

    fn node_within(&mut self) -> Check<()> {
        let (mut tagged, mut anchored) = (false, false);
        let Some(token) = self.next()? else { return Ok(()) };
        match token.kind {
            Kind::Value => return self.compact(false),
            Kind::Alias => {
                let name = self.name(token);
                if !self.anchors.contains(name) {
                    return self.token_error(token, &format!("the referenced anchor is not defined: {name}"));
                }
                self.pop();
                return Ok(());
            }
            _ => {}
        }
        loop {
            let Some(token) = self.next()? else { return Ok(()) };
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
                }
                Kind::Scalar => {
                    self.pop();
                    return Ok(());
                }
                Kind::SeqStart => return self.block_seq(),
                Kind::MapStart => return self.block_map(),
                Kind::FlowSeqStart => return self.flow_seq(),
                Kind::FlowMapStart => return self.flow_map(),
                Kind::Key if self.stack.last() == Some(&Collection::FlowSeq) => return self.compact(true),
                // Nothing there: null.
                _ => return Ok(()),
            }
            self.pop();
        }
    }

    fn block_seq(&mut self) -> Check<()> {
        const END: &str = "end of sequence not found";
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
            if !self.next()?.is_some_and(|next| matches!(next.kind, Kind::Entry | Kind::SeqEnd)) {
                self.node()?;
            }
        }
        self.stack.pop();
        Ok(())
    }

    fn block_map(&mut self) -> Check<()> {
        const END: &str = "end of map not found";
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
                Kind::Value => {}
                _ => return self.token_error(token, END),
            }
            self.optional_value()?;
        }
        self.stack.pop();
        Ok(())
    }

    fn flow_seq(&mut self) -> Check<()> {
        const END: &str = "end of sequence flow not found";
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
        Ok(())
    }

    fn flow_map(&mut self) -> Check<()> {
        const END: &str = "end of map flow not found";
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
                _ => {}
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
        Ok(())
    }

    /// One pair inside a flow sequence, with its key or without.
    fn compact(&mut self, key: bool) -> Check<()> {
        self.stack.push(Collection::Compact);
        if key {
            self.pop();
            self.node()?;
            self.optional_value()?;
        } else {
            self.pop();
            self.node()?;
        }
        self.stack.pop();
        Ok(())
    }

    fn optional_value(&mut self) -> Check<()> {
        if self.next()?.is_some_and(|token| token.kind == Kind::Value) {
            self.pop();
            self.node()?;
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
