//! A user's own passkeys: made by the browser, asked for beside the password.

use askama::Template;

use crate::base::Timestamp;
use crate::local_cloud::api::passkey;
use crate::local_cloud::api::version::IMS;
use crate::local_cloud::identity::IdentityKind;
use crate::local_cloud::refusal::Refusal;
use crate::rpc::Parameters;

use super::super::desk::{Desk, Done, Frame, Page, Visit, render};

/// What the page is at its own address.
#[derive(Template)]
#[template(path = "local_cloud/security/passkeys.html")]
struct PasskeysPage<'a> {
    frame: Frame,
    is_user: bool,
    passkeys: Vec<PasskeyView>,
    /// A challenge for the browser to make another, or why there may be none.
    adding: Result<String, String>,
    name: &'a str,
    /// The page where passkeys work.
    address: String,
}

struct PasskeyView {
    id: String,
    name: String,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let parameters = Parameters::new([])?;
    let call = desk.invocation(IMS, &parameters);
    let is_user = matches!(desk.session().identity.kind, IdentityKind::RamUser(_));
    let adding = match passkey::begin(&call, &desk.session().row.id) {
        Ok(options) => Ok(options),
        Err(broken @ Refusal::Internal(_)) => return Err(broken),
        Err(refusal) => Err(refusal.to_string()),
    };
    let passkeys = passkey::list(&call)?.into_iter().map(|row| PasskeyView {
        id: row.id,
        name: row.name,
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp::from_millis),
    });
    render(&PasskeysPage {
        frame: Frame::new(desk, visit)?,
        is_user,
        passkeys: passkeys.collect(),
        adding,
        name: visit.refill("name", ""),
        address: format!("{}{}", desk.cloud().base_url, visit.path),
    })
}

pub(super) fn add(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = Parameters::new([])?;
    let given = (visit.given("name").trim(), visit.given("credential"));
    passkey::create(&desk.invocation(IMS, &parameters), &desk.session().row.id, given)?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = Parameters::new([])?;
    passkey::delete(&desk.invocation(IMS, &parameters), visit.given("passkey"))?;
    Ok(Done::Here)
}
