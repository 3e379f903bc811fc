//! Plugin sets, and the bundled field lists themselves.

use super::*;
use crate::schema::Type;
use crate::schema::field::Print;

fn error(text: &str) -> String {
    PluginSet::parse(text).unwrap_err().to_string()
}

#[test]
fn default_set() {
    let set = PluginSet::default();
    let plugins: Vec<String> =
        set.plugins().iter().map(|plugin| format!("{}@{}", plugin.name, plugin.version)).collect();
    assert_eq!(
        plugins,
        [
            "cloudtrail@0.17.1",
            "json@0.7.4",
            "container@0.7.1",
            "k8saudit@0.18.0",
            "okta@0.12.0",
            "gcpaudit@0.8.1",
            "github@0.10.1"
        ]
    );
    let sources: Vec<&str> = set.sources().collect();
    assert_eq!(sources, ["syscall", "aws_cloudtrail", "k8s_audit", "okta", "gcp_auditlog", "github"]);
}

#[test]
fn parsed_sets() {
    let set = PluginSet::parse(" cloudtrail@0.1.0 , json").unwrap();
    assert_eq!(set.version_of("cloudtrail"), Some("0.1.0"));
    assert_eq!(set.version_of("json"), Some("0.7.4"));
    assert_eq!(set.version_of("okta"), None);
    assert_eq!(set.sources().collect::<Vec<_>>(), ["syscall", "aws_cloudtrail"]);
    assert!(set.classes("okta").is_none());
    assert!(set.classes("syscall").unwrap().field("container.id").is_none());
    assert!(PluginSet::parse("").unwrap().plugins().is_empty());
    assert_eq!(
        PluginSet::parse("cloudtrail@1.2.3-rc1+x").unwrap().version_of("cloudtrail"),
        Some("1.2.3-rc1+x")
    );
}

#[test]
fn bad_sets() {
    let known = "known plugins are cloudtrail, json, container, k8saudit, okta, gcpaudit, github";
    assert_eq!(
        error("cloudtrial"),
        format!("unknown plugin `cloudtrial`; did you mean `cloudtrail`? {known}")
    );
    assert_eq!(
        error("aws_cloudtrail"),
        format!("unknown plugin `aws_cloudtrail`; did you mean `cloudtrail`? {known}")
    );
    assert_eq!(error("zzz"), format!("unknown plugin `zzz`; {known}"));
    assert_eq!(error("json,,okta"), format!("a plugin name is missing; {known}"));
    assert_eq!(error("json,json@0.1.0"), "plugin `json` is given twice");
    for version in ["1", "0.7", "v0.7.4", "0.7.x", "", "0.7.4.1", "0..1"] {
        let expected =
            format!("`{version}` is not a version of plugin `json`; write three numbers, as in `json@0.7.4`");
        assert_eq!(error(&format!("json@{version}")), expected);
    }
}

#[test]
fn which_source_has_a_field() {
    let set = PluginSet::default();
    assert_eq!(set.sources_with("ka.verb"), ["k8s_audit"]);
    assert_eq!(set.sources_with("ka.uri.param[x]"), ["k8s_audit"]);
    assert_eq!(set.sources_with("evt.type"), ["syscall"]);
    assert_eq!(set.sources_with("evt.num").len(), 6);
    assert!(set.sources_with("no.such").is_empty());
}

#[test]
fn own_plugin() {
    let text = r#"[
        {"type": "string", "name": "inhouse.user", "display": "User", "desc": "who"},
        {"type": "uint64", "name": "inhouse.item", "desc": "a number", "isList": true,
         "arg": {"isRequired": true, "isIndex": true}, "properties": ["hidden", "fancy"], "addOutput": true}
    ]"#;
    let mut schema = Schema::parse(text).unwrap();
    schema.source = Some("inhouse".to_owned());
    let set = PluginSet::default().with(Plugin::new("inhouse", "1.0.0", schema));
    let fields = set.classes("inhouse").unwrap();
    let item = fields.resolve("inhouse.item[3]").unwrap();
    assert_eq!((item.index, item.ty, item.field.list), (Some(3), Type::Uint64, true));
    assert!(item.field.flags.hidden && item.field.flags.suggested && !item.field.listed);
    assert!(fields.resolve("json.value[/a]").is_ok());
}

#[test]
fn bad_lists() {
    let message = |text: &str| Schema::parse(text).unwrap_err().0;
    assert_eq!(message(r#"[{"name":"a.b","type":"nope","desc":"d"}]"#), "field `a.b`: unknown type `nope`");
    assert_eq!(
        message(r#"[{"name":"a.b","desc":"d","arg":{"isRequired":true}}]"#),
        "field `a.b`: a required argument must be an index or a key"
    );
    assert_eq!(
        message(r#"[{"name":"a.b","desc":"d"},{"name":"a.b","desc":"d"}]"#),
        "field `a.b` is listed twice"
    );
    assert!(message("{").contains("line 1"));
}

#[test]
fn bundled_lists() {
    let mut texts = vec![("generic", bundled::GENERIC_SCHEMA, 18), ("syscall", bundled::SYSCALL_SCHEMA, 215)];
    let names = ["aws_cloudtrail", "json", "container", "k8s_audit", "okta", "gcp_auditlog", "github"];
    let counts = [73, 6, 61, 100, 54, 25, 25];
    texts.extend(names.into_iter().zip(bundled::PLUGIN_SCHEMAS).zip(counts).map(|((a, b), c)| (a, b, c)));
    for (name, text, count) in texts {
        let schema = Schema::parse(text).unwrap();
        assert_eq!(schema.fields.len(), count, "{name}");
        for field in &schema.fields {
            let desc = &field.desc;
            assert!(
                !desc.trim().is_empty() && !desc.ends_with('.') && desc.len() < 140,
                "{name} {}",
                field.name
            );
            assert!(!field.class.is_empty(), "{name} {}", field.name);
        }
        assert_eq!(schema.event_types.len(), if name == "syscall" { 490 } else { 0 }, "{name}");
    }
    let syscall = syscall_schema();
    let field = |name: &str| syscall.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("evt.deltatime.ns").print, Print::Padded);
    assert!(field("evt.dir").flags.deprecated && !field("evt.dir").listed);
    assert!(field("fd.types").list && field("fd.types").flags.no_rhs);
    assert!(!field("util.cnt").listed && !field("util.cnt").flags.hidden);
}

#[test]
fn event_types_by_name() {
    assert!(event_types().is_sorted_by(|a, b| a.name < b.name));
    assert!(event_type("openat").unwrap().syscall);
    assert_eq!(&*event_type("container").unwrap().kind, "meta");
    assert!(event_type("openx").is_none());
}
