//! Constants converted to the type of the field they are compared with, as Falco's value parser does.

use super::pattern::ordered;
use crate::schema::Type;
use crate::syntax::re2;
use crate::syntax::token::Op;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// The reason why a constant does not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadValue {
    /// Invalid for the type; Falco's message.
    Unfit(String),
    /// An unknown event type.
    EventType(String),
    /// Not a regular expression RE2 accepts in POSIX mode.
    Regex {
        /// RE2's message with Falco's prefix.
        falco: String,
        /// rulec's message.
        message: String,
        /// rulec's help, if any.
        hint: Option<String>,
        /// The offending part of the pattern.
        range: Range<usize>,
    },
}

/// The kinds of constants that types accept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// Integers, times, flags.
    Number,
    /// A service name or number.
    Port,
    /// `true` or `false`.
    Bool,
    /// An address.
    Address,
    /// A network.
    Network,
    /// Text.
    Text,
    /// Raw bytes.
    Bytes,
    /// Nothing can be compared with it.
    Other,
}

/// The family of a type.
pub fn family(ty: Type) -> Family {
    if ty == Type::Charbuf {
        return Family::Text;
    }
    match ty.name() {
        "CHARBUF" | "FSPATH" | "FSRELPATH" => Family::Text,
        "BYTEBUF" => Family::Bytes,
        "BOOL" => Family::Bool,
        "IPADDR" | "IPV4ADDR" | "IPV6ADDR" => Family::Address,
        "IPNET" | "IPV4NET" | "IPV6NET" => Family::Network,
        "PORT" => Family::Port,
        "NONE" | "SOCKADDR" | "SOCKTUPLE" | "FDLIST" | "SIGSET" | "DYN" => Family::Other,
        _ => Family::Number,
    }
}

/// A constant as `sscanf("%llu")` reads it: a minus sign wraps, an overflow saturates.
pub fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.trim_start();
    let (minus, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match digits.parse::<u64>() {
        Ok(number) if minus => number.wrapping_neg(),
        Ok(number) => number,
        Err(_) => u64::MAX,
    })
}

/// The truth of a comparison that has the same result for every number from 1 on, the values of `evt.num`.
pub fn constant_from_one(op: Op, values: &[impl AsRef<str>]) -> Option<bool> {
    let values: Vec<u64> =
        values.iter().map(|value| number(value.as_ref().as_bytes())).collect::<Option<_>>()?;
    match (op, &values[..]) {
        (Op::In, all) => all.iter().all(|&value| value == 0).then_some(false),
        (Op::Eq | Op::EqEq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge, &[value]) => {
            let (first, last) = (ordered(op, 1, value), ordered(op, u64::MAX, value));
            // The truth can change only at the value itself.
            let same = first == last && (value == 0 || ordered(op, value, value) == first);
            same.then_some(first)
        }
        _ => None,
    }
}

/// Checks that a constant fits a type under an operator.
pub fn convert(text: &str, ty: Type, op: Op) -> Result<(), BadValue> {
    let unfit = |message: String| Err(BadValue::Unfit(message));
    let family = family(ty);
    if memchr::memchr(0, text.as_bytes()).is_some() && family != Family::Bytes {
        return unfit("filter error: filter value cannot contain a NUL byte (\\x00)".to_owned());
    }
    if family == Family::Text && text.len() > 255 {
        return unfit(format!("filter parameter too long (used={}, available=256):{text}", text.len() + 1));
    }
    match op {
        Op::Regex => return regex(text),
        Op::Bcontains | Op::Bstartswith => {
            let hex = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !hex {
                let only = "filter error: bcontains and bstartswith operator support hex strings only";
                return unfit(only.to_owned());
            }
        }
        _ => {}
    }
    match family {
        Family::Bytes if text.len() > 255 => unfit("filter parameter too long (byte buf)".to_owned()),
        Family::Text | Family::Bytes | Family::Other => Ok(()),
        Family::Bool if matches!(text, "true" | "false") => Ok(()),
        Family::Bool => unfit(format!("filter error: unrecognized boolean value {text}")),
        Family::Number if is_number(text) => Ok(()),
        Family::Number => unfit(format!("{text} is not a valid number")),
        Family::Port => port(text).map_err(BadValue::Unfit),
        Family::Address => address(text).map_err(BadValue::Unfit),
        Family::Network => network(text).map_err(BadValue::Unfit),
    }
}

fn regex(text: &str) -> Result<(), BadValue> {
    match re2::check(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(BadValue::Regex {
            falco: format!("invalid regex pattern: {}", error.re2),
            message: error.message,
            hint: error.help,
            range: error.range,
        }),
    }
}

/// `sscanf("%llu%c")` converting exactly one item: blanks, a sign, digits, and nothing after them.
fn is_number(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Ports: empty is 0, digits are a number, a few names are well-known ports.
fn port(text: &str) -> Result<(), String> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    if number || SERVICES.contains(&text) { Ok(()) } else { Err(format!("unrecognized protocol {text}")) }
}

/// Service names of every Linux system. Falco uses the host's own table, which may have more.
const SERVICES: &[&str] = &[
    "ftp",
    "ftp-data",
    "ssh",
    "telnet",
    "smtp",
    "time",
    "domain",
    "tftp",
    "gopher",
    "finger",
    "http",
    "kerberos",
    "pop3",
    "sunrpc",
    "nntp",
    "ntp",
    "imap2",
    "snmp",
    "snmp-trap",
    "bgp",
    "irc",
    "ldap",
    "https",
    "microsoft-ds",
    "submission",
    "ldaps",
    "imaps",
    "pop3s",
    "mysql",
    "postgresql",
    "rsync",
    "socks",
    "openvpn",
    "nfs",
    "svn",
    "amqp",
    "xmpp-client",
    "xmpp-server",
    "puppet",
    "syslog",
    "www",
];

fn address(text: &str) -> Result<(), String> {
    if text.contains('.') {
        text.parse::<Ipv4Addr>().map(|_| ()).map_err(|_| format!("unrecognized IPv4 address {text}"))
    } else {
        text.parse::<Ipv6Addr>().map(|_| ()).map_err(|_| format!("unrecognized IPv6 address {text}"))
    }
}

fn network(text: &str) -> Result<(), String> {
    if !text.contains('.') {
        return network_v6(text);
    }
    let Some((address, mask)) = text.split_once('/') else {
        return Err(format!("unrecognized IP network {text}"));
    };
    if address.parse::<Ipv4Addr>().is_err() {
        return Err(format!("unrecognized IP address {text}"));
    }
    // The length is read as 8 bits, so 257 is 1; -1 is 255 and too long.
    let digits = mask.strip_prefix(['+', '-']).unwrap_or(mask);
    let Ok(number) = digits.parse::<u64>() else { return Err(format!("{mask} is not a valid number")) };
    let length = if mask.starts_with('-') { number.wrapping_neg() as u8 } else { number as u8 };
    if length > 32 { Err(format!("invalid netmask {mask}")) } else { Ok(()) }
}

fn network_v6(text: &str) -> Result<(), String> {
    let Some((address, mask)) = text.split_once('/') else {
        return Err(format!("invalid v6 netmask: {text}"));
    };
    if address.parse::<Ipv6Addr>().is_err() {
        return Err(format!("unrecognized IPv6 address {address}"));
    }
    match mask.parse::<u32>() {
        Ok(1..=128) => Ok(()),
        _ => Err(format!("invalid v6 netmask {mask}")),
    }
}
