//! Lookups and their messages, one by one.

use super::*;
use crate::schema::PluginSet;

fn message(source: &str, text: &str) -> String {
    let set = PluginSet::default();
    match set.classes(source).unwrap().resolve(text) {
        Ok(found) => format!("ok {} {:?} {:?} {}", found.field.name, found.arg, found.index, found.ty),
        Err(error) => error.message,
    }
}

#[track_caller]
fn check(source: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(message(source, text), *expected, "{source}: {text}");
    }
}

#[test]
fn plugin_fields() {
    check(
        "aws_cloudtrail",
        &[
            ("ct.name", "ok ct.name None None CHARBUF"),
            ("s3.bytes", "ok s3.bytes None None UINT64"),
            ("evt.num", "ok evt.num None None UINT64"),
            ("json.value[/a]", "ok json.value Some(\"/a\") None CHARBUF"),
            ("json.value[]", "ok json.value Some(\"\") None CHARBUF"),
            ("json.value[7]", "ok json.value Some(\"7\") None CHARBUF"),
            ("json.value[/a[b]", "ok json.value Some(\"/a[b\") None CHARBUF"),
            ("jevt.value[/a]", "ok jevt.value Some(\"/a\") None CHARBUF"),
            ("ec2.imageids", "ok ec2.imageids None None CHARBUF"),
            ("ec2.imageids[10]", "ok ec2.imageids Some(\"10\") Some(10) CHARBUF"),
            (
                "ec2.imageids[18446744073709551615]",
                "ok ec2.imageids Some(\"18446744073709551615\") Some(18446744073709551615) CHARBUF",
            ),
        ],
    );
}

#[test]
fn plugin_messages() {
    check(
        "aws_cloudtrail",
        &[
            ("ct.nam", "filter_check called with nonexistent field ct.nam"),
            ("CT.name", "filter_check called with nonexistent field CT.name"),
            ("ct.namefoo", "filter_check called with nonexistent field ct.namefoo"),
            ("ct.user.bogus", "filter_check called with nonexistent field ct.user.bogus"),
            ("evt.num[0]", "filter_check called with nonexistent field evt.num[0]"),
            ("evt.type", "filter_check called with nonexistent field evt.type"),
            ("ka.verb", "filter_check called with nonexistent field ka.verb"),
            ("", "filter_check called with nonexistent field "),
            ("json.value", "filter 'json.value': json.value requires an argument but none provided"),
            ("json.value.foo", "filter 'json.value.foo': json.value requires an argument but none provided"),
            ("json.valuefoo[/x]", "filter_check called with nonexistent field json.valuefoo[/x]"),
            ("json.value[", "filter 'json.value[': json.value terminates with incomplete argument brackets"),
            ("json.value[/a", "filter 'json.value[/a': json.value has unbalanced argument brackets"),
            ("json.value[/a b]", "filter 'json.value[/a': json.value has unbalanced argument brackets"),
            ("json.value[/a]b]", "filter_check called with nonexistent field json.value[/a]b]"),
            (
                "ct.name[0]",
                "filter 'ct.name[0]': ct.name does not allow nor require an argument but one is provided: 0",
            ),
            (
                "ec2.imageids[]",
                "filter ec2.imageids[] ec2.imageids has an invalid index argument starting with 0: ",
            ),
            (
                "ec2.imageids[01]",
                "filter ec2.imageids[01] ec2.imageids has an invalid index argument starting with 0: 01",
            ),
            (
                "ec2.imageids[0x1]",
                "filter ec2.imageids[0x1] ec2.imageids has an invalid index argument not composed only by digits: 0x1",
            ),
            (
                "ec2.imageids[18446744073709551616]",
                "filter ec2.imageids[18446744073709551616] ec2.imageids has an invalid index argument not representable on 64 bit: 18446744073709551616",
            ),
        ],
    );
}

#[test]
fn other_sources() {
    check(
        "k8s_audit",
        &[
            ("ka.req.pod.containers.image[0]", "ok ka.req.pod.containers.image Some(\"0\") Some(0) CHARBUF"),
            ("ka.uri.param[x]", "ok ka.uri.param Some(\"x\") None CHARBUF"),
            ("ct.name", "filter_check called with nonexistent field ct.name"),
        ],
    );
}

