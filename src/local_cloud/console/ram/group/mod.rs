//! Groups of an account: who is in them, and what they are given for all of their members at once.

mod create;
mod list;
mod members;
mod page;

use serde::Deserialize;

use super::super::desk::{Deed, Screen};
use super::{address, grant};

pub(super) const LIST: Screen = Screen { path: "/ram/groups", show: list::show, deeds: &[] };

pub(super) const CREATE: Screen = Screen {
    path: "/ram/groups/create",
    show: create::show,
    deeds: &[Deed { name: "create-group", act: create::create, said: "The group is created." }],
};

pub(super) const PAGE: Screen = Screen {
    path: "/ram/groups/{group}",
    show: page::show,
    deeds: &[
        Deed { name: "update-group", act: page::update, said: "The group is changed." },
        Deed { name: "add-members", act: members::add, said: "The users are in the group." },
        Deed { name: "remove-member", act: members::remove, said: "The user is no longer in the group." },
        grant::attaching(page::attach),
        grant::detaching(page::detach),
        Deed { name: "delete-group", act: page::delete, said: "The group is deleted." },
    ],
};

/// A group as IMS shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    group_id: String,
    group_name: String,
    display_name: String,
    comments: String,
    create_date: String,
    update_date: String,
}

impl Group {
    fn href(&self) -> String {
        address::group(&self.group_name)
    }
}
