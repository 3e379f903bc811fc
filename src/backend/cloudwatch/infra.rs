//! Infrastructure for filter patterns: metric filters, metrics, alarms and a topic, for three tools.

use super::super::CompileJob;
use super::Filter;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The namespace of the metrics.
const NAMESPACE: &str = "CloudTrailRules";
/// Period of an alarm in seconds.
const PERIOD: u32 = 300;

/// One metric filter.
struct Metric {
    /// Unique id of letters, digits and `-`.
    id: String,
    /// Name of the metric, shared by the filters of a rule.
    metric: String,
    pattern: String,
}

/// An alarm and the filters of its metric.
struct Alarm {
    metric: String,
    description: String,
    threshold: u32,
    filters: Vec<Metric>,
}

fn alarms(filters: &[Filter<'_>], job: &CompileJob<'_>) -> Vec<Alarm> {
    let mut taken = BTreeSet::new();
    let alarm = |filter: &Filter<'_>| {
        let metric = unique(slug(&filter.rule.name), &mut taken);
        let id = |at: usize| if at == 0 { metric.clone() } else { format!("{metric}-part{}", at + 1) };
        let filters = filter.patterns.iter().enumerate();
        let filters = filters
            .map(|(at, pattern)| Metric { id: id(at), metric: metric.clone(), pattern: pattern.clone() })
            .collect();
        let description = filter.rule.description.split_whitespace().collect::<Vec<_>>().join(" ");
        Alarm { description, threshold: threshold(job, &filter.rule.name), metric, filters }
    };
    filters.iter().map(alarm).collect()
}

fn threshold(job: &CompileJob<'_>, rule: &str) -> u32 {
    let all = &job.settings.thresholds;
    let own = all.iter().rev().find(|(name, _)| name.as_deref() == Some(rule));
    let others = || all.iter().rev().find(|(name, _)| name.is_none());
    own.or_else(others).map_or(1, |(_, count)| *count)
}

fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    let slug: String = slug.chars().take(200).collect();
    if slug.is_empty() { "rule".to_owned() } else { slug }
}

fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut one = name.clone();
    let mut count = 2;
    while !taken.insert(one.to_ascii_lowercase()) {
        one = format!("{name}-{count}");
        count += 1;
    }
    one
}

/// The patterns only.
pub fn plain(filters: &[Filter<'_>]) -> String {
    let one = |filter: &Filter<'_>| format!("# {}\n{}\n", filter.rule.name, filter.patterns.join("\n"));
    filters.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Terraform.
pub fn terraform(filters: &[Filter<'_>], job: &CompileJob<'_>) -> String {
    let default = job.settings.from.as_deref().map(|from| format!("\n  default     = {}", hcl(from)));
    let mut out = format!(
        "variable \"log_group_name\" {{
  type        = string
  description = \"The log group that CloudTrail delivers to\"{}
}}

resource \"aws_sns_topic\" \"cloudtrail_rules\" {{
  name = \"cloudtrail-rules\"
}}
",
        default.unwrap_or_default()
    );
    for alarm in alarms(filters, job) {
        for filter in &alarm.filters {
            out += &format!(
                "
resource \"aws_cloudwatch_log_metric_filter\" \"{id}\" {{
  name           = \"{name}\"
  log_group_name = var.log_group_name
  pattern        = {pattern}

  metric_transformation {{
    name      = \"{metric}\"
    namespace = \"{NAMESPACE}\"
    value     = \"1\"
  }}
}}
",
                id = resource(&filter.id),
                name = filter.id,
                metric = filter.metric,
                pattern = hcl(&filter.pattern),
            );
        }
        out += &format!(
            "
resource \"aws_cloudwatch_metric_alarm\" \"{id}\" {{
  alarm_name          = \"{metric}\"
  alarm_description   = {description}
  namespace           = \"{NAMESPACE}\"
  metric_name         = \"{metric}\"
  statistic           = \"Sum\"
  period              = {PERIOD}
  evaluation_periods  = 1
  comparison_operator = \"GreaterThanOrEqualToThreshold\"
  threshold           = {threshold}
  treat_missing_data  = \"notBreaching\"
  alarm_actions       = [aws_sns_topic.cloudtrail_rules.arn]
}}
",
            id = resource(&alarm.metric),
            metric = alarm.metric,
            description = hcl(&shortened(&alarm.description)),
            threshold = alarm.threshold,
        );
    }
    out
}

