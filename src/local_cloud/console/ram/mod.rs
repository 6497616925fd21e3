//! The RAM console of an account: its users, groups, roles and policies, how they sign in, and who may what.
//!
//! Every page asks the actions of RAM 2015-05-01 and IMS 2019-08-15 as whoever is signed in. The room has no
//! rule of its own about who may see or do something, and no way to the store.

mod address;
mod credential;
mod grant;
mod group;
mod label;
mod lock;
mod next;
mod part;
mod password_choice;
mod permission;
mod policy;
mod role;
pub(super) mod settings;
mod several;
pub(super) mod sso;
mod tagging;
mod user;
mod user_creation;
mod user_list;
mod words;

use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::desk::{Deed, Desk, Screen};

pub(super) const SCREENS: &[Screen] = &[
    Screen { path: "/ram/users", show: user_list::show, deeds: &[] },
    Screen {
        path: "/ram/users/create",
        show: user_creation::show,
        deeds: &[Deed { name: "create-users", act: user_creation::create, said: "The users were created." }],
    },
    user::SCREEN,
    group::LIST,
    group::CREATE,
    group::PAGE,
    role::LIST,
    role::CREATE,
    role::PAGE,
    policy::LIST,
    policy::CREATE,
    policy::PAGE,
    permission::LIST,
    permission::CHECK,
    permission::OF_USER,
];

/// A tag in an answer of RAM or IMS.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    tag_key: String,
    tag_value: String,
}

/// Tags in an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Tags {
    tag: Vec<Tag>,
}

/// A user as IMS shows it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct User {
    user_id: String,
    user_principal_name: String,
    display_name: String,
    email: String,
    mobile_phone: String,
    comments: String,
    create_date: String,
    last_login_date: String,
    provision_type: String,
    /// Since when nobody comes in as it; empty where somebody does.
    orphaned_date: String,
    /// Who answers for it then.
    owner_principal_name: String,
    tags: Tags,
}

impl User {
    /// The name in front of the domain.
    fn name(&self) -> &str {
        self.user_principal_name.split('@').next().unwrap_or_default()
    }

    /// Whether its person left, so that nobody comes in as it.
    fn is_orphaned(&self) -> bool {
        !self.orphaned_date.is_empty()
    }

    /// Whether CloudSSO keeps it, so that nobody else changes it.
    fn is_locked(&self) -> bool {
        self.provision_type == "CloudSSO"
    }
}

/// The domain of the account's logon names.
fn default_domain(desk: &Desk<'_>) -> Result<String, Refusal> {
    desk.ask_for((IMS, "GetDefaultDomain"), &[], &["DefaultDomainName"])
}
