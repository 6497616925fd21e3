//! Access keys as pages show them: of a user whom an administrator looks at, and of whoever looks at its own.

use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::desk::Desk;

/// A key as the page shows it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessKey {
    #[serde(rename = "AccessKeyId")]
    pub(super) id: String,
    status: String,
    #[serde(rename = "CreateDate")]
    pub(super) created: String,
    #[serde(skip)]
    pub(super) used: Used,
}

/// When and for which service a key was used last; empty for never.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Used {
    #[serde(rename = "LastUsedDate")]
    pub(super) at: String,
    #[serde(rename = "ServiceName")]
    pub(super) service: String,
}

impl AccessKey {
    pub(super) fn is_active(&self) -> bool {
        self.status == "Active"
    }
}

/// The keys of the user of this logon name, or of whoever asks.
pub(super) fn list(desk: &Desk<'_>, principal_name: Option<&str>) -> Result<Vec<AccessKey>, Refusal> {
    let user: Vec<_> = principal_name.map(|name| ("UserPrincipalName", name)).into_iter().collect();
    let mut keys: Vec<AccessKey> =
        desk.ask_for((IMS, "ListAccessKeys"), &user, &["AccessKeys", "AccessKey"])?;
    for key in &mut keys {
        let mut named = user.clone();
        named.push(("UserAccessKeyId", &key.id));
        key.used = desk.ask_for((IMS, "GetAccessKeyLastUsed"), &named, &["AccessKeyLastUsed"])?;
    }
    Ok(keys)
}
