//! Who may what in an account: every grant, and a check of one act before somebody tries it.

mod check;
mod effective;
mod list;

use super::super::desk::{Deed, Screen};

pub(super) const LIST: Screen = Screen { path: "/ram/permissions", show: list::show, deeds: &[] };

pub(super) const OF_USER: Screen =
    Screen { path: "/ram/permissions/users/{user}", show: effective::show, deeds: &[] };

pub(super) const CHECK: Screen = Screen {
    path: "/ram/permissions/check",
    show: check::show,
    deeds: &[Deed { name: "check-access", act: check::check, said: "" }],
};
