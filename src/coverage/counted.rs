//! Which rules count.

use super::condition::SOURCE;
use super::guardduty::Severity;
use super::policies::Policy;
use crate::sema::ir::{Priority, Rule};
use rustc_hash::FxHashSet;

/// What a rule has to be to count. All rules that are on and about CloudTrail do by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count<'a> {
    /// At least this urgent.
    pub min_priority: Option<Priority>,
    /// In one of these policies, if it is on.
    pub policies: Option<&'a [Policy]>,
    /// And the policy at least this urgent.
    pub min_severity: Option<Severity>,
}

/// Rules told apart.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Indices of those that count, in evaluation order.
    pub rules: Vec<usize>,
    /// Indices of those that do not, and yet run.
    pub others: Vec<usize>,
}

/// A rule that a policy names and that is not there: name of the policy, name of the rule.
pub type Silent = (String, String);

impl Count<'_> {
    /// Tells the rules apart.
    pub fn apply(&self, rules: &[Rule]) -> Counted {
        let acted_on: Option<FxHashSet<&str>> = self.policies.map(|policies| {
            let on = policies.iter().filter(|policy| policy.enabled && self.is_urgent(policy));
            on.flat_map(|policy| &policy.rules).map(String::as_str).collect()
        });
        let mut counted = Counted::default();
        for (at, rule) in rules.iter().enumerate() {
            if !rule.enabled || rule.source != SOURCE {
                continue;
            }
            // Priorities are ordered from the most urgent.
            let is_urgent = self.min_priority.is_none_or(|min| rule.priority <= min);
            let is_acted_on = acted_on.as_ref().is_none_or(|names| names.contains(&*rule.name));
            let kind = if is_urgent && is_acted_on { &mut counted.rules } else { &mut counted.others };
            kind.push(at);
        }
        counted
    }

    fn is_urgent(&self, policy: &Policy) -> bool {
        self.min_severity.is_none_or(|min| policy.severity.is_some_and(|severity| severity >= min))
    }

    /// What the policies name and nobody defines.
    pub fn silent(&self, rules: &[Rule]) -> Vec<Silent> {
        let known: FxHashSet<&str> = rules.iter().map(|rule| &*rule.name).collect();
        let policies = self.policies.into_iter().flatten();
        let named = policies.flat_map(|policy| policy.rules.iter().map(move |rule| (&policy.name, rule)));
        named
            .filter(|(_, rule)| !known.contains(&***rule))
            .map(|(policy, rule)| (policy.clone(), rule.clone()))
            .collect()
    }
}
