//! The policies of an account: searched by a part of their names or descriptions, of both types or of one, a
//! page at a time.

use askama::Template;

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

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let (search, policy_type) = (visit.asked("search"), visit.asked("type"));
    let mut parameters =
        vec![("MaxItems", PAGE), ("Marker", visit.asked("marker")), ("PolicyType", policy_type)];
    if !search.is_empty() {
        parameters.push(("QueryKeyword", search));
    }
    let found = desk.ask_list((RAM, "ListPolicies"), &parameters, &["Policies", "Policy"])?;
    let next = next(&[("search", search), ("type", policy_type)], found.marker.as_deref());
    let policies = found.items;
    render(&PolicyListPage { frame: Frame::new(desk, visit)?, search, policy_type, policies, next })
}
