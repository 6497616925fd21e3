//! What counts for a user: its own policies and those of each of its groups.

use askama::Template;

use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Frame, Page, Visit, render};
use super::super::address;
use super::super::grant::{Effective, Holder};

#[derive(Template)]
#[template(path = "local_cloud/ram/permission_of_user.html")]
struct EffectivePage<'a> {
    frame: Frame,
    user: &'a str,
    user_href: String,
    check_href: String,
    effective: Effective,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let user = address::name_at(visit, "user");
    render(&EffectivePage {
        frame: Frame::new(desk, visit)?,
        user,
        user_href: address::user(user),
        check_href: Holder::User(user).check_href(),
        effective: Effective::of(desk, user)?,
    })
}
