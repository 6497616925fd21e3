//! Who you are: the console page of every kind of identity, and the switch to a role.
//!
//! Sign-out and the switch between open consoles are the browser's and not of one session: see `console`.

mod switch_role;
mod view;

use askama::Template;

use crate::local_cloud::refusal::Refusal;

use super::desk::{Deed, Desk, Frame, Page, Screen, Visit, render};

use view::{ConsoleView, HolderView, RoleCameBy};

pub(super) const SCREENS: &[Screen] = &[
    Screen { path: "/console", show: who_am_i, deeds: &[] },
    Screen {
        path: "/console/switch-role",
        show: switch_role::show,
        deeds: &[Deed {
            name: "switch-role",
            act: switch_role::switch,
            said: "You are in another role now.",
        }],
    },
];

#[derive(Template)]
#[template(path = "local_cloud/console.html")]
struct ConsolePage {
    frame: Frame,
    view: ConsoleView,
}

fn who_am_i(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let view = view::view(desk.cloud(), desk.open(), desk.session())?;
    render(&ConsolePage { frame: Frame::new(desk, visit)?, view })
}
