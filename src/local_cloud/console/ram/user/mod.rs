//! The page of one user: who it is, how it comes in, which groups it is in, and its end.
//!
//! Each part asks for itself, so that who may see some of it sees that; what may not be seen says why.

mod access_key;
mod basics;
mod login_profile;
mod membership;
mod mfa;

use askama::Template;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::access_keys::{self, AccessKey};
use super::super::desk::{Deed, Desk, Done, Frame, Page, Screen, Visit, render};
use super::grant::{self, Grants, Holder};
use super::part::Part;
use super::password_choice::PasswordChoice;
use super::{User, address};

pub(super) const SCREEN: Screen = Screen {
    path: "/ram/users/{user}",
    show,
    deeds: &[
        Deed { name: "update-user", act: basics::update, said: "The user was changed." },
        Deed { name: "tag-user", act: basics::tag, said: "The tag was set." },
        Deed { name: "untag-user", act: basics::untag, said: "The tag was taken away." },
        Deed { name: "set-owner", act: basics::set_owner, said: "The owner was set." },
        Deed { name: "adopt-user", act: basics::adopt, said: "The user is an ordinary one again." },
        Deed { name: "delete-user", act: basics::delete, said: "The user was deleted." },
        Deed {
            name: "create-login-profile",
            act: login_profile::create,
            said: "The user signs in to the console now.",
        },
        Deed { name: "set-password", act: login_profile::set_password, said: "The password was replaced." },
        Deed { name: "update-login-profile", act: login_profile::update, said: "The sign-in was changed." },
        Deed {
            name: "delete-login-profile",
            act: login_profile::delete,
            said: "The user has no password any more.",
        },
        Deed { name: "remove-mfa-device", act: mfa::remove, said: "The MFA device was removed." },
        Deed { name: "create-access-key", act: access_key::create, said: "The AccessKey was created." },
        Deed { name: "set-access-key", act: access_key::set_status, said: "The AccessKey was switched." },
        Deed { name: "delete-access-key", act: access_key::delete, said: "The AccessKey was deleted." },
        grant::attaching(attach_policies),
        grant::detaching(detach_policy),
        Deed { name: "join-group", act: membership::join, said: "The user is in the group now." },
        Deed { name: "leave-group", act: membership::leave, said: "The user left the group." },
    ],
};

#[derive(Template)]
#[template(path = "local_cloud/ram/user.html")]
struct UserPage<'a> {
    frame: Frame,
    user: User,
    typed: basics::Typed<'a>,
    login_profile: Part<Option<login_profile::LoginProfile>>,
    choice: PasswordChoice,
    mfa_device: Part<Option<String>>,
    access_keys: Part<Vec<AccessKey>>,
    groups: Part<Vec<membership::Group>>,
    grants: Grants,
    /// What counts for the user, with its groups.
    effective_href: String,
    group_names: Vec<String>,
}

fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let user = find(desk, visit)?;
    let groups = Part::of(membership::groups(desk, user.name()))?;
    let group_names = match &groups {
        Part::Shown(joined) => membership::others(desk, joined),
        Part::Refused(_) => Vec::new(),
    };
    render(&UserPage {
        frame: Frame::new(desk, visit)?,
        login_profile: Part::of(login_profile::find(desk, &user.user_principal_name))?,
        choice: PasswordChoice::of(visit),
        mfa_device: Part::of(mfa::find(desk, &user.user_principal_name))?,
        access_keys: Part::of(access_keys::list(desk, Some(&user.user_principal_name)))?,
        groups,
        group_names,
        grants: Grants::of(desk, visit, Holder::User(user.name()))?,
        effective_href: address::effective(user.name()),
        typed: basics::Typed::of(visit, &user),
        user: find(desk, visit)?,
    })
}

fn attach_policies(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    grant::attach(desk, visit, Holder::User(name(visit)))
}

fn detach_policy(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    grant::detach(desk, visit, Holder::User(name(visit)))
}

/// The user that the page is about.
fn find(desk: &Desk<'_>, visit: &Visit) -> Result<User, Refusal> {
    let name = principal_name(desk, visit)?;
    desk.ask_for((IMS, "GetUser"), &[("UserPrincipalName", &name)], &["User"])
}

/// The user's name, as it stands in the address.
fn name(visit: &Visit) -> &str {
    address::name_at(visit, "user")
}

/// The user's logon name, for an action of IMS.
fn principal_name(desk: &Desk<'_>, visit: &Visit) -> Result<String, Refusal> {
    Ok(format!("{}@{}", name(visit), super::default_domain(desk)?))
}
