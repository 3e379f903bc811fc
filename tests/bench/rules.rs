//! Rules files made up for measuring: plausible CloudTrail rules, as many as wanted, always the same ones.

use std::fmt::Write as _;

/// What a generated file is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    /// A fifth of the rules use macros and lists; nothing is wrong.
    Plain,
    /// Most event names are ones that AWS does not have.
    UnknownEvents,
    /// Most fields are misspelt, each in one of many ways.
    UnknownFields,
    /// Every field name is wrong, no two alike.
    EveryFieldDistinct,
    /// One list for each rule, used by it.
    ManyLists,
    /// One macro for each rule, in chains of ten.
    ManyMacros,
    /// One list with as many items as there are rules, used by all of them.
    HugeList,
    /// One rule whose condition has as many checks as there would be rules.
    HugeCondition,
    /// Lists of lists, one for each rule.
    NestedLists,
    /// Every rule has exceptions.
    Exceptions,
    /// Every rule uses a macro that does not exist.
    UnknownMacros,
}

/// All variants.
pub const VARIANTS: &[Variant] = &[
    Variant::Plain,
    Variant::UnknownEvents,
    Variant::UnknownFields,
    Variant::EveryFieldDistinct,
    Variant::ManyLists,
    Variant::ManyMacros,
    Variant::HugeList,
    Variant::HugeCondition,
    Variant::NestedLists,
    Variant::Exceptions,
    Variant::UnknownMacros,
];

impl Variant {
    /// The name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Plain => "plain",
            Variant::UnknownEvents => "unknown-events",
            Variant::UnknownFields => "unknown-fields",
            Variant::EveryFieldDistinct => "distinct-fields",
            Variant::ManyLists => "many-lists",
            Variant::ManyMacros => "many-macros",
            Variant::HugeList => "huge-list",
            Variant::HugeCondition => "huge-condition",
            Variant::NestedLists => "nested-lists",
            Variant::Exceptions => "exceptions",
            Variant::UnknownMacros => "unknown-macros",
        }
    }
}

/// A rules file with `count` rules, or with one thing of that size.
pub fn generate(variant: Variant, count: usize) -> String {
    let mut writer = Writer { out: String::new(), random: Random(0x5EED), variant };
    writer.head();
    match variant {
        Variant::HugeCondition => writer.huge_condition(count),
        _ => {
            if variant == Variant::HugeList {
                writer.huge_list(count);
            }
            (0..count).for_each(|number| writer.numbered(number));
        }
    }
    writer.out
}

/// Services and events of theirs.
const SERVICES: &[(&str, &[&str])] = &[
    ("signin", &["ConsoleLogin", "CheckMfa", "SwitchRole"]),
    ("iam", &["CreateUser", "AttachUserPolicy", "CreateAccessKey", "PutUserPolicy"]),
    ("cloudtrail", &["DeleteTrail", "StopLogging", "UpdateTrail"]),
    ("s3", &["PutBucketPolicy", "PutBucketAcl", "DeleteBucketEncryption"]),
    ("ec2", &["AuthorizeSecurityGroupIngress", "RunInstances", "DeleteFlowLogs", "ModifyImageAttribute"]),
    ("ec2", &["CreateInternetGateway", "CreateVpc", "DeleteNatGateway"]),
    ("lambda", &["UpdateFunctionCode20150331v2", "CreateFunction20150331"]),
    ("kms", &["DisableKey", "ScheduleKeyDeletion"]),
    ("rds", &["DeleteDBCluster", "ModifyDBInstance"]),
    ("sts", &["AssumeRole", "AssumeRoleWithSAML"]),
];
const REGIONS: &[&str] = &["us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1", "eu-central-1"];
const PRIORITIES: &[&str] = &["CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO"];
const FIELDS: &[&str] =
    &["ct.user", "ct.srcip", "ct.region", "ct.name", "ct.error", "ct.user.arn", "ct.useragent", "ct.src"];
const TAGS: &[&str] =
    &["cloud", "aws", "aws_iam", "aws_ec2", "aws_s3", "mitre_TA0001", "mitre_T1078", "soc2_CC6.1"];

/// SplitMix64: the same numbers everywhere and always.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

struct Writer {
    out: String,
    random: Random,
    variant: Variant,
}

