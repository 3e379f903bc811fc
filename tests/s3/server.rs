//! A small S3 for one bucket: pages of keys, objects, and whatever goes wrong by plan. It remembers what it was asked.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// So many times: too many requests.
    Slow(u32),
    /// Answers once with no more than these bytes, and hangs up.
    Cut(usize),
    /// No such object any more.
    Gone,
    /// Not for these credentials.
    Denied,
}

/// The bucket.
#[derive(Default)]
pub struct Bucket {
    pub name: &'static str,
    /// Where it is; requests signed for other regions are turned away.
    pub region: &'static str,
    /// Without the header that tells the region.
    pub silent: bool,
    pub objects: BTreeMap<String, Vec<u8>>,
    /// Keys on a page.
    pub page: usize,
    /// By key, or by prefix where lists are asked for.
    pub trouble: HashMap<String, Trouble>,
}

/// What the server was asked, as `LIST prefix`, `FOLD prefix` or `GET key`.
pub type Asked = Arc<Mutex<Vec<String>>>;

/// Serves until the test is over. The address, and what is asked of it.
pub fn serve(bucket: Bucket) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (bucket, asked) = (Arc::new(Mutex::new(bucket)), Asked::default());
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (bucket, log) = (Arc::clone(&bucket), Arc::clone(&log));
            std::thread::spawn(move || connection(stream, &bucket, &log));
        }
    });
    (address, asked)
}

fn connection(stream: TcpStream, bucket: &Mutex<Bucket>, log: &Asked) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_owned());
        }
        let target = lines[0].split(' ').nth(1).unwrap().to_owned();
        let headers: HashMap<String, String> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let answer = answer(&mut bucket.lock().unwrap(), log, &target, &headers);
        let head = format!(
            "HTTP/1.1 {} X\r\ncontent-length: {}\r\netag: \"v1\"\r\n{}\r\n",
            answer.status,
            answer.body.len(),
            answer.headers
        );
        let sent = &answer.body[..answer.cut.unwrap_or(answer.body.len())];
        if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(sent)).is_err()
            || answer.cut.is_some()
        {
            return;
        }
    }
}

struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
    cut: Option<usize>,
}

fn ok(body: Vec<u8>) -> Answer {
    Answer { status: 200, headers: String::new(), body, cut: None }
}

fn error(status: u16, code: &str, more: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>told by {code}</Message>{more}</Error>"
    );
    Answer { status, headers: String::new(), body: body.into_bytes(), cut: None }
}

fn answer(bucket: &mut Bucket, log: &Asked, target: &str, headers: &HashMap<String, String>) -> Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: HashMap<String, String> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect();
    let path = decoded(path);
    let (name, key) =
        path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    if name != bucket.name {
        return error(404, "NoSuchBucket", "");
    }
    // Credential=ID/DATE/REGION/s3/aws4_request
    let signed = headers.get("authorization").and_then(|text| text.split('/').nth(2)).unwrap_or_default();
    if signed != bucket.region {
        let mut answer = match bucket.silent {
            false => error(301, "PermanentRedirect", ""),
            true => {
                error(400, "AuthorizationHeaderMalformed", &format!("<Region>{}</Region>", bucket.region))
            }
        };
        if !bucket.silent {
            answer.headers = format!("x-amz-bucket-region: {}\r\n", bucket.region);
        }
        log.lock().unwrap().push(format!("WRONG REGION {signed}"));
        return answer;
    }
    let is_list = query.contains_key("list-type");
    let of = if is_list { query.get("prefix").cloned().unwrap_or_default() } else { key.to_owned() };
    let is_probe = query.get("max-keys").is_some_and(|most| most == "1");
    let what = match (is_list, query.contains_key("delimiter"), is_probe) {
        (false, ..) => "GET",
        (true, true, _) => "FOLD",
        (true, false, true) => "PROBE",
        (true, false, false) => "LIST",
    };
    log.lock().unwrap().push(format!("{what} {of}"));
    let mut cut = None;
    if !is_probe {
        match bucket.trouble.get_mut(&of) {
            Some(Trouble::Slow(0)) | None => {}
            Some(Trouble::Slow(left)) => {
                *left -= 1;
                return error(503, "SlowDown", "");
            }
            Some(Trouble::Gone) => return error(404, "NoSuchKey", ""),
            Some(Trouble::Denied) => return error(403, "AccessDenied", ""),
            Some(Trouble::Cut(at)) => {
                cut = Some(*at);
                bucket.trouble.remove(&of);
            }
        }
    }
    if is_list {
        return ok(list(bucket, &query));
    }
    let Some(object) = bucket.objects.get(key) else { return error(404, "NoSuchKey", "") };
    let from =
        headers.get("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let mut answer = ok(object[from.unwrap_or(0)..].to_vec());
    if let Some(from) = from {
        answer.status = 206;
        answer.headers = format!("content-range: bytes {from}-{}/{}\r\n", object.len() - 1, object.len());
    }
    answer.cut = cut;
    answer
}

fn list(bucket: &Bucket, query: &HashMap<String, String>) -> Vec<u8> {
    let text = |name: &str| query.get(name).cloned().unwrap_or_default();
    let (prefix, delimiter, token) = (text("prefix"), text("delimiter"), text("continuation-token"));
    let most = text("max-keys").parse().unwrap_or(bucket.page).min(bucket.page);
    let mut entries: Vec<(String, bool)> = Vec::new();
    for key in bucket.objects.keys().filter(|key| key.starts_with(&prefix)) {
        let folded = (!delimiter.is_empty()).then(|| key[prefix.len()..].find(&delimiter)).flatten();
        let entry = match folded {
            Some(at) => (key[..prefix.len() + at + 1].to_owned(), true),
            None => (key.clone(), false),
        };
        if entries.last() != Some(&entry) {
            entries.push(entry);
        }
    }
    let start = entries.iter().position(|(name, _)| *name > token).filter(|_| !token.is_empty());
    let rest = &entries[start.unwrap_or(if token.is_empty() { 0 } else { entries.len() })..];
    let page = &rest[..most.min(rest.len())];
    let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult>");
    let is_cut = page.len() < rest.len();
    body += &format!("<IsTruncated>{is_cut}</IsTruncated><KeyCount>{}</KeyCount>", page.len());
    if let (true, Some((last, _))) = (is_cut, page.last()) {
        body += &format!("<NextContinuationToken>{}</NextContinuationToken>", escaped(last));
    }
    for (name, is_prefix) in page {
        let name = escaped(name);
        body += &match is_prefix {
            true => format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"),
            false => format!("<Contents><Key>{name}</Key><Size>1</Size></Contents>"),
        };
    }
    (body + "</ListBucketResult>").into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
                at += 2;
            }
            b'+' => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).unwrap()
}
