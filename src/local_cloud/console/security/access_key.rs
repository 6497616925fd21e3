//! A user's own access keys.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::access_keys::{self, AccessKey};
use super::super::desk::{Desk, Done, Frame, Visit, render};

/// What the page says of the access keys.
pub(super) struct AccessKeys {
    /// Why no more are made here.
    pub(super) refused: Option<String>,
    pub(super) keys: Vec<AccessKey>,
}

/// Shown once: the secret is never shown again.
#[derive(Template)]
#[template(path = "local_cloud/security/access_key.html")]
struct AccessKeyPage {
    frame: Frame,
    id: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MadeKey {
    access_key_id: String,
    access_key_secret: String,
}

impl AccessKeys {
    pub(super) fn of_user(desk: &Desk<'_>, right: Option<&Refusal>) -> Result<Self, Refusal> {
        let keys = match access_keys::list(desk, None) {
            Ok(keys) => keys,
            Err(broken @ Refusal::Internal(_)) => return Err(broken),
            Err(refusal) => return Ok(Self { refused: Some(refusal.to_string()), keys: Vec::new() }),
        };
        Ok(Self { refused: right.map(Refusal::to_string), keys })
    }
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.use_up(visit)?;
    let made: MadeKey = desk.ask_for((IMS, "CreateAccessKey"), &[], &["AccessKey"])?;
    let frame = Frame::new(desk, visit)?;
    render(&AccessKeyPage { frame, id: made.access_key_id, secret: made.access_key_secret }).map(Done::Once)
}

pub(super) fn switch(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let parameters = [("UserAccessKeyId", visit.given("key")), ("Status", visit.given("status"))];
    desk.call(IMS, "UpdateAccessKey", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "DeleteAccessKey", &[("UserAccessKeyId", visit.given("key"))])?;
    Ok(Done::Here)
}
