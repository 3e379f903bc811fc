//! Suggestions for fields that do not exist.

use super::classes::SourceFields;
use super::field::Field;
use crate::bundled;
use crate::nearest::{Index, limit};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

impl SourceFields {
    /// The field that was probably meant: by its older name, by the member of the event it reads, or by its spelling.
    pub fn suggest(&self, name: &str) -> Option<&Field> {
        let name = bare(name);
        let older = older_names().get(name.to_ascii_lowercase().as_str());
        older
            .and_then(|name| self.field(name))
            .or_else(|| self.by_spelling(name, 0))
            .or_else(|| self.by_member(name))
            .or_else(|| {
                // The part before the last dot is rarely wrong: an edit is measured against the part after it.
                let tail = name.rsplit('.').next().unwrap_or(name);
                self.by_spelling(name, limit(tail).max(1))
            })
    }

    /// The `json.value` for the member that an unknown field such as `ct.request.policyarn` seems to read. `None` if
    /// this source has no `json.value`, or if no member of the event corresponds.
    pub fn suggest_pointer(&self, name: &str) -> Option<String> {
        self.field("json.value")?;
        let path = self.member_path(bare(name))?;
        let mut pointer = String::new();
        for member in path.split('.') {
            pointer.push('/');
            pointer.push_str(&spelled(member).replace('~', "~0"));
        }
        Some(format!("json.value[{pointer}]"))
    }

    /// The dotted path in the event that a made-up field name means, each member as the author wrote it.
    fn member_path(&self, name: &str) -> Option<String> {
        let (space, rest) = name.split_once('.')?;
        if rest.is_empty() || rest.split('.').any(str::is_empty) {
            return None;
        }
        let (first, below) = rest.split_once('.').unwrap_or((rest, ""));
        let top = members().get(first.to_ascii_lowercase().as_str()).filter(|member| member.top);
        if space == "aws" || (space == "ct" && !below.is_empty()) {
            // The member by its own name: aws.requestParameters.roleName, ct.useridentity.type.
            if let Some(member) = top {
                // Below a list there is no pointer without an index.
                return (below.is_empty() || !member.list).then(|| rest.to_owned());
            }
        }
        // Below a field that is a whole object: ct.request.x.
        for (at, _) in name.rmatch_indices('.') {
            let (parent, tail) = (&name[..at], &name[at + 1..]);
            if let Some(path) = self.field(parent).and_then(Field::plain_path) {
                return Some(format!("{path}.{tail}"));
            }
            // Beside fields that read one object: ct.user.x beside ct.user.arn.
            if at > space.len()
                && let Some(object) = self.paths().objects.get(&name[..at])
            {
                return Some(format!("{object}.{tail}"));
            }
        }
        // A member of the record that has no field: ct.eventversion.
        (space == "ct" && top.is_some()).then(|| rest.to_owned())
    }

    /// The field that reads the member a name mentions: `ct.eventName` is `ct.name`.
    fn by_member(&self, name: &str) -> Option<&Field> {
        let paths = self.paths();
        let with_path = |path: &str| self.nth(*paths.fields.get(path.to_ascii_lowercase().as_str())?);
        let (_, rest) = name.split_once('.')?;
        let field = self.member_path(name).and_then(|path| with_path(&path)).or_else(|| with_path(rest));
        field.or_else(|| {
            // ct.bucketname: no such member at the top, but one field reads a member of that name.
            let only = paths.members.get(rest.to_ascii_lowercase().as_str()).copied().flatten();
            only.filter(|_| name.starts_with("ct.")).and_then(|at| self.nth(at))
        })
    }

    fn paths(&self) -> &Paths {
        self.paths.get_or_init(|| Paths::new(self.fields()))
    }

    fn by_spelling(&self, name: &str, limit: usize) -> Option<&Field> {
        let fields: &Index = self.nearest.get_or_init(|| {
            Index::new(self.fields().enumerate().map(|(at, field)| (at as u32, field.name.as_str())))
        });
        let at = fields.find(name, limit, |at| Some(self.nth(at)?.name.as_str()))?;
        self.nth(at)
    }

    fn nth(&self, at: u32) -> Option<&Field> {
        let mut at = at as usize;
        for class in &self.classes {
            match class.fields().get(at) {
                Some(field) => return Some(field),
                None => at -= class.fields().len(),
            }
        }
        None
    }
}

/// Fields by the member they read: those with the plain value at one path. Paths are in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    /// The first field that reads a path.
    fields: FxHashMap<String, u32>,
    /// The only field that reads a member of this name, at any path; `None` if there are several.
    members: FxHashMap<String, Option<u32>>,
    /// For the part of a field's name before a dot: the object that its fields read from.
    objects: FxHashMap<String, String>,
}

impl Paths {
    fn new<'a>(fields: impl Iterator<Item = &'a Field>) -> Paths {
        let mut paths = Paths::default();
        for (at, field) in fields.enumerate() {
            let Some(path) = field.plain_path() else { continue };
            paths.fields.entry(path.to_ascii_lowercase()).or_insert(at as u32);
            let (object, member) = match path.rsplit_once('.') {
                Some((object, member)) => (Some(object), member),
                None => (None, path),
            };
            let member = paths.members.entry(member.to_ascii_lowercase());
            member.and_modify(|only| *only = None).or_insert(Some(at as u32));
            for (dot, _) in field.name.match_indices('.') {
                if let Some(object) = object {
                    paths.objects.entry(field.name[..dot].to_owned()).or_insert_with(|| object.to_owned());
                }
            }
        }
        paths
    }
}

/// The name without its argument.
fn bare(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

struct RequestMember {
    name: &'static str,
    /// True for a member of the record itself.
    top: bool,
    /// True if its value is a list.
    list: bool,
}

/// AWS's own spelling of a member, or the author's if it is not known.
fn spelled(member: &str) -> &str {
    members().get(member.to_ascii_lowercase().as_str()).map_or(member, |known| known.name)
}

fn members() -> &'static FxHashMap<String, RequestMember> {
    static MEMBERS: OnceLock<FxHashMap<String, RequestMember>> = OnceLock::new();
    MEMBERS.get_or_init(|| {
        let mut members = FxHashMap::default();
        let mut add = |name: &'static str, top, list| {
            members.entry(name.to_ascii_lowercase()).or_insert(RequestMember { name, top, list });
        };
        for line in data_lines(bundled::CLOUDTRAIL_MEMBERS) {
            let mut words = line.split_whitespace();
            if let Some(name) = words.next().filter(|name| *name != "-") {
                add(name, !line.starts_with(' '), words.next() == Some("list"));
            }
        }
        for name in data_lines(bundled::REQUEST_MEMBERS).flat_map(str::split_whitespace) {
            add(name, false, false);
        }
        members
    })
}

/// The current name of a field of Sysdig's older dialect, `aws.eventName` for instance.
pub fn dialect(name: &str) -> Option<&'static str> {
    if !name.starts_with("aws.") {
        return None;
    }
    older_names().get(name.to_ascii_lowercase().as_str()).copied()
}

fn older_names() -> &'static FxHashMap<String, &'static str> {
    static NAMES: OnceLock<FxHashMap<String, &'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let pairs = data_lines(bundled::OLDER_NAMES).filter_map(|line| line.split_once(' '));
        pairs.map(|(older, name)| (older.to_ascii_lowercase(), name.trim())).collect()
    })
}

fn data_lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "suggest_test.rs"]
mod tests;
