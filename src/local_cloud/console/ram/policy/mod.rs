//! Policies: the account's own and those of the cloud, what they say, their versions, and who holds them.

mod create;
mod holders;
mod list;
mod page;
mod place;
mod version;
mod versioning;

use serde::Deserialize;

use super::super::desk::{Deed, Screen};
use super::{Tags, address, lock};

pub(super) const LIST: Screen = Screen { path: "/ram/policies", show: list::show, deeds: &[] };

pub(super) const CREATE: Screen = Screen {
    path: "/ram/policies/create",
    show: create::show,
    deeds: &[
        Deed { name: "create-policy", act: create::create, said: "The policy is created." },
        Deed { name: "check-document", act: create::check, said: "" },
    ],
};

pub(super) const PAGE: Screen = Screen {
    path: "/ram/policies/{type}/{policy}",
    show: page::show,
    deeds: &[
        Deed { name: "describe-policy", act: page::describe, said: "The description is changed." },
        Deed { name: "create-version", act: versioning::create, said: "The version is created." },
        Deed { name: "check-version", act: versioning::check, said: "" },
        Deed { name: "set-default-version", act: versioning::set_default, said: "The version counts now." },
        Deed { name: "delete-version", act: versioning::delete, said: "The version is deleted." },
        Deed { name: "tag-policy", act: page::tag, said: "The policy has the tag." },
        Deed { name: "untag-policy", act: page::untag, said: "The tag is taken away." },
        Deed { name: "attach-to-holders", act: holders::attach, said: "The policy is attached." },
        Deed { name: "detach-from-holder", act: holders::detach, said: "The policy is detached." },
        Deed { name: "delete-policy", act: page::delete, said: "The policy is deleted." },
    ],
};

/// A policy as RAM shows it; system policies have no dates.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_name: String,
    policy_type: String,
    description: String,
    default_version: String,
    attachment_count: u64,
    #[serde(default)]
    create_date: String,
    #[serde(default)]
    update_date: String,
    #[serde(default)]
    tags: Tags,
}

impl Policy {
    fn href(&self) -> String {
        address::policy(&self.policy_type, &self.policy_name)
    }

    fn is_custom(&self) -> bool {
        self.policy_type == "Custom"
    }

    fn lock(&self) -> Option<&'static str> {
        lock::of_policy(&self.policy_type, &self.policy_name)
    }
}
