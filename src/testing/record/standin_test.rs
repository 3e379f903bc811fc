//! Tests of stand-ins.

use super::*;

fn one(member: &str, text: &str) -> String {
    StandIns { originals: text.to_owned(), ..StandIns::default() }.of(member, text)
}

#[test]
fn texts_of_every_kind() {
    for (member, text, expected) in [
        ("accountId", "998877665544", "111122223333"),
        ("accountId", "111122223333", "444455556666"),
        ("userName", "jdoe", "alice"),
        ("userName", "alice", "bob"),
        ("bucketName", "acme-audit", "bucket-1"),
        ("sourceIPAddress", "10.1.2.3", "192.0.2.1"),
        ("sourceIPAddress", "fd00::17", "2001:db8::1"),
        ("sourceIPAddress", "ec2.amazonaws.com", "ec2.amazonaws.com"),
        ("cidrIp", "10.0.0.0/8", "192.0.2.1/8"),
        ("cidrIp", "0.0.0.0/0", "0.0.0.0/0"),
        ("accessKeyId", "ASIAQ7ZLMNOPQRSTUVWX", "ASIAEXAMPLEEXAMPLE01"),
        ("principalId", "AROAQ7ZLMNOPQRSTUVWXY:jdoe", "AROAEXAMPLEEXAMPLE001:session-1"),
        (
            "principalId",
            "AROAQ7ZLMNOPQRSTUVWXY:i-0abcdef1234567890",
            "AROAEXAMPLEEXAMPLE001:i-00000000000000001",
        ),
        ("groupId", "sg-deadbeef", "sg-00000001"),
        ("name", "acme-deadbeef", "name-1"),
        ("mail", "jane@corp.example.net", "user-1@example.com"),
        ("url", "https://acme.example.net/x?y", "https://example.com/1"),
        ("eventTime", "2026-01-15T12:00:00Z", "2026-01-15T12:00:00Z"),
        ("region", "ap-southeast-2", "ap-southeast-2"),
        ("requestID", "c0ffee00-aaaa-bbbb-cccc-0123456789ab", "11111111-2222-4333-8444-000000000001"),
        ("token", "FwoGZXIvYXdzEJr//////////wEaDHh", "token-1"),
        ("port", "22", "22"),
        ("pin", "1234567", "pin-1"),
        ("arn", "arn:aws:iam::998877665544:root", "arn:aws:iam::111122223333:root"),
        ("arn", "arn:aws:iam::998877665544:user/staff/jdoe", "arn:aws:iam::111122223333:user/alice/bob"),
        (
            "arn",
            "arn:aws:sts::998877665544:assumed-role/acme/jdoe",
            "arn:aws:sts::111122223333:assumed-role/role-1/session-1",
        ),
        ("arn", "arn:aws:s3:::acme-audit/AWSLogs/x.gz", "arn:aws:s3:::bucket-1/key-1/key-2"),
        (
            "arn",
            "arn:aws:sns:eu-west-1:998877665544:acme:c0ffee00-aaaa-bbbb-cccc-0123456789ab",
            "arn:aws:sns:eu-west-1:111122223333:resource-1:11111111-2222-4333-8444-000000000001",
        ),
        ("arn", "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("arn", "arn:acme", "arn-1"),
        ("", "控制台", "text-1"),
    ] {
        assert_eq!(one(member, text), expected, "{text}");
    }
}

#[test]
fn never_the_same_twice_and_never_one_of_the_record() {
    let mut names = StandIns { originals: "carol 192.0.2.3".to_owned(), ..StandIns::default() };
    let mut made: Vec<String> = (0..2000).map(|at| names.of("userName", &format!("u{at}x"))).collect();
    made.extend((0..2000).map(|at| names.of("x", &format!("10.0.{}.{}", at / 250, at % 250))));
    made.extend((0..20).map(|at| names.of("x", &format!("{:012}", 555_000_000_000_u64 + at))));
    assert!(!made.iter().any(|one| one == "carol" || one == "192.0.2.3"));
    let count = made.len();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), count);
    assert_eq!(names.of("other", "u7x"), names.of("userName", "u7x"));
}
