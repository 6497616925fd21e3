//! Roles of an account: whom each trusts, how long its sessions last, and what it may do.

mod create;
mod list;
mod page;
mod trust;
mod trusted;

use serde::Deserialize;

use super::super::desk::{Deed, Screen};
use super::{Tags, address, grant, lock};

pub(super) const LIST: Screen = Screen { path: "/ram/roles", show: list::show, deeds: &[] };

pub(super) const CREATE: Screen = Screen {
    path: "/ram/roles/create",
    show: create::show,
    deeds: &[Deed { name: "create-role", act: create::create, said: "The role is created." }],
};

pub(super) const PAGE: Screen = Screen {
    path: "/ram/roles/{role}",
    show: page::show,
    deeds: &[
        Deed { name: "update-role", act: page::update, said: "The role is changed." },
        Deed { name: "update-trust", act: trust::update, said: "The trust policy is changed." },
        Deed { name: "check-trust", act: trust::check, said: "" },
        Deed { name: "tag-role", act: page::tag, said: "The role has the tag." },
        Deed { name: "untag-role", act: page::untag, said: "The tag is taken away." },
        grant::attaching(page::attach),
        grant::detaching(page::detach),
        Deed { name: "delete-role", act: page::delete, said: "The role is deleted, and its sessions ended." },
    ],
};

/// A role as RAM shows it; a list has no trust policy, and one role no tags.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Role {
    role_id: String,
    role_name: String,
    arn: String,
    description: String,
    #[serde(default)]
    assume_role_policy_document: String,
    max_session_duration: i64,
    allow_console_login: bool,
    create_date: String,
    update_date: String,
    #[serde(default)]
    tags: Tags,
}

impl Role {
    fn href(&self) -> String {
        address::role(&self.role_name)
    }

    fn lock(&self) -> Option<&'static str> {
        lock::of_role(&self.role_name)
    }

    /// The longest session in words, such as `1 h 30 min`.
    fn longest_session(&self) -> String {
        let (hours, minutes, seconds) = (
            self.max_session_duration / 3600,
            self.max_session_duration % 3600 / 60,
            self.max_session_duration % 60,
        );
        let parts = [(hours, "h"), (minutes, "min"), (seconds, "s")].into_iter();
        let parts = parts.filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number} {unit}"));
        parts.collect::<Vec<_>>().join(" ")
    }
}
