//! Grants: which policies a user, a group or a role holds. One place for all three: what a page shows of it,
//! the search for policies to attach, and the two deeds.
//!
//! A page has `Grants::of(…)` in a field `grants`, includes `local_cloud/ram/grants.html`, and has the deeds
//! `attaching` and `detaching`, whose functions name the holder.

mod effective;
mod held;
mod holder;
mod offer;

use crate::local_cloud::refusal::{Flaw, Refusal};

use super::super::desk::{Deed, Desk, Done, Visit};
use super::part::Part;
use super::{lock, several};

use held::Grant;
use offer::Offers;

pub(super) use effective::Effective;
pub(super) use holder::{Holder, PolicyName, user_name};

/// What somebody holds, and what else there is to hold.
pub(super) struct Grants {
    /// How a page calls the holder: `user`, `group` or `role`.
    pub(super) holder_word: &'static str,
    pub(super) held: Part<Vec<Grant>>,
    pub(super) offers: Offers,
    /// Why nobody attaches or detaches anything here.
    pub(super) lock: Option<&'static str>,
    /// Where one asks what the holder may do.
    pub(super) check_href: String,
}

impl Grants {
    /// The grants of one holder, as a page shows them; a search for policies stands in the visit's query.
    pub(super) fn of(desk: &Desk<'_>, visit: &Visit, holder: Holder<'_>) -> Result<Self, Refusal> {
        let held = Part::of(held::list(desk, holder))?;
        let lock = holder.lock();
        let is_held = |policy: PolicyName<'_>| {
            let held = held.shown().map(Vec::as_slice).unwrap_or_default();
            held.iter().any(|grant| grant.policy_type == policy.policy_type && grant.name == policy.name)
        };
        let offers = if lock.is_some() { Offers::none() } else { Offers::search(desk, visit, is_held)? };
        let check_href = holder.check_href();
        Ok(Self { holder_word: holder.noun(), held, offers, lock, check_href })
    }

    /// How many policies the holder holds, where that may be seen.
    pub(super) fn count(&self) -> usize {
        self.held.shown().map(Vec::len).unwrap_or_default()
    }
}

/// The deed that attaches what was ticked.
pub(super) const fn attaching(act: fn(&Desk<'_>, &Visit) -> Result<Done, Refusal>) -> Deed {
    Deed { name: "attach-policies", act, said: "The policies are attached." }
}

/// The deed that detaches one policy.
pub(super) const fn detaching(act: fn(&Desk<'_>, &Visit) -> Result<Done, Refusal>) -> Deed {
    Deed { name: "detach-policy", act, said: "The policy is detached." }
}

/// Attaches every policy that the form has as `policy`.
pub(super) fn attach(desk: &Desk<'_>, visit: &Visit, holder: Holder<'_>) -> Result<Done, Refusal> {
    several::each("policy", visit.given_all("policy"), |text| holder.attach(desk, policy(text)?))?;
    Ok(Done::Here)
}

/// Detaches the policy that the form has as `policy`.
pub(super) fn detach(desk: &Desk<'_>, visit: &Visit, holder: Holder<'_>) -> Result<Done, Refusal> {
    holder.detach(desk, policy(visit.given("policy"))?)?;
    Ok(Done::Here)
}

/// A policy as forms name it: `System/AdministratorAccess`.
fn policy(text: &str) -> Result<PolicyName<'_>, Refusal> {
    let (policy_type, name) = text
        .split_once('/')
        .ok_or_else(|| Refusal::parameter("policy", Flaw::Value, "System/<name> or Custom/<name>"))?;
    Ok(PolicyName { policy_type, name })
}
