//! The text of the data files under `rulesets/` that are compiled into the library.

/// Fields of every event source.
pub const GENERIC_SCHEMA: &str = include_str!("../rulesets/schemas/generic.json");

/// Fields, event types and event parameters of the engine for system calls.
pub const SYSCALL_SCHEMA: &str = include_str!("../rulesets/schemas/syscall.json");

/// Field lists of plugins, in the order in which the plugins load.
pub const PLUGIN_SCHEMAS: [&str; 7] = [
    include_str!("../rulesets/schemas/aws_cloudtrail.json"),
    include_str!("../rulesets/schemas/json.json"),
    include_str!("../rulesets/schemas/container.json"),
    include_str!("../rulesets/schemas/k8s_audit.json"),
    include_str!("../rulesets/schemas/okta.json"),
    include_str!("../rulesets/schemas/gcp_auditlog.json"),
    include_str!("../rulesets/schemas/github.json"),
];

/// The members of a CloudTrail record, as a tree.
pub const CLOUDTRAIL_MEMBERS: &str = include_str!("../rulesets/aws/cloudtrail-members.txt");

/// Names of members of requests and responses in their own spelling.
pub const REQUEST_MEMBERS: &str = include_str!("../rulesets/schemas/request-members.txt");

/// Field names of older Sysdig rules and their current names.
pub const OLDER_NAMES: &str = include_str!("../rulesets/schemas/older-names.txt");

/// Event names by event source.
pub const AWS_EVENTS: &str = include_str!("../rulesets/aws-events.txt");

/// The controls of the CIS AWS Foundations Benchmark.
pub const CIS_AWS_CONTROLS: &str = include_str!("../rulesets/cis-aws/controls.yaml");

/// GuardDuty finding types and the controls that they cover.
pub const GUARDDUTY: &str = include_str!("../rulesets/cis-aws/guardduty.yaml");

/// Rules and policies delivered with a product: the name of the profile, its rules, its policies.
pub const PROFILES: [(&str, &str, &str); 1] = [(
    "sysdig-managed",
    include_str!("../rulesets/sysdig-managed/rules.yaml"),
    include_str!("../rulesets/sysdig-managed/policies.yaml"),
)];

/// Likely values for some members of a record, as JSON pointers.
pub const CLOUDTRAIL_LIKELY: &str = include_str!("../rulesets/schemas/cloudtrail-likely.json");

/// Services and beginnings of action names that made-up events prefer.
pub const USUAL_NAMES: &str = include_str!("../rulesets/aws/usual-names.toml");

/// Calls and IAM actions, and the events they are logged as.
pub const AWS_LOGGED_AS: &str = include_str!("../rulesets/aws/logged-as.txt");

/// Data events by event source.
pub const AWS_DATA_EVENTS: &str = include_str!("../rulesets/aws/data-events.txt");

/// Retired calls.
pub const AWS_RETIRED: &str = include_str!("../rulesets/aws/retired.txt");

/// Event sources of one service, and its other names.
pub const AWS_SOURCES: &str = include_str!("../rulesets/aws/sources.txt");

/// Tactic and technique ids of MITRE ATT&CK.
pub const MITRE_ATTACK: &str = include_str!("../rulesets/mitre-attack.txt");

/// The version of the engine and of plugins that introduced each feature.
pub const SINCE: &str = include_str!("../rulesets/schemas/since.txt");

/// The files that `rulec init` writes: rulec.toml, a first rule, its tests, and CI configuration.
pub const INIT_CONFIG: &str = include_str!("../rulesets/init/rulec.toml");
/// See [`INIT_CONFIG`].
pub const INIT_RULES: &str = include_str!("../rulesets/init/cloudtrail.yaml");
/// See [`INIT_CONFIG`].
pub const INIT_TESTS: &str = include_str!("../rulesets/init/cloudtrail.test.yaml");
/// See [`INIT_CONFIG`].
pub const INIT_GITHUB: &str = include_str!("../rulesets/init/github.yml");
/// See [`INIT_CONFIG`].
pub const INIT_GITLAB: &str = include_str!("../rulesets/init/gitlab.yml");
/// See [`INIT_CONFIG`].
pub const INIT_PRE_COMMIT: &str = include_str!("../rulesets/init/pre-commit.yaml");

/// Templates that complete the events of tests and witnesses, by name. The first applies to any event.
pub const TEMPLATES: [(&str, &str); 7] = [
    ("api-call", include_str!("../rulesets/templates/api-call.json")),
    ("console-login", include_str!("../rulesets/templates/console-login.json")),
    ("s3-object", include_str!("../rulesets/templates/s3-object.json")),
    ("iam-user", include_str!("../rulesets/templates/iam-user.json")),
    ("root", include_str!("../rulesets/templates/root.json")),
    ("assumed-role", include_str!("../rulesets/templates/assumed-role.json")),
    ("aws-service", include_str!("../rulesets/templates/aws-service.json")),
];
