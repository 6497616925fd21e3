//! The groups of an account: searched by a part of their names, a page at a time.

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Frame, Page, Visit, render};
use super::super::next::next;
use super::Group;

/// Groups on a page.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "local_cloud/ram/group_list.html")]
struct GroupListPage<'a> {
    frame: Frame,
    search: &'a str,
    groups: Vec<Group>,
    /// The query of the next page, where there is one.
    next: Option<String>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let search = visit.asked("search");
    let mut parameters = vec![("MaxItems", PAGE), ("Marker", visit.asked("marker"))];
    if !search.is_empty() {
        parameters.push(("QueryKeyword", search));
    }
    let found = desk.ask_list((IMS, "ListGroups"), &parameters, &["Groups", "Group"])?;
    let next = next(&[("search", search)], found.marker.as_deref());
    render(&GroupListPage { frame: Frame::new(desk, visit)?, search, groups: found.items, next })
}
