//! Messages on a stream of bytes. A message that cannot be read is reported, and reading continues at the next one.

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};

/// A message or an error read from the stream.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Message),
    /// Bytes that are no message, and the reply to them.
    Malformed(Value),
}

/// A longer body means a mistake in the header.
const LONGEST_BODY: u64 = 1 << 30;
/// A longer line is no header.
const LONGEST_LINE: u64 = 1 << 13;
const LENGTH: &str = "content-length:";

/// Reads the next message; `None` at the end of the stream.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let length = match header(input)? {
        Header::End => return Ok(None),
        Header::Malformed => {
            return Ok(Some(malformed(
                Value::Null,
                ErrorCode::ParseError,
                "no Content-Length in the header",
            )));
        }
        Header::Body(length) => length,
    };
    let mut body = Vec::new();
    // Grows with the received bytes, whatever the header promises.
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(parse(&body)))
}

enum Header {
    Body(u64),
    Malformed,
    End,
}

/// Reads lines up to an empty one. The length is found anywhere in a line, since the rest of a body may precede it.
fn header(input: &mut impl BufRead) -> io::Result<Header> {
    let (mut length, mut is_empty) = (None, true);
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(Header::End);
        }
        let line = String::from_utf8_lossy(&line).to_ascii_lowercase();
        if let Some(at) = line.rfind(LENGTH) {
            let digits = line[at + LENGTH.len()..].trim();
            length = digits.parse().ok().filter(|&length| length <= LONGEST_BODY);
        }
        match (line.trim().is_empty(), length) {
            (true, Some(length)) => return Ok(Header::Body(length)),
            // Line breaks between messages are ignored.
            (true, None) if is_empty => {}
            (true, None) => return Ok(Header::Malformed),
            (false, _) => is_empty = false,
        }
    }
}

fn parse(body: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return malformed(Value::Null, ErrorCode::ParseError, &format!("not JSON: {error}")),
    };
    let id = value.get("id").filter(|id| id.is_i64() || id.is_u64() || id.is_string()).cloned();
    match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(_) => malformed(id.unwrap_or_default(), ErrorCode::InvalidRequest, "not a message of JSON-RPC"),
    }
}

fn malformed(id: Value, code: ErrorCode, message: &str) -> Incoming {
    Incoming::Malformed(
        json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": message}}),
    )
}

/// Writes a message.
pub fn write(output: &mut impl Write, body: &str) -> io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut found = Vec::new();
        while let Some(incoming) = read(&mut input).unwrap() {
            found.push(match incoming {
                Incoming::Message(Message::Request(request)) => request.method,
                Incoming::Message(Message::Notification(notification)) => notification.method,
                Incoming::Message(Message::Response(_)) => "response".into(),
                Incoming::Malformed(reply) => reply["error"]["message"].to_string(),
            });
        }
        found
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"a"}"#);
        let texts = [
            &framed("{"),
            &good,
            &framed("[1]"),
            &good,
            "Content-Type: x\r\n\r\n",
            &good,
            "Content-Length: -1\r\n\r\n",
            &good,
            "Content-Length: 99999999999999\r\n\r\n",
            &good,
            "rest of a body}",
            &good,
            &framed("\"\u{1F600}\""),
            &good,
            "content-LENGTH:30\nX: y\n\n",
            r#"{"jsonrpc":"2.0","method":"b"}"#,
        ];
        let found = all(texts.concat().as_bytes());
        assert_eq!(found.iter().filter(|found| *found == "a").count(), 7, "{found:?}");
        assert_eq!(found.last().unwrap(), "b");
        assert_eq!(found.len(), 14, "{found:?}");
    }

    #[test]
    fn a_stream_may_end_anywhere() {
        let text = framed(r#"{"jsonrpc":"2.0","method":"a"}"#);
        for end in 0..text.len() {
            assert!(all(&text.as_bytes()[..end]).is_empty());
        }
        assert_eq!(all(text.as_bytes()), ["a"]);
        assert!(all(&[0xff; 100_000]).is_empty());
    }
}
