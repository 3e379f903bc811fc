//! Verdicts on events, then on controls.

use super::benchmark::{Benchmark, Control, Row, Scope};
use super::counted::{Count, Counted};
use super::guardduty::{Extent, Finding};
use super::names::{self, NameIndex, Names};
use super::proof::{self, Confirmed, CoveredBy, Disagreement, Exists, Goal, Prover, shape};
use super::{Addressed, Coverage, Covered, EventCovered, Hidden, Narrowed, Purpose, Status, Verdict};
use crate::logic::{Assume, restrict};
use crate::schema::event_names;
use crate::sema::ir::{Pred, Rule};
use crate::sema::predicate::{equals, exists, is_in, not};
use crate::source::Span;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// An event name that AWS does not write.
const UNKNOWN_NAME: &str = "AnUnknownEventName";
/// Maximum number of known event names excluded while searching for an unknown one.
const MAX_EXCLUDED: usize = 32;
/// Number of rules in one question whether any of them overlaps.
const AT_ONCE: usize = 64;

/// Verdicts of a benchmark on rules, as under `rule_matching: all`.
pub fn cover(
    rules: &[Rule],
    benchmark: &Benchmark,
    count: &Count<'_>,
    findings: &[Finding],
    assume: Assume,
) -> Result<Coverage, Disagreement> {
    let counted = count.apply(rules);
    let judge = Judge::new(rules, &counted, benchmark.scope, assume);
    let mut controls = Vec::new();
    let mut hidden = BTreeSet::new();
    for control in &benchmark.controls {
        let mut covered = judge.control(control)?;
        covered.findings = addressed(findings, &control.key);
        covered.purpose = purpose(&covered);
        judge.hidden(control, &covered, &mut hidden)?;
        controls.push(covered);
    }
    let hidden = hidden.into_iter().map(|(rule, by)| Hidden { rule, by }).collect();
    Ok(Coverage { counted: counted.rules, controls, hidden })
}

fn addressed(findings: &[Finding], control: &str) -> Vec<Addressed> {
    let mut all: Vec<Addressed> = findings
        .iter()
        .filter_map(|finding| {
            let extent = finding.extent(control)?;
            Some(Addressed { finding: finding.kind.clone(), severity: finding.severity, extent })
        })
        .collect();
    all.sort_by_key(|finding| std::cmp::Reverse(finding.extent));
    all
}

/// The purpose is served if the control is full, some row is covered, or a finding addresses it fully; in part if a
/// row is covered in part, a rule overlaps a control without rows, or a finding comes near.
fn purpose(covered: &Covered) -> Purpose {
    let has = |status: Status| covered.events.iter().any(|event| event.status == status);
    let finding = covered.findings.iter().map(|finding| finding.extent).max();
    let overlaps = covered.events.is_empty() && !covered.rules.is_empty();
    if covered.verdict == Verdict::Full || has(Status::Covered) || finding == Some(Extent::Full) {
        Purpose::Full
    } else if has(Status::Conditional) || overlaps || finding.is_some() {
        Purpose::Partial
    } else {
        Purpose::None
    }
}

/// Rules with the indexes and the prover that verdicts need.
pub(super) struct Judge<'r> {
    pub(super) rules: &'r [Rule],
    pub(super) prover: Prover<'r>,
    /// The counted rules.
    pub(super) index: NameIndex<'r>,
    /// The rules that run but do not count.
    others: NameIndex<'r>,
    specific: RefCell<BTreeMap<usize, bool>>,
    /// Condition on events beyond the benchmark.
    succeeded: Pred,
}

