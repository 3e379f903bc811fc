#![allow(clippy::unwrap_used)]

use super::*;
use crate::cloudtrail::MemberPath;
use crate::cloudtrail::members::{self, Kind};
use crate::schema::PluginSet;
use std::collections::BTreeSet;

/// The pointers of a row to the values it shows.
fn shown(row: &Row) -> BTreeSet<String> {
    fn add(shown: &Shown, all: &mut BTreeSet<String>) {
        match shown {
            Shown::Member(pointer, _) => drop(all.insert((*pointer).to_owned())),
            Shown::Concat(parts) => parts.iter().for_each(|part| add(part, all)),
            Shown::Sum(parts) => all.extend(parts.iter().map(|part| (*part).to_owned())),
            Shown::Each(list, member, _) => drop(all.insert(format!("{list}/{member}"))),
            Shown::Text(_) | Shown::Number(_) | Shown::Bool(_) => {}
        }
    }
    let mut all = BTreeSet::new();
    if let Meaning::Cases(cases) = row.meaning {
        cases.iter().flat_map(|case| case.first_of).for_each(|shown| add(shown, &mut all));
    }
    all
}

#[test]
fn every_field_has_a_row_and_every_row_a_field() {
    let set = PluginSet::default();
    let fields = set.classes("aws_cloudtrail").unwrap();
    let names: BTreeSet<&str> = fields.fields().map(|field| &*field.name).collect();
    let rows: BTreeSet<&str> = rows().iter().map(|row| row.name).collect();
    let missing: Vec<&&str> = names.symmetric_difference(&rows).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn schema_entries_name_the_members_of_the_rows() {
    let set = PluginSet::default();
    for field in set.classes("aws_cloudtrail").unwrap().fields() {
        let Some(path) = &field.path else { continue };
        let pointer = |path: &str| MemberPath::of_dotted(&path.replace("[]", "")).pointer().to_owned();
        let named: BTreeSet<String> = path.split(", ").map(pointer).collect();
        let own = shown(row(&field.name).unwrap());
        assert!(
            named.is_subset(&own) && (own.len() == named.len() || field.name == "ct.user.accountid"),
            "{field:?}"
        );
    }
}

#[test]
fn members_of_rows_are_documented() {
    for row in rows() {
        for pointer in shown(row) {
            let (mut above, mut known) = (pointer.as_str(), members::at(&pointer));
            while known.is_none() {
                above = above.rsplit_once('/').unwrap().0;
                known = members::at(above);
                assert!(known.is_none_or(|known| known.kind == Kind::Open), "{pointer}");
            }
        }
    }
}

#[test]
fn guards_exclude_each_other() {
    for row in rows() {
        let Meaning::Cases(cases) = row.meaning else { continue };
        for (at, one) in cases.iter().enumerate() {
            for other in &cases[at + 1..] {
                let apart = match (one.when, other.when) {
                    (Guard::Is(a, these), Guard::Is(b, those)) => {
                        a == b && these.iter().all(|text| !those.contains(text))
                    }
                    (Guard::Is(a, these), Guard::IsNot(b, those))
                    | (Guard::IsNot(b, those), Guard::Is(a, these)) => {
                        a == b && these.iter().all(|text| those.contains(text))
                    }
                    (Guard::There(a), Guard::Missing(b)) | (Guard::Missing(a), Guard::There(b)) => a == b,
                    _ => false,
                };
                assert!(apart, "{}", row.name);
            }
        }
    }
}
