//! Stand-ins for identifying texts of a record: equal texts get equal stand-ins, which contain nothing of the
//! original.

use crate::eval::time;
use crate::schema::event_names;
use rustc_hash::FxHashMap;
use std::net::IpAddr;

/// The stand-ins given so far.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    by_text: FxHashMap<String, String>,
    counts: FxHashMap<String, u64>,
    /// All texts of the record: no stand-in equals one of them.
    pub originals: String,
    /// Texts that the condition compares with, in lower case: they stay.
    pub literals: Vec<String>,
}

/// Account numbers that AWS reserves for documentation.
const ACCOUNTS: [&str; 4] = ["111122223333", "444455556666", "777788889999", "123456789012"];
const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];
/// Networks reserved for documentation, and one for benchmarks once they are used up.
const NETWORKS: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];
/// The prefixes of IAM ids.
const ID_KINDS: [&str; 12] =
    ["ABIA", "ACCA", "AGPA", "AIDA", "AIPA", "AKIA", "ANPA", "ANVA", "APKA", "AROA", "ASCA", "ASIA"];
/// The prefixes of resource ids.
const RESOURCES: [&str; 32] = [
    "acl",
    "aclassoc",
    "ami",
    "cgw",
    "dopt",
    "eipalloc",
    "eipassoc",
    "eni",
    "fs",
    "fsap",
    "i",
    "igw",
    "key",
    "lt",
    "nat",
    "pcx",
    "pl",
    "r",
    "rtb",
    "rtbassoc",
    "sg",
    "sgr",
    "sir",
    "snap",
    "subnet",
    "tgw",
    "tgw-attach",
    "vgw",
    "vol",
    "vpc",
    "vpce",
    "vpn",
];
/// The resource types in ARNs.
const TYPES: [&str; 66] = [
    "accesspoint",
    "alias",
    "analyzer",
    "assumed-role",
    "bucket",
    "catalog",
    "certificate",
    "cluster",
    "database",
    "db",
    "deliverystream",
    "detector",
    "distribution",
    "domain",
    "event-bus",
    "eventdatastore",
    "execution",
    "federated-user",
    "function",
    "group",
    "hostedzone",
    "image",
    "instance",
    "instance-profile",
    "internet-gateway",
    "key",
    "key-pair",
    "layer",
    "loadbalancer",
    "log-group",
    "log-stream",
    "mfa",
    "natgateway",
    "network-acl",
    "network-interface",
    "oidc-provider",
    "organization",
    "ou",
    "parameter",
    "pipeline",
    "policy",
    "project",
    "repository",
    "role",
    "route-table",
    "rule",
    "saml-provider",
    "secret",
    "security-group",
    "server-certificate",
    "service",
    "snapshot",
    "stack",
    "stateMachine",
    "stream",
    "subnet",
    "table",
    "targetgroup",
    "task",
    "task-definition",
    "topic",
    "trail",
    "user",
    "volume",
    "vpc",
    "workgroup",
];
/// Members that name an AWS service if the caller is one.
const CALLERS: [&str; 3] = ["invokedBy", "sourceIPAddress", "userAgent"];
/// Words that identify nobody.
const WORDS: [&str; 16] = [
    "*",
    "true",
    "false",
    "yes",
    "no",
    "success",
    "failure",
    "enabled",
    "disabled",
    "allow",
    "deny",
    "none",
    "aws internal",
    "hidden_due_to_security_reasons",
    "0.0.0.0/0",
    "::/0",
];

impl StandIns {
    /// The stand-in for the text of this member.
    pub fn of(&mut self, member: &str, text: &str) -> String {
        let is_service = CALLERS.contains(&member) && text.ends_with(".amazonaws.com");
        if is_service || self.is_harmless(text) {
            return text.to_owned();
        }
        if let Some(known) = self.by_text.get(text) {
            return known.clone();
        }
        let made = self.structured(text).unwrap_or_else(|| self.plain(member, text));
        self.by_text.insert(text.to_owned(), made.clone());
        made
    }

    /// As [`StandIns::of`], but texts that the condition searches for stay.
    pub fn around_literals(&mut self, member: &str, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((start, end)) = self.first_literal(rest) {
            out += &self.piece(member, &rest[..start]);
            out += &rest[start..end];
            rest = &rest[end..];
        }
        out + &self.piece(member, rest)
    }

