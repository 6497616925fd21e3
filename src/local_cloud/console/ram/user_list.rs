//! The users of an account: searched by a part of their names, filtered by a tag, a page at a time.

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Frame, Page, Visit, render};
use super::next::next;
use super::{User, address};

/// Users on a page.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "local_cloud/ram/user_list.html")]
struct UserListPage<'a> {
    frame: Frame,
    search: &'a str,
    tag_key: &'a str,
    tag_value: &'a str,
    is_orphaned: bool,
    users: Vec<User>,
    /// The query of the next page, where there is one.
    next: Option<String>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let (search, tag_key, tag_value) =
        (visit.asked("search"), visit.asked("tag_key"), visit.asked("tag_value"));
    let orphaned = visit.asked("orphaned");
    let mut parameters = vec![("MaxItems", PAGE), ("Marker", visit.asked("marker"))];
    let given = [
        ("QueryKeyword", search),
        ("Tag.1.Key", tag_key),
        ("Tag.1.Value", tag_value),
        ("Orphaned", orphaned),
    ];
    parameters.extend(given.iter().filter(|(_, value)| !value.is_empty()));
    let found = desk.ask_list((IMS, "ListUsers"), &parameters, &["Users", "User"])?;
    let search_on =
        [("search", search), ("tag_key", tag_key), ("tag_value", tag_value), ("orphaned", orphaned)];
    let next = next(&search_on, found.marker.as_deref());
    let users = found.items;
    render(&UserListPage {
        frame: Frame::new(desk, visit)?,
        search,
        tag_key,
        tag_value,
        is_orphaned: orphaned == "true",
        users,
        next,
    })
}

impl User {
    /// The address of its page.
    pub(super) fn href(&self) -> String {
        address::user(self.name())
    }
}
