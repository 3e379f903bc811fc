//! Whole queries around conditions.

use super::super::CompileJob;
use super::{Dialect, Writer};
use crate::eval::time;
use crate::sema::ir::{Pred, Rule};

const DAY: i64 = 86_400_000_000_000;

/// Columns of a result row and their members.
const SHOWN: [(&str, &str); 8] = [
    ("event_time", "eventTime"),
    ("event_id", "eventID"),
    ("event_source", "eventSource"),
    ("event_name", "eventName"),
    ("aws_region", "awsRegion"),
    ("account_id", "recipientAccountId"),
    ("user_arn", "userIdentity.arn"),
    ("source_ip", "sourceIPAddress"),
];

/// Regular expression of the times that the plugin accepts.
const TIME: &str =
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})";

/// One query for all rules: a row for each rule and event.
pub fn query(dialect: Dialect, rules: &[(&Rule, Pred)], job: &CompileJob<'_>) -> Result<String, String> {
    let mut writer = Writer::new(dialect);
    let mut cases = Vec::new();
    let mut values = Vec::new();
    for (at, (rule, pred)) in rules.iter().enumerate() {
        let number = at + 1;
        cases.push(format!("  WHEN {number} THEN {}", writer.condition(pred)?));
        let (name, priority) = (dialect.text(&rule.name), dialect.text(rule.priority.name()));
        values.push(format!("  ({number}, {name}, {priority})"));
    }
    if rules.is_empty() {
        return Ok("-- there is no rule\n".to_owned());
    }
    let head = head(&mut writer, job)?;
    Ok(format!(
        "{head}
SELECT rules.rule, rules.priority, {}
FROM fields CROSS JOIN (VALUES
{}
) AS rules (number, rule, priority)
WHERE CASE rules.number
{}
  ELSE FALSE END
ORDER BY event_time, event_id, rules.number;
",
        shown(dialect),
        values.join(",\n"),
        cases.join("\n"),
    ))
}

/// A view for each rule.
pub fn views(dialect: Dialect, rules: &[(&Rule, Pred)], job: &CompileJob<'_>) -> Result<String, String> {
    let mut out = String::new();
    let mut taken = std::collections::BTreeSet::new();
    for (rule, pred) in rules {
        let mut writer = Writer::new(dialect);
        let condition = writer.condition(pred)?;
        let head = head(&mut writer, job)?;
        let slug: String = rule
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        let mut name = format!("rule_{slug}");
        let mut count = 2;
        while !taken.insert(name.clone()) {
            name = format!("rule_{slug}_{count}");
            count += 1;
        }
        let comment = rule.name.replace(['\n', '\r'], " ");
        out += &format!(
            "-- {comment}
CREATE OR REPLACE VIEW {name} AS
{head}
SELECT {} AS rule, {} AS priority, {}
FROM fields
WHERE {condition};

",
            dialect.text(&rule.name),
            dialect.text(rule.priority.name()),
            shown(dialect),
        );
    }
    Ok(out)
}

/// The columns of a result row, with the record if records are JSON.
fn shown(dialect: Dialect) -> String {
    let mut names: Vec<&str> = SHOWN.iter().map(|(name, _)| *name).collect();
    if !dialect.has_columns() {
        names.push("record");
    }
    names.join(", ")
}

/// The common table expressions from the source to the columns of fields.
fn head(writer: &mut Writer, job: &CompileJob<'_>) -> Result<String, String> {
    let dialect = writer.dialect;
    let mut columns = Vec::new();
    if !dialect.has_columns() {
        let text = if dialect == Dialect::DuckDb { "record::VARCHAR AS record" } else { "record" };
        columns.push(text.to_owned());
    }
    let keys = |dotted: &str| dotted.split('.').map(str::to_owned).collect::<Vec<_>>();
    for (name, member) in SHOWN {
        columns.push(format!("{} AS {name}", dialect.text_at(&keys(member))?));
    }
    columns.push(format!("{} AS event_type", dialect.text_at(&keys("eventType"))?));
    columns.extend(
        writer.members.iter().map(|(name, expression)| format!("{expression} AS {}", dialect.name_of(name))),
    );
    let fields: String = writer
        .fields
        .iter()
        .map(|(name, expression)| format!(",\n    {expression} AS {}", dialect.name_of(name)))
        .collect();
    // Records that the plugin ignores are excluded.
    let mut kept = vec![
        dialect.regex("event_time", &format!("^{TIME}$")),
        "event_type <> ''".to_owned(),
        "event_type <> 'AwsCloudTrailInsight'".to_owned(),
    ];
    kept.extend(job.since.map(|since| format!("event_time >= '{}'", moment(since))));
    kept.extend(job.until.map(|until| format!("event_time < '{}'", moment(until))));
    Ok(format!(
        "WITH members AS (
  SELECT
    {}
  FROM {}
),
fields AS (
  SELECT *{fields}
  FROM members
  WHERE {}
)",
        columns.join(",\n    "),
        source(dialect, job),
        kept.join("\n    AND "),
    ))
}

fn moment(nanos: i64) -> String {
    time::text(nanos, "%FT%TZ")
}

/// The source of records, with the partitions that are needed.
fn source(dialect: Dialect, job: &CompileJob<'_>) -> String {
    let from = job.settings.from.as_deref();
    let is_table = |name: &str| {
        name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '`'))
            && ![".json", ".jsonl", ".ndjson", ".gz"].iter().any(|end| name.ends_with(end))
    };
    match dialect {
        Dialect::DuckDb => match from {
            Some(table) if is_table(table) => table.to_owned(),
            files => format!(
                "(
    SELECT unnest(CASE WHEN json_type(json, '/Records') = 'ARRAY' THEN json_extract(json, '$.Records[*]') ELSE [json] END) AS record
    FROM read_json_objects({}, format = 'auto', maximum_object_size = 1073741824)
  )",
                files_of(files.unwrap_or("cloudtrail.jsonl"), dialect)
            ),
        },
        Dialect::Spark => {
            let table = match from {
                Some(table) if is_table(table) => table.to_owned(),
                files => {
                    let files = files.unwrap_or("cloudtrail.jsonl").lines();
                    let each = files.map(|file| format!("SELECT value FROM text.{}", dialect.name_of(file)));
                    format!("({})", each.collect::<Vec<_>>().join(" UNION ALL "))
                }
            };
            format!("(SELECT value AS record, try_parse_json(value) AS parsed FROM {table})")
        }
        Dialect::Athena | Dialect::Trino => {
            let day = |nanos: i64| time::text(nanos, "%Y/%m/%d");
            let mut partitions = Vec::new();
            partitions.extend(job.since.map(|since| format!("\"timestamp\" >= '{}'", day(since))));
            // Events at the end of a day are delivered on the next day.
            partitions.extend(job.until.map(|until| format!("\"timestamp\" <= '{}'", day(until.saturating_add(DAY)))));
            let table = from.unwrap_or("cloudtrail_logs");
            match partitions.is_empty() {
                true => table.to_owned(),
                false => format!("{table}\n  WHERE {}", partitions.join(" AND ")),
            }
        }
    }
}

/// A file, or several separated by line breaks.
fn files_of(files: &str, dialect: Dialect) -> String {
    let all: Vec<String> = files.lines().map(|file| dialect.text(file)).collect();
    match all.as_slice() {
        [only] => only.clone(),
        _ => format!("[{}]", all.join(", ")),
    }
}
