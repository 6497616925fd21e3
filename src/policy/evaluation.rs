//! Deciding a request, with the statement that decided it.

use std::fmt;

use crate::base::AccountId;

use super::context::{Context, all, any};
use super::document::{Document, Effect, Selection, Statement, TrustedPrincipal};

/// What is asked: may this action be done on this resource, in this context?
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Product and action, such as `ram:CreateRole`; case does not matter.
    pub action: &'a str,
    /// The resource's ARN, such as `acs:ram:*:1234567890123456:role/admin`.
    pub resource: &'a str,
    /// What conditions and variables may look at.
    pub context: &'a Context,
}

/// A document and the name under which an explanation speaks of it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The policy's name.
    pub name: &'a str,
    /// What it says.
    pub document: &'a Document,
}

/// The outcome, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed {
        /// The policy.
        policy: String,
        /// The statement in it, counted from 0.
        statement: usize,
    },
    /// A statement denies it.
    Denied {
        /// The policy.
        policy: String,
        /// The statement in it, counted from 0.
        statement: usize,
    },
    /// No statement speaks of it, which denies it.
    NotAllowed,
}

impl Decision {
    /// Whether the request may go on.
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed { .. })
    }

    /// Both must allow: a role's policies and its session policy, or a control policy above them. Keeps
    /// the stronger refusal.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Denied { .. }, _) => self,
            (_, Self::Denied { .. }) => other,
            (Self::NotAllowed, _) | (_, Self::NotAllowed) => Self::NotAllowed,
            (Self::Allowed { .. }, Self::Allowed { .. }) => self,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed { policy, statement } => {
                write!(f, "allowed by Statement[{statement}] of policy {policy}")
            }
            Self::Denied { policy, statement } => {
                write!(f, "denied by Statement[{statement}] of policy {policy}")
            }
            Self::NotAllowed => f.write_str("no statement of any policy allows it"),
        }
    }
}

/// Decides `request` under all `policies` together: an explicit deny first, then any allow, else no.
///
/// Where the vendor is silent: case does not matter in actions and condition keys, and does in
/// resources; a key that the context lacks satisfies negated operators (`StringNotEquals`), `…IfExists`
/// and `ForAllValues`, and no others; where a variable has no single value or a value is not of the
/// operator's type, nobody can say whether a statement applies, so that an Allow does not and a Deny does.
pub fn evaluate(policies: &[Named<'_>], request: &Request<'_>) -> Decision {
    let action = request.action.to_lowercase();
    decide(policies, |statement| statement.applies(request, &action))
}

/// Policies that only together with those of every other layer permit something: what an identity holds,
/// the session policy that narrows it, the control policies of one level of the resource directory.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// What an explanation calls it, such as `control policies of folder fd-1`.
    pub name: &'a str,
    /// Its policies; a layer without any permits nothing.
    pub policies: &'a [Named<'a>],
}

/// A decision over layers, with the layer that decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The outcome: of the layer that refused, else of the first.
    pub decision: Decision,
    /// That layer's name; empty where there is no layer.
    pub layer: String,
}

impl Explained {
    /// Whether the request may go on.
    pub const fn is_allowed(&self) -> bool {
        self.decision.is_allowed()
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.decision, self.layer)
    }
}

