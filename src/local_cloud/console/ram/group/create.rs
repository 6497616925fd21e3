//! A new group.

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::address;

#[derive(Template)]
#[template(path = "local_cloud/ram/group_create.html")]
struct GroupCreatePage<'a> {
    frame: Frame,
    name: &'a str,
    display_name: &'a str,
    comments: &'a str,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    render(&GroupCreatePage {
        frame: Frame::new(desk, visit)?,
        name: visit.given("name"),
        display_name: visit.given("display_name"),
        comments: visit.given("comments"),
    })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = visit.given("name").trim();
    let parameters = [
        ("GroupName", name),
        ("DisplayName", visit.given("display_name").trim()),
        ("Comments", visit.given("comments").trim()),
    ];
    desk.call(IMS, "CreateGroup", &parameters)?;
    Ok(Done::At(address::group(name)))
}
