//! The writer for codespan-reporting: adds colours and our names of severities, escapes control characters.

use crate::render::visible_char;
use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;
use std::io::{Result, Write};

/// Collects styled text.
pub struct Terminal {
    color: bool,
    out: Vec<u8>,
    /// The next word is the severity; rulec has `info` where codespan-reporting has `note`.
    severity_next: bool,
}

impl Terminal {
    /// An empty terminal.
    pub fn new(color: bool) -> Terminal {
        Terminal { color, out: Vec::new(), severity_next: false }
    }

    /// Adds a line of plain text.
    pub fn line(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'\n');
    }

    /// The text so far.
    pub fn text(self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    fn style(&mut self, code: &str) -> Result<()> {
        if self.color {
            self.out.extend_from_slice(format!("\x1b[0m\x1b[{code}m").as_bytes());
        }
        Ok(())
    }
}

fn color(severity: Severity) -> u8 {
    match severity {
        Severity::Bug | Severity::Error => 31,
        Severity::Warning => 33,
        Severity::Note => 32,
        Severity::Help => 36,
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // Formatting writes whole `str`s, so pieces are valid UTF-8.
        let text = String::from_utf8_lossy(bytes);
        let text =
            if std::mem::take(&mut self.severity_next) && text == "note" { "info".into() } else { text };
        let shown: String = text.chars().map(|c| if c == '\n' { c } else { visible_char(c) }).collect();
        self.out.extend_from_slice(shown.as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl WriteStyle for Terminal {
    fn set_header(&mut self, severity: Severity) -> Result<()> {
        self.severity_next = true;
        self.style(&format!("1;{}", color(severity)))
    }

    fn set_header_message(&mut self) -> Result<()> {
        self.style("1")
    }

    fn set_line_number(&mut self) -> Result<()> {
        self.style("34")
    }

    fn set_note_bullet(&mut self) -> Result<()> {
        self.style("34")
    }

    fn set_source_border(&mut self) -> Result<()> {
        self.style("34")
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> Result<()> {
        match style {
            LabelStyle::Primary => self.style(&color(severity).to_string()),
            LabelStyle::Secondary => self.style("34"),
        }
    }

    fn reset(&mut self) -> Result<()> {
        if self.color {
            self.out.extend_from_slice(b"\x1b[0m");
        }
        Ok(())
    }
}