/// Decides `request` under layers, each of which must allow it: the first explicit deny of any layer
/// counts, else the first layer that allows nothing of the kind, else it is allowed. Without layers
/// nothing is.
pub fn evaluate_layers(layers: &[Layer<'_>], request: &Request<'_>) -> Explained {
    let action = request.action.to_lowercase();
    let mut outcome: Option<Explained> = None;
    for layer in layers {
        let decision = decide(layer.policies, |statement| statement.applies(request, &action));
        let is_denied = matches!(decision, Decision::Denied { .. });
        let decides = outcome.as_ref().is_none_or(|earlier| earlier.is_allowed() && !decision.is_allowed());
        if is_denied || decides {
            outcome = Some(Explained { decision, layer: layer.name.to_owned() });
        }
        if is_denied {
            break;
        }
    }
    outcome.unwrap_or(Explained { decision: Decision::NotAllowed, layer: String::new() })
}

/// Who asks to assume a role.
#[derive(Clone, Copy, Debug)]
pub enum Principal<'a> {
    /// An identity of an account: its root, a user, a role or a role session, by ARN.
    Ram {
        /// The account it belongs to.
        account: &'a AccountId,
        /// `acs:ram::<account>:root`, `…:user/<name>`, `…:role/<name>` or `…:assumed-role/<name>/<session>`.
        arn: &'a str,
    },
    /// A cloud service, such as `cloudsso.aliyuncs.com`.
    Service(&'a str),
    /// Somebody whom an identity provider vouches for, by the provider's ARN.
    Federated(&'a str),
}

/// Decides whether the trust policy of a role lets `principal` do `action` (`sts:AssumeRole`, also for
/// SAML) in `context`. An account's root stands for every identity of that account, and a role for its
/// sessions.
pub fn evaluate_trust(
    policy: Named<'_>,
    principal: Principal<'_>,
    action: &str,
    context: &Context,
) -> Decision {
    let request = Request { action, resource: "", context };
    let is_named = |statement: &Statement| statement.principals.iter().any(|trusted| trusted.is(principal));
    let folded = action.to_lowercase();
    let applies = |statement: &Statement| {
        if is_named(statement) { statement.applies(&request, &folded) } else { Some(false) }
    };
    decide(&[policy], applies)
}

fn decide(policies: &[Named<'_>], applies: impl Fn(&Statement) -> Option<bool>) -> Decision {
    let mut allowed = None;
    for policy in policies {
        for (index, statement) in policy.document.statements.iter().enumerate() {
            let is_deny = statement.effect == Effect::Deny;
            if (!is_deny && allowed.is_some()) || !applies(statement).unwrap_or(is_deny) {
                continue;
            }
            if is_deny {
                return Decision::Denied { policy: policy.name.to_owned(), statement: index };
            }
            allowed = Some((policy.name, index));
        }
    }
    allowed.map_or(Decision::NotAllowed, |(policy, statement)| Decision::Allowed {
        policy: policy.to_owned(),
        statement,
    })
}

impl Statement {
    /// `action` is the request's in lower case.
    fn applies(&self, request: &Request<'_>, action: &str) -> Option<bool> {
        let context = request.context;
        let action = [self.action.covers(action, context)].into_iter();
        let resource = self.resource.iter().map(|resource| resource.covers(request.resource, context));
        let conditions = self.conditions.iter().map(|condition| condition.holds(context));
        all(action.chain(resource).chain(conditions))
    }
}

impl Selection {
    /// `text` is in lower case where the patterns have no regard to case.
    fn covers(&self, text: &str, context: &Context) -> Option<bool> {
        let listed = any(self.patterns.iter().map(|pattern| pattern.matches_case(text, context)));
        listed.map(|listed| listed != self.is_inverted)
    }
}

impl TrustedPrincipal {
    fn is(&self, principal: Principal<'_>) -> bool {
        match (self, principal) {
            (Self::Account(trusted), Principal::Ram { account, .. }) => trusted == account.as_str(),
            (Self::Identity(trusted), Principal::Ram { arn, .. }) => {
                trusted == arn || role_of_session(arn).is_some_and(|role| *trusted == role)
            }
            (Self::Service(trusted), Principal::Service(name)) => trusted == name,
            (Self::Federated(trusted), Principal::Federated(arn)) => trusted == arn,
            _ => false,
        }
    }
}

/// `acs:ram::1:role/name` of `acs:ram::1:assumed-role/name/session`.
fn role_of_session(arn: &str) -> Option<String> {
    let (account, rest) = arn.strip_prefix("acs:ram::")?.split_once(':')?;
    let (role, _session) = rest.strip_prefix("assumed-role/")?.split_once('/')?;
    Some(format!("acs:ram::{account}:role/{role}"))
}
