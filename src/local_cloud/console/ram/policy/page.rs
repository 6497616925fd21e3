//! The page of a policy.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::grant::PolicyName;
use super::super::part::Part;
use super::super::tagging::{self, Bearer};
use super::super::words::Words;
use super::super::{Tag, lock};
use super::Policy;
use super::holders::{self, Holders};
use super::place::{custom, named};
use super::version::{self, Version};

#[derive(Template)]
#[template(path = "local_cloud/ram/policy.html")]
struct PolicyPage<'a> {
    frame: Frame,
    policy: Policy,
    /// Why it is not changed, where that is so.
    lock: Option<&'static str>,
    /// Why it is not attached, where that is so.
    grant_lock: Option<&'static str>,
    words: Words,
    versions: Part<Vec<Version>>,
    holders: Part<Holders>,
    tags: Part<Vec<Tag>>,
    typed: Typed<'a>,
    /// What a document that was checked means.
    checked: Option<Words>,
}

/// What the fields of the forms begin with.
struct Typed<'a> {
    /// The deed that failed, whose form is open.
    failed: &'a str,
    description: &'a str,
    document: &'a str,
    is_default: bool,
    replaces_oldest: bool,
    tag_key: &'a str,
    tag_value: &'a str,
    holder_kind: &'a str,
    holders: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    policy: Policy,
    default_policy_version: Document,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    policy_document: String,
}

impl PolicyPage<'_> {
    /// Whether somebody holds it, as far as may be seen.
    fn is_held(&self) -> bool {
        self.holders.shown().is_some_and(|holders| !holders.every.is_empty())
    }

    /// How many versions go with it besides the default one.
    fn other_versions(&self) -> usize {
        self.versions.shown().map(|versions| versions.len().saturating_sub(1)).unwrap_or_default()
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    show_with(desk, visit, None)
}

/// The page with what a document of the form means, which nothing was done with.
pub(super) fn show_with(desk: &Desk<'_>, visit: &Visit, checked: Option<Words>) -> Result<Page, Refusal> {
    let named = named(visit)?;
    let parameters = [("PolicyType", named.policy_type), ("PolicyName", named.name)];
    let answer: Answer = desk.ask((RAM, "GetPolicy"), &parameters)?;
    let policy = answer.policy;
    let words = Words::stored(&answer.default_policy_version.policy_document)?;
    let description = policy.description.clone();
    let was_version = visit.given("deed") == "create-version" || checked.is_some();
    let document = match &checked {
        Some(_) => visit.given("document").to_owned(),
        None => visit.refill("document", &words.document).to_owned(),
    };
    let typed = Typed {
        failed: visit.refill("deed", ""),
        description: visit.refill("description", &description),
        document: &document,
        is_default: !was_version || visit.is_ticked("is_default"),
        replaces_oldest: visit.is_ticked("replaces_oldest"),
        tag_key: visit.refill("tag_key", ""),
        tag_value: visit.refill("tag_value", ""),
        holder_kind: visit.refill("holder_kind", "User"),
        holders: visit.refill("holders", ""),
    };
    let exact = PolicyName { policy_type: &policy.policy_type, name: &policy.policy_name };
    let page = PolicyPage {
        frame: Frame::new(desk, visit)?,
        lock: policy.lock(),
        grant_lock: lock::of_grant(&policy.policy_type, &policy.policy_name),
        versions: version::list(desk, exact)?,
        holders: holders::list(desk, exact)?,
        tags: if policy.is_custom() {
            tagging::of(desk, (Bearer::Policy, &policy.policy_name))?
        } else {
            Part::Shown(Vec::new())
        },
        policy,
        words,
        typed,
        checked,
    };
    render(&page)
}

pub(super) fn describe(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("PolicyName", custom(visit)), ("NewDescription", visit.given("description").trim())];
    desk.call(RAM, "UpdatePolicyDescription", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn tag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    tagging::tag(desk, visit, (Bearer::Policy, custom(visit)))?;
    Ok(Done::Here)
}

pub(super) fn untag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    tagging::untag(desk, visit, (Bearer::Policy, custom(visit)))?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("PolicyName", custom(visit)), ("CascadingDelete", "true")];
    desk.call(RAM, "DeletePolicy", &parameters)?;
    Ok(Done::At("/ram/policies".to_owned()))
}