    fn piece(&mut self, member: &str, text: &str) -> String {
        let is_name = |c: char| c.is_alphanumeric();
        match (text.find(is_name), text.rfind(is_name)) {
            (Some(start), Some(last)) => {
                let end = last + text[last..].chars().next().map_or(1, char::len_utf8);
                let inner = match &text[start..end] {
                    // A part of an address or a number keeps its shape.
                    digits if !digits.contains(char::is_alphabetic) && !is_account(digits) => shape(digits),
                    name => self.of(member, name),
                };
                format!("{}{inner}{}", &text[..start], &text[end..])
            }
            // Punctuation alone identifies nothing.
            _ => text.to_owned(),
        }
    }

    /// The first of the literals in the text; the longest if several begin there.
    fn first_literal(&self, text: &str) -> Option<(usize, usize)> {
        let lower = text.to_ascii_lowercase();
        let found =
            self.literals.iter().filter_map(|literal| Some((lower.find(literal.as_str())?, literal.len())));
        let best = found.min_by_key(|&(at, len)| (at, std::cmp::Reverse(len)))?;
        Some((best.0, best.0 + best.1))
    }

    fn is_harmless(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        text.is_empty()
            || WORDS.contains(&&*lower)
            || self.literals.contains(&lower)
            || event_names::is_source(text)
            || time::rfc3339(text.as_bytes()).is_some()
            || is_region(text)
            || text.starts_with("arn:aws:iam::aws:policy/")
    }

    /// The stand-in for a text whose shape shows its meaning.
    fn structured(&mut self, text: &str) -> Option<String> {
        if let Some(arn) = text.strip_prefix("arn:") {
            return self.arn(arn);
        }
        if is_account(text) {
            return Some(self.next("account", |n| match ACCOUNTS.get(n as usize - 1) {
                Some(account) => (*account).to_owned(),
                None => format!("{:012}", 100_000_000_000 + n),
            }));
        }
        let (address, length) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        if let Ok(address) = address.parse::<IpAddr>()
            && length.is_none_or(|length| length.parse::<u8>().is_ok())
        {
            let new = self.address(address);
            return Some(length.map_or(new.clone(), |length| format!("{new}/{length}")));
        }
        if is_aws_id(text) {
            return Some(self.next(&text[..4], |n| aws_id(text, n)));
        }
        if let Some((id, session)) = text.split_once(':').filter(|(id, _)| is_aws_id(id)) {
            return Some(format!("{}:{}", self.of("principalId", id), self.of("session", session)));
        }
        if is_uuid(text) {
            return Some(self.next("uuid", |n| format!("11111111-2222-4333-8444-{n:012}")));
        }
        if let Some((prefix, hex)) = text.rsplit_once('-').filter(|(prefix, hex)| is_resource_id(prefix, hex))
        {
            return Some(self.next(prefix, |n| format!("{prefix}-{n:0width$}", width = hex.len())));
        }
        if text.contains('@') && !text.contains([' ', '/', ':']) {
            return Some(self.next("user", |n| format!("user-{n}@example.com")));
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Some(self.next("page", |n| format!("https://example.com/{n}")));
        }
        None
    }

