//! Invitations: those that the management account sent, and those that any other account received.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::paging::{List, Listed};
use super::reason::call;

pub(super) const DEEDS: &[Deed] = &[
    Deed { name: "cancel-invitation", act: cancel, said: "The invitation was cancelled." },
    Deed {
        name: "accept-invitation",
        act: accept,
        said: "The invitation is accepted. This account is a member of the resource directory now.",
    },
    Deed { name: "decline-invitation", act: decline, said: "The invitation was declined." },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/invitation_list.html")]
struct InvitationListPage {
    frame: Frame,
    /// Whether they are those that were sent, and else those that were received.
    is_sender: bool,
    invitations: Listed<Invitation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Invitation {
    handshake_id: String,
    resource_directory_id: String,
    master_account_id: String,
    master_account_name: String,
    target_entity: String,
    note: String,
    status: String,
    create_time: String,
    expire_time: String,
}

impl Invitation {
    fn is_pending(&self) -> bool {
        self.status == "Pending"
    }

    /// Its state, in a word.
    fn state(&self) -> &str {
        match self.status.as_str() {
            "Pending" => "not answered yet",
            "Accepted" => "accepted",
            "Declined" => "declined",
            "Cancelled" => "cancelled",
            "Expired" => "not answered in time",
            other => other,
        }
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let account = &desk.session().account;
    let is_sender = account.is_member && !account.is_ordinary_member();
    let action = if is_sender { "ListHandshakesForResourceDirectory" } else { "ListHandshakesForAccount" };
    let list = List { action, names: ("Handshakes", "Handshake"), parameters: Vec::new() };
    let invitations = list.page(desk, visit, &[])?;
    render(&InvitationListPage { frame: Frame::new(desk, visit)?, is_sender, invitations })
}

fn cancel(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    end(desk, visit, "CancelHandshake")
}

fn accept(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    end(desk, visit, "AcceptHandshake")
}

fn decline(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    end(desk, visit, "DeclineHandshake")
}

fn end(desk: &Desk<'_>, visit: &Visit, action: &str) -> Result<Done, Refusal> {
    call(desk, action, &[("HandshakeId", visit.given("invitation"))])?;
    Ok(Done::Here)
}