impl<'r> Judge<'r> {
    pub(super) fn new(rules: &'r [Rule], counted: &'r Counted, scope: Scope, assume: Assume) -> Judge<'r> {
        let index =
            |rules_at: &[usize]| NameIndex::new(rules_at.iter().map(|&at| (at, &rules[at].condition)));
        Judge {
            rules,
            prover: Prover::new(rules, &counted.rules, assume),
            index: index(&counted.rules),
            others: index(&counted.others),
            specific: RefCell::default(),
            succeeded: match scope {
                Scope::Changes => not(exists("ct.error")),
                Scope::Attempts | Scope::Literal => Pred::Const(true),
            },
        }
    }

    fn control(&self, control: &Control) -> Result<Covered, Disagreement> {
        let rows = control.rows.iter().map(|row| self.row(&control.id, &control.condition, row, true));
        let events = rows.collect::<Result<Vec<_>, _>>()?;
        let hardening =
            control.hardening.iter().map(|row| self.row(&control.id, &self.succeeded, row, false));
        let hardening = hardening.collect::<Result<Vec<_>, _>>()?;
        let mut covered = Covered {
            verdict: Verdict::Unknown,
            purpose: Purpose::None,
            rules: Vec::new(),
            witness: None,
            reason: None,
            events,
            hardening,
            findings: Vec::new(),
        };
        match self.whole(control, &covered.events)? {
            CoveredBy::Rules(rules) => {
                covered.verdict = Verdict::Full;
                covered.rules = rules;
                return Ok(covered);
            }
            CoveredBy::Not(witness) => covered.witness = Some(witness),
            CoveredBy::Unknown(reason) => covered.reason = Some(reason),
        }
        let is_open = covered.witness.is_none();
        let has = |status: Status| covered.events.iter().any(|event| event.status == status);
        if control.rows.is_empty() {
            let (rules, unknown) = self.overlapping(control)?;
            covered.verdict = match (rules.is_empty(), unknown) {
                (false, _) => Verdict::Partial,
                (true, None) => Verdict::None,
                (true, Some(reason)) => {
                    covered.reason.get_or_insert(reason);
                    Verdict::Unknown
                }
            };
            covered.rules = rules;
        } else {
            covered.verdict = match has(Status::Covered) || has(Status::Conditional) {
                true => Verdict::Partial,
                false if has(Status::Unknown) => Verdict::Unknown,
                false => Verdict::None,
            };
            let rules: BTreeSet<usize> =
                covered.events.iter().flat_map(|event| &event.rules).copied().collect();
            covered.rules = rules.into_iter().collect();
        }
        if covered.reason.is_none() {
            covered.reason = covered.events.iter().find_map(|event| event.reason.clone());
        }
        if is_open {
            covered.verdict = Verdict::Unknown;
        } else if covered.verdict != Verdict::Unknown {
            covered.reason = None;
        }
        Ok(covered)
    }

    /// The answer for the control as a whole: that of its rows if it has no other condition.
    fn whole(&self, control: &Control, events: &[EventCovered]) -> Result<CoveredBy, Disagreement> {
        if let Some(open) = events.iter().find_map(|event| event.witness.clone()) {
            return Ok(CoveredBy::Not(open));
        }
        let all_covered = !events.is_empty() && events.iter().all(|event| event.status == Status::Covered);
        if all_covered && self.is_its_rows(control) {
            let rules: BTreeSet<usize> = events.iter().flat_map(|event| &event.rules).copied().collect();
            return Ok(CoveredBy::Rules(rules.into_iter().collect()));
        }
        let candidates = self.index.of_any(&names::names(&control.condition));
        self.prover.covered_by(&goal(control), &candidates, &|at| self.rules[at].condition.clone())
    }

    fn is_its_rows(&self, control: &Control) -> bool {
        let mut by_source: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        control.rows.iter().for_each(|row| by_source.entry(&row.source).or_default().push(&row.name));
        let rows: Vec<Pred> = by_source
            .into_iter()
            .map(|(source, all)| Pred::And(vec![equals(names::SOURCE, source), is_in(names::NAME, all)]))
            .collect();
        self.prover.follows(&control.condition, &rows.iter().collect::<Vec<_>>())
    }

    /// The verdict on one event, of which `condition` is required too.
    fn row(
        &self,
        id: &str,
        condition: &Pred,
        row: &Row,
        in_benchmark: bool,
    ) -> Result<EventCovered, Disagreement> {
        let what = format!("{id} {} of {}", row.name, row.source);
        let goal = Goal::row(&what, condition, row, in_benchmark);
        let shape = shape(&goal.asked);
        let candidates = self.candidates(row);
        let (specific, others): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|(at, _)| self.is_specific(*at));
        let mut judged = EventCovered {
            row: row.clone(),
            status: Status::Missing,
            rules: Vec::new(),
            incidental: Vec::new(),
            narrowed: Vec::new(),
            witness: None,
            reason: None,
        };
        let plain =
            |(_, rule): &&(usize, Pred)| matches!(rule, Pred::Const(true)) || proof::shape(rule) == shape;
        if let Some((at, _)) = specific.iter().chain(&others).find(plain) {
            judged.status = Status::Covered;
            judged.rules = vec![*at];
        } else {
            let all: Vec<usize> = specific.iter().chain(&others).map(|(at, _)| *at).collect();
            let condition = |at: usize| restrict(&self.rules[at].condition, &row.name, &row.source);
            match self.prover.covered_by(&goal, &all, &condition)? {
                CoveredBy::Rules(rules) => {
                    judged.status = Status::Covered;
                    judged.rules = rules;
                }
                CoveredBy::Not(witness) => self.in_part(&mut judged, &goal, &specific, witness)?,
                CoveredBy::Unknown(reason) => {
                    judged.status = Status::Unknown;
                    judged.reason = Some(reason);
                }
            }
        }
        if in_benchmark {
            let unshown = Goal { shown: false, ..goal };
            for (at, rule) in others.iter().filter(|(at, _)| !judged.rules.contains(at)) {
                if let Exists::Yes(..) = self.prover.exists(&unshown, vec![rule.clone()])? {
                    judged.incidental.push(*at);
                }
            }
        }
        Ok(judged)
    }

    /// The counted rules that may fire on the event, with their conditions restricted to it.
    pub(super) fn candidates(&self, row: &Row) -> Vec<(usize, Pred)> {
        let restricted = |at: usize| (at, restrict(&self.rules[at].condition, &row.name, &row.source));
        let all = self.index.of(&row.name).into_iter().map(restricted);
        all.filter(|(_, condition)| !matches!(condition, Pred::Const(false))).collect()
    }

    /// Status of an event that is not always covered: the rules that fire on part of it, and what narrows them.
    fn in_part(
        &self,
        judged: &mut EventCovered,
        goal: &Goal<'_>,
        specific: &[(usize, Pred)],
        witness: Confirmed,
    ) -> Result<(), Disagreement> {
        let unshown = Goal { shown: false, ..goal.clone() };
        for (at, rule) in specific {
            match self.prover.exists(&unshown, vec![rule.clone()])? {
                Exists::Yes(..) => {
                    judged.status = Status::Conditional;
                    judged.rules.push(*at);
                    let mut clauses = Vec::new();
                    narrowing(rule, &|part| self.prover.holds(part, &witness), &mut clauses);
                    clauses.sort();
                    clauses.dedup();
                    judged.narrowed.push(Narrowed { rule: *at, clauses });
                }
                Exists::No => {}
                Exists::Unknown(reason) => judged.reason = Some(reason),
            }
        }
        match (judged.status, &judged.reason) {
            (Status::Missing, Some(_)) => judged.status = Status::Unknown,
            (Status::Conditional, _) => judged.reason = None,
            _ => {}
        }
        judged.witness = Some(witness);
        Ok(())
    }

    /// Rules that overlap a control without rows: those that are not specific, else the first of the others.
    fn overlapping(&self, control: &Control) -> Result<(Vec<usize>, Option<String>), Disagreement> {
        let goal = goal(control);
        let candidates = self.index.of_any(&names::names(&control.condition));
        let (specific, others): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|at| self.is_specific(*at));
        let (mut found, mut unknown) = (Vec::new(), None);
        for at in others {
            match self.prover.exists(&goal, vec![self.rules[at].condition.clone()])? {
                Exists::Yes(..) => found.push(at),
                Exists::No => {}
                Exists::Unknown(reason) => unknown = Some(reason),
            }
        }
        if !found.is_empty() {
            return Ok((found, unknown));
        }
        for chunk in specific.chunks(AT_ONCE) {
            let any = Pred::Or(chunk.iter().map(|&at| self.rules[at].condition.clone()).collect());
            match self.prover.exists(&goal, vec![any])? {
                Exists::Yes(_, fired) => return Ok((fired.into_iter().take(1).collect(), unknown)),
                Exists::No => {}
                Exists::Unknown(reason) => unknown = Some(reason),
            }
        }
        Ok((found, unknown))
    }

    /// Whether a rule cannot fire on an unknown event name: one that neither AWS's table nor the rule has.
    pub(super) fn is_specific(&self, at: usize) -> bool {
        if let Some(&known) = self.specific.borrow().get(&at) {
            return known;
        }
        let condition = &self.rules[at].condition;
        let is = matches!(names::names(condition), Names::Only(_)) || !self.covers_unknown_names(condition);
        self.specific.borrow_mut().insert(at, is);
        is
    }

    fn covers_unknown_names(&self, condition: &Pred) -> bool {
        let holds_with = |names: Pred| {
            let whole = Pred::And(vec![condition.clone(), names]);
            self.prover.exists(&Goal::any("an unknown event name", &whole), Vec::new())
        };
        if !matches!(holds_with(equals(names::NAME, UNKNOWN_NAME)), Ok(Exists::No)) {
            return true;
        }
        // The rule requires names of some form. Known names are excluded, in case they are all names of that form.
        let mut excluded: BTreeSet<String> =
            names::written(condition).into_iter().map(str::to_owned).collect();
        for _ in 0..MAX_EXCLUDED {
            let listed = is_in(names::NAME, excluded.iter().map(String::as_str));
            let Ok(answer) = holds_with(Pred::Not(Box::new(listed))) else { return true };
            let Exists::Yes(event, _) = answer else { return answer != Exists::No };
            match event.record.get("eventName").and_then(|name| name.as_str()) {
                Some(name) if event_names::is_name(name) => excluded.insert(name.to_owned()),
                _ => return true,
            };
        }
        true
    }

    /// Rules that do not count and precede a rule that covers the control on the same events.
    fn hidden(
        &self,
        control: &Control,
        covered: &Covered,
        hidden: &mut BTreeSet<(usize, usize)>,
    ) -> Result<(), Disagreement> {
        let mut ask = |rule: usize, others: Vec<usize>, goal: &Goal<'_>| -> Result<(), Disagreement> {
            for by in others.into_iter().filter(|&by| by < rule) {
                if hidden.contains(&(rule, by)) {
                    continue;
                }
                let conditions = [rule, by].map(|at| {
                    let condition = &self.rules[at].condition;
                    goal.row.map_or(condition.clone(), |row| restrict(condition, &row.name, &row.source))
                });
                if let Exists::Yes(..) = self.prover.exists(goal, conditions.to_vec())? {
                    hidden.insert((rule, by));
                }
            }
            Ok(())
        };
        for event in &covered.events {
            let what = format!("{} {}", control.id, event.row.name);
            let goal = Goal::row(&what, &control.condition, &event.row, false);
            for &rule in &event.rules {
                ask(rule, self.others.of(&event.row.name), &goal)?;
            }
        }
        if covered.events.is_empty() {
            let others = self.others.of_any(&names::names(&control.condition));
            for &rule in &covered.rules {
                ask(rule, others.clone(), &goal(control))?;
            }
        }
        Ok(())
    }
}

fn goal(control: &Control) -> Goal<'_> {
    Goal::any(&control.id, &control.condition)
}

/// Places of the clauses that make a condition false.
fn narrowing(condition: &Pred, holds: &impl Fn(&Pred) -> bool, clauses: &mut Vec<Span>) {
    match condition {
        Pred::And(parts) => {
            parts.iter().filter(|part| !holds(part)).for_each(|part| narrowing(part, holds, clauses));
        }
        other => clauses.extend(place(other)),
    }
}

/// Span of a condition: from its first comparison to its last, in the file of the first.
fn place(condition: &Pred) -> Option<Span> {
    let mut whole: Option<Span> = None;
    condition
        .atoms(&mut |atom| whole = Some(whole.map_or(atom.origin.span, |span| span.to(atom.origin.span))));
    whole
}
