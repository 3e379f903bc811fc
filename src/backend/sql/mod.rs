//! `duckdb`, `spark`, `athena`, `trino`: queries over CloudTrail tables, by one writer with a dialect for each
//! engine.
//!
//! ```text
//! source (records) -> members (a column for each used one) -> fields (derived from members) -> rules
//! ```

mod condition;
mod dialect;
mod hex;
mod query;
mod regex;
mod term;

pub use dialect::Dialect;

use super::fit;
use super::{Artifact, CompileJob, Form, Target};
use crate::sema::ir::Atom;

/// DuckDB on JSON records.
pub static DUCKDB: Sql = Sql(Dialect::DuckDb);
/// Spark on JSON lines.
pub static SPARK: Sql = Sql(Dialect::Spark);
/// Athena on the table that AWS documents.
pub static ATHENA: Sql = Sql(Dialect::Athena);
/// Trino on the same table.
pub static TRINO: Sql = Sql(Dialect::Trino);

/// A target with SQL queries.
pub struct Sql(Dialect);

impl Target for Sql {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn summary(&self) -> &'static str {
        match self.0 {
            Dialect::DuckDb => "SQL of DuckDB over files of CloudTrail",
            Dialect::Spark => "SQL of Spark 4 over JSON lines",
            Dialect::Athena => "SQL of Athena over the table that AWS describes",
            Dialect::Trino => "SQL of Trino over the same table",
        }
    }

    fn forms(&self) -> &'static [Form] {
        &[
            Form { name: "query", summary: "one query for all rules, a row for each rule and event" },
            Form { name: "views", summary: "a view for each rule" },
        ]
    }

    fn compile(&self, job: &CompileJob<'_>) -> Result<Artifact, String> {
        let mut artifact = Artifact::default();
        let dialect = self.0;
        let says = |atom: &Atom, _: bool| Writer::new(dialect).comparison(atom).map(|_| ());
        let fitted = fit::all(job.rules, job.approximate, &mut artifact.diagnostics, &says);
        artifact.rules = fitted.len();
        artifact.text = match job.form {
            "views" => query::views(dialect, &fitted, job)?,
            _ => query::query(dialect, &fitted, job)?,
        };
        Ok(artifact)
    }
}

/// Writer of conditions that collects the columns they use.
#[derive(Debug)]
pub struct Writer {
    dialect: Dialect,
    /// Columns of members: name and expression on the record.
    members: Vec<(String, String)>,
    /// Columns of fields: name and expression on members.
    fields: Vec<(String, String)>,
}

impl Writer {
    /// A writer without columns.
    pub fn new(dialect: Dialect) -> Writer {
        Writer { dialect, members: Vec::new(), fields: Vec::new() }
    }

    /// The column of a member.
    fn column(&mut self, name: &str, expression: String) -> String {
        let known = self.members.iter().find(|(_, known)| *known == expression);
        let name = match known {
            Some((name, _)) => name.clone(),
            None => {
                let name = self.free(name);
                self.members.push((name.clone(), expression));
                name
            }
        };
        self.dialect.name_of(&name)
    }

    /// The column of a field that is derived from members.
    fn made(&mut self, name: &str, expression: String) -> String {
        let known = self.fields.iter().find(|(_, known)| *known == expression);
        let name = match known {
            Some((name, _)) => name.clone(),
            None => {
                let name = self.free(name);
                self.fields.push((name.clone(), expression));
                name
            }
        };
        self.dialect.name_of(&name)
    }

    /// The name, with a number if another one differs only in case.
    fn free(&self, name: &str) -> String {
        let taken = |name: &str| {
            self.members.iter().chain(&self.fields).any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let mut free = name.to_owned();
        let mut count = 2;
        while taken(&free) {
            free = format!("{name} {count}");
            count += 1;
        }
        free
    }
}
