//! Detection of rules files among other YAML files, by a scan of lines.

/// The keys that identify an item.
const ITEM_KEYS: [&str; 5] = ["rule", "macro", "list", "required_engine_version", "required_plugin_versions"];

/// True if the top level looks like a sequence with at least one item of a rules file.
///
/// Scans lines, not YAML, so that a broken rules file is still recognised. A file with nothing but comments is none.
pub fn looks_like_rules(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut scan = Scan::default();
    text.split(['\n', '\r']).any(|line| scan.line(line))
}

#[derive(Default)]
struct Scan {
    /// Indentation of the top-level dashes, after the first one.
    dash: Option<usize>,
    /// Column of the keys of the current item.
    keys: Option<usize>,
    /// True if the document is not a block sequence.
    other: bool,
    /// True if the document is a flow sequence, to be searched for keys.
    flow: bool,
}

impl Scan {
    /// Reads one line; true if it contains the key of an item in its position.
    fn line(&mut self, line: &str) -> bool {
        if let Some(rest) = line.strip_prefix("---") {
            *self = Scan::default();
            return !rest.trim().is_empty() && self.content(rest, 3);
        }
        let body = line.trim_start_matches([' ', '\t']);
        if body.is_empty() || body.starts_with('#') || line.starts_with('%') {
            return false;
        }
        self.content(body, line.len() - body.len())
    }

    fn content(&mut self, body: &str, indent: usize) -> bool {
        let body = skip_properties(body);
        if self.flow {
            return has_flow_key(body);
        }
        let is_dash = body == "-" || body.starts_with("- ") || body.starts_with("-\t");
        if self.dash.is_none() && !self.other {
            self.flow = body.starts_with('[');
            if self.flow {
                return has_flow_key(body);
            }
            if is_dash {
                self.dash = Some(indent);
            } else {
                self.other = true;
            }
        }
        // After a broken start, a dash in column 0 still begins an item.
        if is_dash && (indent == 0 || self.dash == Some(indent)) {
            return self.item(&body[1..], indent + 1);
        }
        if self.dash.is_some() && self.keys.is_none_or(|column| column == indent) {
            self.keys = Some(indent);
            return is_item_key(body);
        }
        false
    }

    /// Reads the text after a dash.
    fn item(&mut self, rest: &str, indent: usize) -> bool {
        let body = rest.trim_start_matches([' ', '\t']);
        let column = indent + rest.len() - body.len();
        self.dash.get_or_insert(indent - 1);
        let body = skip_properties(body);
        if body.is_empty() || body.starts_with('#') {
            self.keys = None;
            return false;
        }
        self.keys = Some(column);
        if body.starts_with('{') {
            return has_flow_key(body);
        }
        is_item_key(body)
    }
}

/// Skips anchors and tags.
fn skip_properties(text: &str) -> &str {
    let mut text = text.trim_start();
    while text.starts_with(['&', '!']) {
        text = text.find(char::is_whitespace).map_or("", |end| text[end..].trim_start());
    }
    text
}

/// `rule:`, `"rule" :`, `? rule`.
fn is_item_key(text: &str) -> bool {
    if let Some(key) = text.strip_prefix("? ") {
        return ITEM_KEYS.contains(&key.trim().trim_matches(['"', '\'']));
    }
    let Some((key, rest)) = text.split_once(':') else { return false };
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace) || key.ends_with(['"', '\'']);
    ends && ITEM_KEYS.contains(&key.trim().trim_matches(['"', '\'']))
}

/// An item key behind `{` or `,`, or at the start of a line of a flow collection.
fn has_flow_key(text: &str) -> bool {
    text.split(['{', ',', '[']).any(|part| is_item_key(part.trim_start()))
}