#[test]
fn syscall_fields() {
    check(
        "syscall",
        &[
            ("proc.name", "ok proc.name None None CHARBUF"),
            ("proc.args.foo", "filter_check called with nonexistent field proc.args.foo"),
            ("json.value[/a]", "ok json.value Some(\"/a\") None CHARBUF"),
            ("container.mount[/a]", "ok container.mount Some(\"/a\") None CHARBUF"),
            ("container.mount[2]", "ok container.mount Some(\"2\") Some(2) CHARBUF"),
            ("evt.arg[0]", "ok evt.arg Some(\"0\") Some(0) CHARBUF"),
            ("evt.arg.flags", "ok evt.arg Some(\"flags\") None CHARBUF"),
            ("evt.arg", "filter syntax error: evt.arg"),
            ("evt.arg[x]", "x is not a valid number"),
            ("evt.arg.nosuch", "unknown event argument nosuch"),
            ("evt.args", "ok evt.args None None CHARBUF"),
            ("evt.rawarg", "filter syntax error: evt.rawarg"),
            ("evt.rawarg.size", "ok evt.rawarg Some(\"size\") None UINT32"),
            ("evt.rawarg.nosuch", "unknown event argument nosuch"),
            ("evt.rawarg[0]", "evt.arg fields must be expressed explicitly"),
            ("evt.around[5]", "ok evt.around Some(\"5\") None UINT64"),
            ("evt.around.5", "wrong syntax for evt.around"),
            ("evt.type.is.open", "ok evt.type.is Some(\"open\") None UINT32"),
            ("evt.type.is.nosuch", "unknown event type nosuch"),
            ("evt.abspath", "ok evt.abspath None None CHARBUF"),
            ("evt.abspath.src", "ok evt.abspath Some(\"src\") None CHARBUF"),
            ("evt.abspath.x", "wrong syntax for evt.abspath"),
            ("evt.latencyfoo", "filter_check called with nonexistent field evt.latencyfoo"),
            ("proc.aname", "ok proc.aname None None CHARBUF"),
            ("proc.aname[2]", "ok proc.aname Some(\"2\") Some(2) CHARBUF"),
            ("proc.aname[x]", "filter_check called with nonexistent field proc.aname[x]"),
            ("proc.aexepath[2]", "ok proc.aexepath Some(\"2\") Some(2) CHARBUF"),
            ("proc.env[HOME]", "ok proc.env Some(\"HOME\") None CHARBUF"),
            ("proc.aenv[2]", "ok proc.aenv Some(\"2\") Some(2) CHARBUF"),
            ("thread.cgroup.cpu", "ok thread.cgroup Some(\"cpu\") None CHARBUF"),
            ("thread.cgroup[cpu]", "filter syntax error: thread.cgroup[cpu]"),
            ("thread.cgroups", "ok thread.cgroups None None CHARBUF"),
            ("fd.types[0]", "ok fd.types Some(\"0\") Some(0) CHARBUF"),
        ],
    );
}

#[test]
fn every_field_is_reachable() {
    let set = PluginSet::default();
    for source in set.sources() {
        let fields = set.classes(source).unwrap();
        for field in fields.fields() {
            assert!(std::ptr::eq(fields.field(&field.name).unwrap(), field), "{source} {}", field.name);
            let found =
                match field.arg.required && field.arg.custom != Some(crate::schema::field::Custom::Path) {
                    false => fields.resolve(&field.name).map(|found| found.field.name.clone()),
                    true => continue,
                };
            assert_eq!(found.as_ref(), Ok(&field.name), "{source}");
        }
    }
}

#[test]
fn problems() {
    let set = PluginSet::default();
    let fields = set.classes("aws_cloudtrail").unwrap();
    let problem = |text: &str| fields.resolve(text).unwrap_err().problem;
    assert_eq!(problem("ct.nam"), FieldProblem::Unknown);
    assert_eq!(problem("json.value"), FieldProblem::ArgumentMissing);
    assert_eq!(problem("json.value[/a"), FieldProblem::ArgumentUnclosed);
    assert_eq!(problem("ct.name[0]"), FieldProblem::ArgumentNotAllowed);
    assert_eq!(problem("ec2.imageids[x]"), FieldProblem::BadIndex);
    assert_eq!(fields.resolve("json.value").unwrap_err().field.as_deref(), Some("json.value"));
}