    /// `partition:service:region:account:resource`.
    fn arn(&mut self, text: &str) -> Option<String> {
        let mut parts = text.splitn(5, ':');
        let (partition, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        let (account, resource) = (parts.next()?, parts.next()?);
        let account = if account == "aws" { account.to_owned() } else { self.of("accountId", account) };
        let resource = self.resource(service, resource);
        let known =
            |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let own = |text: &str| if known(text) { text.to_owned() } else { "x".to_owned() };
        Some(format!("arn:{}:{}:{}:{account}:{resource}", own(partition), own(service), own(region)))
    }

    /// A resource: its type stays, and each part of its name gets a stand-in.
    fn resource(&mut self, service: &str, resource: &str) -> String {
        if matches!(resource, "" | "*" | "root") {
            return resource.to_owned();
        }
        let separators = |c: char| matches!(c, '/' | ':');
        let (kind, names) = match resource.find(separators) {
            Some(at) if service != "s3" && TYPES.contains(&&resource[..at]) => resource.split_at(at),
            _ => ("", resource),
        };
        let mut out = kind.to_owned();
        let mut count = 0;
        for part in names.split_inclusive(separators) {
            let name = part.trim_end_matches(separators);
            if !name.is_empty() {
                count += 1;
                out += &self.of(part_of(service, kind, count), name);
            }
            out += &part[name.len()..];
        }
        out
    }

    fn address(&mut self, address: IpAddr) -> String {
        match address {
            IpAddr::V4(_) => self.next("address", |n| {
                let n = n - 1;
                match NETWORKS.get((n / 254) as usize) {
                    Some(network) => format!("{network}.{}", n % 254 + 1),
                    None => format!("198.18.{}.{}", n / 256 % 256, n % 256),
                }
            }),
            IpAddr::V6(_) => self.next("address6", |n| format!("2001:db8::{n:x}")),
        }
    }

    /// A name derived from its member: `bucketName` becomes `bucket-1`.
    fn plain(&mut self, member: &str, text: &str) -> String {
        match member {
            "userName" => self.next("userName", |n| match PEOPLE.get(n as usize - 1) {
                Some(name) => (*name).to_owned(),
                None => format!("user-{n}"),
            }),
            "userAgent" => self.next("userAgent", |n| format!("agent/1.{n}")),
            _ if text.len() < 6 && text.bytes().all(|byte| byte.is_ascii_digit()) => text.to_owned(),
            _ => {
                let word = kebab(member);
                self.next(&word.clone(), |n| format!("{word}-{n}"))
            }
        }
    }

    /// The next name of a kind that the record itself does not contain.
    fn next(&mut self, kind: &str, make: impl Fn(u64) -> String) -> String {
        let count = self.counts.entry(kind.to_owned()).or_default();
        loop {
            *count += 1;
            let made = make(*count);
            if !self.originals.contains(&made) {
                return made;
            }
        }
    }
}

/// The kind of name for a part of a resource's name.
fn part_of(service: &str, kind: &str, number: usize) -> &'static str {
    match (service, kind, number) {
        ("s3", _, 1) => "bucketName",
        ("s3", ..) => "key",
        (_, "user", _) => "userName",
        (_, "role", _) | (_, "assumed-role", 1) => "roleName",
        (_, "assumed-role", _) => "session",
        (_, "group", _) => "groupName",
        (_, "policy", _) => "policyName",
        _ => "resource",
    }
}

/// Letters and digits replaced by others of their kind, for conditions on the shape of a text.
pub(super) fn shape(text: &str) -> String {
    let other = |c: char| match c {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        c if c.is_ascii() => c,
        _ => 'x',
    };
    text.chars().map(other).collect()
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_aws_id(text: &str) -> bool {
    let rest = text.get(..4).filter(|kind| ID_KINDS.contains(kind)).and_then(|_| text.get(4..));
    let is_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    rest.is_some_and(|rest| rest.len() >= 12 && rest.bytes().all(is_id))
}

/// `AKIAEXAMPLEEXAMPLE01`: as long as the id it replaces.
fn aws_id(text: &str, n: u64) -> String {
    let end = format!("{n:0width$}", width = if text.len() > 20 { 3 } else { 2 });
    let fill = text.len().saturating_sub(4 + end.len());
    let example: String = "EXAMPLE".chars().cycle().take(fill).collect();
    format!("{}{example}{end}", &text[..4])
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// `i-0123456789abcdef0` and the like.
fn is_resource_id(prefix: &str, hex: &str) -> bool {
    RESOURCES.contains(&prefix)
        && matches!(hex.len(), 8 | 17)
        && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `eu-central-1`.
fn is_region(text: &str) -> bool {
    let Some((name, number)) = text.rsplit_once('-') else { return false };
    let parts: Vec<&str> = name.split('-').collect();
    const WHERE: [&str; 10] = [
        "north",
        "south",
        "east",
        "west",
        "central",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
        "local",
    ];
    number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (2..=3).contains(&parts.len())
        && parts[0].len() == 2
        && parts.last().is_some_and(|last| WHERE.contains(last))
}

/// `bucketName` is `bucket`, `trailARN` is `trail-arn`.
fn kebab(member: &str) -> String {
    let mut word = String::new();
    let mut before = '-';
    for c in member.chars().take(40) {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            word.push('-');
        }
        word.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        before = c;
    }
    let word = word.trim_matches('-');
    let short = word.strip_suffix("-name").or_else(|| word.strip_suffix("-id")).unwrap_or(word);
    if short.is_empty() { "text".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
#[path = "standin_test.rs"]
mod tests;
