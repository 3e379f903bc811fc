//! Selection of the rules that count as coverage.

use super::condition::SOURCE;
use super::guardduty::Severity;
use super::policies::Policy;
use crate::sema::ir::{Priority, Rule};
use rustc_hash::FxHashSet;

/// Requirements of a rule to count. By default all enabled rules on CloudTrail count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count<'a> {
    /// Minimum priority.
    pub min_priority: Option<Priority>,
    /// Policies, of which an enabled one must name the rule.
    pub policies: Option<&'a [Policy]>,
    /// Minimum severity of the policy.
    pub min_severity: Option<Severity>,
}

/// Rules, split by whether they count.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Indices of those that count, in evaluation order.
    pub rules: Vec<usize>,
    /// Indices of those that run but do not count.
    pub others: Vec<usize>,
}

/// A rule that a policy names and no file defines: name of the policy, name of the rule.
pub type Silent = (String, String);

impl Count<'_> {
    /// Splits the rules.
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
            // Priorities are ordered from the most urgent to the least.
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

    /// Rules that the policies name and no file defines.
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
