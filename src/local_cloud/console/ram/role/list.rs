//! The roles of an account: searched by a part of their names or descriptions, a page at a time.

use askama::Template;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Frame, Page, Visit, render};
use super::super::next::next;
use super::Role;

/// Roles on a page.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "local_cloud/ram/role_list.html")]
struct RoleListPage<'a> {
    frame: Frame,
    search: &'a str,
    roles: Vec<Role>,
    /// The query of the next page, where there is one.
    next: Option<String>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let search = visit.asked("search");
    let mut parameters = vec![("MaxItems", PAGE), ("Marker", visit.asked("marker"))];
    if !search.is_empty() {
        parameters.push(("QueryKeyword", search));
    }
    let found = desk.ask_list((RAM, "ListRoles"), &parameters, &["Roles", "Role"])?;
    let next = next(&[("search", search)], found.marker.as_deref());
    render(&RoleListPage { frame: Frame::new(desk, visit)?, search, roles: found.items, next })
}