impl Writer {
    fn head(&mut self) {
        self.out += "# Generated for measuring.\n- required_engine_version: 0.40.0\n";
        self.out += "- required_plugin_versions:\n  - name: cloudtrail\n    version: 0.8.0\n";
        self.out += "  - name: json\n    version: 0.7.0\n\n";
        self.out +=
            "- list: aws_trusted_accounts\n  items: ['111122223333', '444455556666', '777788889999']\n\n";
        self.out += "- list: aws_regions\n  items: [us-east-1, us-west-2, eu-west-1, eu-central-1]\n\n";
        self.out += "- list: aws_break_glass\n  items: [emergency, 'break glass', root]\n\n";
        self.out += "- macro: aws_no_error\n  condition: (not ct.error exists)\n\n";
        self.out += "- macro: aws_trusted\n  condition: >\n    (ct.user.accountid in (aws_trusted_accounts)\n     or ct.user in (aws_break_glass))\n\n";
        self.out += "- macro: aws_usual_region\n  condition: ct.region in (aws_regions)\n\n";
    }

    fn numbered(&mut self, number: usize) {
        let extra = match self.variant {
            Variant::ManyLists => {
                let (a, b) = (self.any_event(), self.any_event());
                let _ =
                    write!(self.out, "- list: events_{number}\n  items: [{a}, {b}, \"Other {number}\"]\n\n");
                format!("and not ct.request.name in (events_{number})")
            }
            Variant::NestedLists => {
                let (a, b) = (self.any_event(), number.saturating_sub(1));
                let _ = write!(
                    self.out,
                    "- list: events_{number}\n  items: [{a}, name_{number}, events_{b}]\n\n"
                );
                format!("and not ct.request.name in (events_{number}, aws_regions)")
            }
            Variant::ManyMacros => {
                let (a, b) = (self.any_event(), self.any_event());
                let inner = if number.is_multiple_of(10) {
                    String::new()
                } else {
                    format!(" or chain_{}", number - 1)
                };
                let _ = write!(
                    self.out,
                    "- macro: chain_{number}\n  condition: (ct.name in ({a}, {b}){inner})\n\n"
                );
                format!("and not chain_{number}")
            }
            Variant::HugeList => "and not ct.user.arn in (allowed_arns)".to_owned(),
            Variant::UnknownMacros => format!("and not missing_macro_{number}"),
            _ => String::new(),
        };
        // No two rules ask for the same.
        let gap = if extra.is_empty() { "" } else { "\n    " };
        let extra = format!("{extra}{gap}and json.value[/requestParameters/team]=\"team-{number}\"");
        self.rule(number, &extra);
    }

