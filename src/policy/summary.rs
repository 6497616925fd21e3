//! What a set of policies lets its holder do, in lines that a person reads.

use std::fmt;

use super::document::{Document, Effect, Selection, Statement, TrustedPrincipal};
use super::evaluation::Named;

/// One statement in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Allow or deny.
    pub effect: Effect,
    /// The actions: `every action`, `ecs:*`, `every action except ram:*`.
    pub actions: String,
    /// The resources, likewise.
    pub resources: String,
    /// The conditions, such as `acs:SourceIp IpAddress 10.0.0.0/8`; all must hold.
    pub conditions: Vec<String>,
    /// The policy it stands in.
    pub policy: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = match self.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        write!(f, "{effect} {} on {}", self.actions, self.resources)?;
        if self.conditions.is_empty() { Ok(()) } else { write!(f, " when {}", self.conditions.join(" and ")) }
    }
}

/// One line for each statement of `policies`: denials first, since they decide first.
pub fn summarise(policies: &[Named<'_>]) -> Vec<Line> {
    let mut lines: Vec<Line> = policies
        .iter()
        .flat_map(|policy| policy.document.statements.iter().map(|statement| line(policy.name, statement)))
        .collect();
    lines.sort_by_key(|line| line.effect == Effect::Allow);
    lines
}

/// The statement of `policy` at `index`, counted from 0 as a [`Decision`](super::Decision) counts.
pub fn describe(policy: Named<'_>, index: usize) -> Option<Line> {
    policy.document.statements.get(index).map(|statement| line(policy.name, statement))
}

/// One statement of a trust policy in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustLine {
    /// Allow or deny.
    pub effect: Effect,
    /// Whom it names, each in words.
    pub principals: Vec<String>,
    /// What they may do, as in [`Line`].
    pub actions: String,
    /// The conditions, as in [`Line`].
    pub conditions: Vec<String>,
}

/// One line for each statement of a trust policy: denials first, since they decide first.
pub fn summarise_trust(document: &Document) -> Vec<TrustLine> {
    let lines = document.statements.iter().map(|statement| TrustLine {
        effect: statement.effect,
        principals: statement.principals.iter().map(TrustedPrincipal::words).collect(),
        actions: words(Some(&statement.action), "every action"),
        conditions: conditions(statement),
    });
    let mut lines: Vec<TrustLine> = lines.collect();
    lines.sort_by_key(|line| line.effect == Effect::Allow);
    lines
}

impl TrustedPrincipal {
    fn words(&self) -> String {
        match self {
            Self::Account(account) => format!("the users and roles of account {account}"),
            Self::Identity(arn) => arn.clone(),
            Self::Service(name) => format!("the service {name}"),
            Self::Federated(arn) => format!("those whom the identity provider {arn} vouches for"),
        }
    }
}

fn line(policy: &str, statement: &Statement) -> Line {
    Line {
        effect: statement.effect,
        actions: words(Some(&statement.action), "every action"),
        resources: words(statement.resource.as_ref(), "every resource"),
        conditions: conditions(statement),
        policy: policy.to_owned(),
    }
}

fn conditions(statement: &Statement) -> Vec<String> {
    let words = statement.conditions.iter().map(|condition| {
        format!("{} {} {}", condition.key, condition.operator, condition.operands.join(" or "))
    });
    words.collect()
}

fn words(selection: Option<&Selection>, everything: &str) -> String {
    let Some(selection) = selection else { return everything.to_owned() };
    let has_everything = selection.patterns.iter().any(super::pattern::Pattern::is_everything);
    let list = selection.patterns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (selection.is_inverted, has_everything) {
        (false, true) => everything.to_owned(),
        (false, false) => list,
        (true, true) => "nothing".to_owned(),
        (true, false) => format!("{everything} except {list}"),
    }
}
