//! File names as URIs.

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

/// Percent-encodes all but unreserved characters and `/`.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte as char)
            }
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}
