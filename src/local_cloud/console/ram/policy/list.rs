//! The policies of an account: searched by a part of their names or descriptions, of both types or of one, a
//! page at a time.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Frame, Page, Visit, render};
use super::super::next::next;
use super::Policy;

/// Policies on a page.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "local_cloud/ram/policy_list.html")]
struct PolicyListPage<'a> {
    frame: Frame,
    search: &'a str,
    policy_type: &'a str,
    policies: Vec<Policy>,
    /// The query of the next page, where there is one.
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    policies: Policies,
    marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policy: Vec<Policy>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let (search, policy_type) = (visit.asked("search"), visit.asked("type"));
    let mut parameters =
        vec![("MaxItems", PAGE), ("Marker", visit.asked("marker")), ("PolicyType", policy_type)];
    if !search.is_empty() {
        parameters.push(("QueryKeyword", search));
    }
    let answer: Answer = desk.ask((RAM, "ListPolicies"), &parameters)?;
    let next = next(&[("search", search), ("type", policy_type)], answer.marker.as_deref());
    let policies = answer.policies.policy;
    render(&PolicyListPage { frame: Frame::new(desk, visit)?, search, policy_type, policies, next })
}
