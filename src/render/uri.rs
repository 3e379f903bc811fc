//! File names as URIs, and back.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Path, PathBuf};

/// All but unreserved characters and `/`.
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The `file:` URI of a file, its name resolved against the absolute directory `base`. Without
/// `base`, a relative name becomes a relative reference.
pub fn of_file(name: &str, base: Option<&str>) -> String {
    let name = name.replace('\\', "/");
    if is_absolute(&name) {
        return absolute(&name);
    }
    match base {
        None => relative(&name),
        Some(base) => absolute(&format!("{}/{name}", base.replace('\\', "/"))),
    }
}

/// A relative reference for a relative name, and a `file:` URI for an absolute one.
pub fn reference(name: &str) -> String {
    of_file(name, None)
}

/// True for `/x` and `C:/x`.
pub fn is_absolute(name: &str) -> bool {
    name.starts_with('/') || drive(name).is_some()
}

fn drive(name: &str) -> Option<&str> {
    let bytes = name.as_bytes();
    let is_drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'/' | b'\\');
    is_drive.then(|| &name[..2])
}

fn absolute(path: &str) -> String {
    let (drive, path) = match drive(path) {
        Some(drive) => (format!("/{drive}"), &path[2..]),
        None => (String::new(), path),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("file://{drive}/{}", encode(&parts.join("/")))
}

fn relative(name: &str) -> String {
    let mut name = name;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest;
    }
    encode(name)
}

fn encode(path: &str) -> String {
    utf8_percent_encode(path, RESERVED).to_string()
}

/// The URI of an absolute path.
pub fn of_path(path: &Path) -> String {
    of_file(&path.to_string_lossy(), None)
}

/// The path that a `file:` URI leads to; `None` for what is not on this disk.
pub fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://").or_else(|| uri.strip_prefix("FILE://"))?;
    let (host, path) = rest.split_at(rest.find('/')?);
    if !matches!(host, "" | "localhost") {
        return None;
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `/c:/x` is `c:/x`.
    let has_drive = path.get(1..).is_some_and(|path| drive(path).is_some());
    Some(PathBuf::from(if has_drive && cfg!(windows) { &path[1..] } else { &path }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn there_and_back() {
        for path in ["/a/b.yaml", "/with space/ä%/#x?y/列.yaml", "/%zz"] {
            assert_eq!(to_path(&of_path(Path::new(path))).unwrap(), Path::new(path));
        }
        for (uri, path) in
            [("file://localhost/a", "/a"), ("file:///a%2fb?c#d", "/a/b"), ("file:///%zz%", "/%zz%")]
        {
            assert_eq!(to_path(uri).unwrap(), Path::new(path));
        }
        for other in ["untitled:Untitled-1", "file://server/a", "file:///%ff", "file:/a", "http://x/y", ""] {
            assert_eq!(to_path(other), None, "{other}");
        }
    }
}
