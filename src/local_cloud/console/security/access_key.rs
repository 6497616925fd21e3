//! A user's own access keys.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done, Frame, Visit, render};

/// What the page says of the access keys.
pub(super) struct AccessKeys {
    /// Why no more are made here.
    pub(super) refused: Option<String>,
    pub(super) keys: Vec<AccessKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessKey {
    #[serde(rename = "AccessKeyId")]
    pub(super) id: String,
    pub(super) status: String,
    pub(super) create_date: String,
    /// Empty where it was never used.
    #[serde(skip)]
    pub(super) last_used: String,
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
struct Listed {
    access_keys: ListedKeys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedKeys {
    access_key: Vec<AccessKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Used {
    access_key_last_used: LastUsed,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LastUsed {
    last_used_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    access_key: MadeKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MadeKey {
    access_key_id: String,
    access_key_secret: String,
}

impl AccessKey {
    pub(super) fn is_active(&self) -> bool {
        self.status == "Active"
    }
}

impl AccessKeys {
    pub(super) fn of_user(desk: &Desk<'_>, right: Option<&Refusal>) -> Result<Self, Refusal> {
        let mut keys = match desk.ask::<Listed>((IMS, "ListAccessKeys"), &[]) {
            Ok(listed) => listed.access_keys.access_key,
            Err(broken @ Refusal::Internal(_)) => return Err(broken),
            Err(refusal) => return Ok(Self { refused: Some(refusal.to_string()), keys: Vec::new() }),
        };
        for key in &mut keys {
            let used = desk.ask::<Used>((IMS, "GetAccessKeyLastUsed"), &[("UserAccessKeyId", &key.id)]);
            key.last_used = used.map(|used| used.access_key_last_used.last_used_date).unwrap_or_default();
        }
        Ok(Self { refused: right.map(Refusal::to_string), keys })
    }
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.use_up(visit)?;
    let made = desk.ask::<Made>((IMS, "CreateAccessKey"), &[])?.access_key;
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