    fn rule(&mut self, number: usize, extra: &str) {
        let (source, events) = SERVICES[self.random.below(SERVICES.len())];
        let event = self.event(events);
        let style = if self.random.below(4) == 0 { '|' } else { '>' };
        let words = ["account", "policy", "bucket", "key", "instance", "trail"];
        let (verb, thing) = (event.clone(), self.random.of(&words));
        let _ = write!(
            self.out,
            "- rule: {verb} on an Unexpected {thing} {number}\n  desc: >\n    Detects {verb} by somebody who does not usually do that to a {thing}.\n    See the runbook, section {number}, before closing the finding.\n  condition: {style}\n"
        );
        let name = self.field("ct.name");
        let other = match self.event(events) {
            same if same == event => {
                events.iter().find(|other| **other != event).unwrap_or(&"Other").to_string()
            }
            other => other,
        };
        let src = self.field("ct.src");
        let _ = writeln!(self.out, "    {name} in ({event}, {other}) and {src}=\"{source}.amazonaws.com\"");
        if number.is_multiple_of(5) {
            let _ = writeln!(self.out, "    and aws_no_error and not aws_trusted and not aws_usual_region");
        } else {
            let (error, field) = (self.field("ct.error"), self.field("ct.region"));
            let region = self.random.of(REGIONS);
            let _ = writeln!(self.out, "    and not {error} exists and {field}!={region}");
        }
        match self.random.below(4) {
            0 => {
                let _ = writeln!(
                    self.out,
                    "    and json.value[/requestParameters/policyName]=\"Admin{number}\" and (ct.managementevent=true or ct.readonly!=true)"
                );
            }
            1 => {
                let (arn, agent) = (self.field("ct.user.arn"), self.field("ct.useragent"));
                let _ = writeln!(
                    self.out,
                    "    and ({arn} startswith \"arn:aws:iam::\" or {agent} contains 'session {number}')"
                );
            }
            2 => {
                let user = self.field("ct.user");
                let _ = writeln!(self.out, "    and tolower({user}) glob \"*admin*\"");
            }
            _ => {}
        }
        if !extra.is_empty() {
            let _ = writeln!(self.out, "    {extra}");
        }
        let (a, b) = (self.random.of(FIELDS), self.random.of(FIELDS));
        let (a, b) = (self.field(a), self.field(b));
        let (priority, first, second) =
            (self.random.of(PRIORITIES), self.random.of(TAGS), self.random.of(TAGS));
        let _ = write!(
            self.out,
            "  output: >\n    {verb} on an unexpected {thing}\n    (requesting user=%ct.user, requesting IP=%{a},\n    AWS region=%ct.region, value=%{b})\n  priority: {priority}\n  source: aws_cloudtrail\n  tags: [{first}, {second}, generated]\n"
        );
        if self.variant == Variant::Exceptions {
            let _ = write!(
                self.out,
                "  exceptions:\n    - name: known_users\n      fields: [ct.user, ct.region]\n      comps: [=, in]\n      values:\n        - [deploy{number}, [us-east-1, aws_regions]]\n        - [\"build user\", [eu-west-1]]\n    - name: known_agents\n      fields: ct.useragent\n      comps: in\n      values: [terraform, 'aws cli', boto{number}]\n"
            );
        }
        self.out.push('\n');
    }

    /// A field as it is, or with a slip of the pen.
    fn field(&mut self, name: &str) -> String {
        let wrong = match self.variant {
            Variant::UnknownFields => self.random.below(5) > 0,
            Variant::EveryFieldDistinct => true,
            _ => false,
        };
        if !wrong {
            return name.to_owned();
        }
        if self.variant == Variant::EveryFieldDistinct {
            return format!("{name}{}", letters(self.random.next() & 0xFFFF_FFFF));
        }
        let at = 3 + self.random.below(name.len() - 3);
        let letter = char::from(b'a' + self.random.below(26) as u8);
        match self.random.below(3) {
            0 => format!("{}{letter}{}", &name[..at], &name[at..]),
            1 => format!("{}{letter}{}", &name[..at], &name[at + 1..]),
            _ => format!("{name}{letter}{}", char::from(b'a' + self.random.below(26) as u8)),
        }
    }

    fn any_event(&mut self) -> String {
        let (_, events) = SERVICES[self.random.below(SERVICES.len())];
        self.event(events)
    }

    fn event(&mut self, events: &[&str]) -> String {
        let event = self.random.of(events);
        if self.variant == Variant::UnknownEvents && self.random.below(5) > 0 {
            let at = 1 + self.random.below(event.len() - 1);
            let letter = char::from(b'a' + self.random.below(26) as u8);
            return format!("{}{letter}{}", &event[..at], &event[at..]);
        }
        event.to_owned()
    }

    fn huge_list(&mut self, count: usize) {
        self.out += "- list: allowed_arns\n  items:\n";
        for number in 0..count {
            let account = self.random.below(1_000_000_000);
            let _ = writeln!(self.out, "    - arn:aws:iam::{account:012}:user/someone-{number}");
        }
        self.out.push('\n');
    }

    fn huge_condition(&mut self, count: usize) {
        self.out += "- rule: Huge\n  desc: One condition\n  condition: >\n    ct.name exists and (";
        for number in 0..count {
            let (source, events) = SERVICES[self.random.below(SERVICES.len())];
            let event = self.event(events);
            let or = if number == 0 { "" } else { "\n    or " };
            let _ = write!(
                self.out,
                "{or}(ct.name={event} and ct.src=\"{source}.amazonaws.com\" and ct.user in (user{number}, aws_break_glass))"
            );
        }
        self.out += ")\n  output: Huge (user=%ct.user)\n  priority: INFO\n  source: aws_cloudtrail\n";
    }
}

/// A number in letters.
fn letters(mut number: u64) -> String {
    let mut text = String::new();
    while number > 0 {
        text.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    text
}