/// A name for a Terraform resource, which begins with a letter or `_`.
fn resource(id: &str) -> String {
    let id = id.replace('-', "_").to_ascii_lowercase();
    if id.starts_with(|c: char| c.is_ascii_digit()) { format!("r_{id}") } else { id }
}

/// A quoted text of Terraform.
fn hcl(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.replace("${", "$${").replace("%{", "%%{")
}

/// A description cut to the service's limit of 1024 characters.
fn shortened(text: &str) -> String {
    text.chars().take(1000).collect()
}

/// CloudFormation.
pub fn cloudformation(filters: &[Filter<'_>], job: &CompileJob<'_>) -> Result<String, String> {
    let mut resources = serde_json::Map::new();
    resources.insert("Topic".into(), json!({ "Type": "AWS::SNS::Topic" }));
    for (number, alarm) in alarms(filters, job).iter().enumerate() {
        let logical = |kind: &str, part: usize| {
            let words: String = alarm.metric.chars().filter(char::is_ascii_alphanumeric).collect();
            // The number keeps names unique that differ only in characters that are removed.
            format!(
                "{kind}{}{words}{}",
                number + 1,
                if part == 0 { String::new() } else { format!("Part{}", part + 1) }
            )
        };
        for (part, filter) in alarm.filters.iter().enumerate() {
            resources.insert(
                logical("Filter", part),
                json!({
                    "Type": "AWS::Logs::MetricFilter",
                    "Properties": {
                        "FilterName": filter.id,
                        "LogGroupName": { "Ref": "LogGroupName" },
                        "FilterPattern": filter.pattern,
                        "MetricTransformations": [
                            { "MetricName": filter.metric, "MetricNamespace": NAMESPACE, "MetricValue": "1" },
                        ],
                    },
                }),
            );
        }
        resources.insert(
            logical("Alarm", 0),
            json!({
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmName": alarm.metric,
                    "AlarmDescription": shortened(&alarm.description),
                    "Namespace": NAMESPACE,
                    "MetricName": alarm.metric,
                    "Statistic": "Sum",
                    "Period": PERIOD,
                    "EvaluationPeriods": 1,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                    "Threshold": alarm.threshold,
                    "TreatMissingData": "notBreaching",
                    "AlarmActions": [{ "Ref": "Topic" }],
                },
            }),
        );
    }
    let mut parameter =
        json!({ "Type": "String", "Description": "The log group that CloudTrail delivers to" });
    if let Some(from) = &job.settings.from {
        parameter["Default"] = json!(from);
    }
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": { "LogGroupName": parameter },
        "Resources": resources,
    });
    serde_json::to_string_pretty(&template).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// Commands of the AWS CLI.
pub fn cli(filters: &[Filter<'_>], job: &CompileJob<'_>) -> String {
    let group = job.settings.from.as_deref().map_or_else(|| "\"$LOG_GROUP\"".to_owned(), shell);
    let mut out = String::from(
        "TOPIC=$(aws sns create-topic --name cloudtrail-rules --query TopicArn --output text)\n",
    );
    for alarm in alarms(filters, job) {
        for filter in &alarm.filters {
            out += &format!(
                "
aws logs put-metric-filter --log-group-name {group} --filter-name {id} \\
  --filter-pattern {pattern} \\
  --metric-transformations metricName={metric},metricNamespace={NAMESPACE},metricValue=1
",
                id = filter.id,
                metric = filter.metric,
                pattern = shell(&filter.pattern),
            );
        }
        out += &format!(
            "aws cloudwatch put-metric-alarm --alarm-name {metric} --alarm-description {description} \\
  --namespace {NAMESPACE} --metric-name {metric} --statistic Sum --period {PERIOD} --evaluation-periods 1 \\
  --comparison-operator GreaterThanOrEqualToThreshold --threshold {threshold} \\
  --treat-missing-data notBreaching --alarm-actions \"$TOPIC\"
",
            metric = alarm.metric,
            description = shell(&shortened(&alarm.description)),
            threshold = alarm.threshold,
        );
    }
    out
}

/// A text quoted for shells.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
