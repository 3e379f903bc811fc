//! URIs of files to paths and back.

use crate::render::uri::of_file;
use std::path::{Path, PathBuf};

/// The path that a `file:` URI leads to; `None` for what is not on this disk.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://").or_else(|| uri.strip_prefix("FILE://"))?;
    let slash = rest.find('/')?;
    if !matches!(&rest[..slash], "" | "localhost") {
        return None;
    }
    let path = rest[slash..].split(['?', '#']).next().unwrap_or_default();
    let path = decode(path)?;
    // `/c:/x` is `c:/x`.
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    Some(PathBuf::from(if has_drive && cfg!(windows) { &path[1..] } else { &path }))
}

/// The URI of an absolute path.
pub fn of_path(path: &Path) -> String {
    of_file(&path.to_string_lossy(), None)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push((digit()? * 16 + digit()?) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn there_and_back() {
        for path in ["/a/b.yaml", "/with space/ä%/#x?y/列.yaml"] {
            assert_eq!(to_path(&of_path(Path::new(path))).unwrap(), Path::new(path));
        }
        assert_eq!(to_path("file://localhost/a").unwrap(), Path::new("/a"));
        for other in ["untitled:Untitled-1", "file://server/a", "file:///%zz", "file:///%", "http://x/y", ""]
        {
            assert_eq!(to_path(other), None, "{other}");
        }
    }
}
