//! What is shown once and never again: passwords that were drawn and the secrets of access keys, on the page
//! and as a file for the browser to save.

use askama::Template;
use data_encoding::BASE64;
use serde::Deserialize;

use crate::base::Secret;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done, Frame, Visit, render};

/// An access key in the answer that holds its secret.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyAnswer {
    access_key_id: String,
    access_key_secret: Secret,
}

/// An access key with its secret.
pub(super) struct NewKey {
    pub(super) id: String,
    pub(super) secret: Secret,
}

impl From<KeyAnswer> for NewKey {
    fn from(answer: KeyAnswer) -> Self {
        Self { id: answer.access_key_id, secret: answer.access_key_secret }
    }
}

/// How one user comes in from now on.
pub(super) struct Credential {
    /// The user's page.
    pub(super) href: String,
    pub(super) logon_name: String,
    /// Whether the user signs in to the console.
    pub(super) has_console: bool,
    /// The password, where it was drawn; nobody repeats one that somebody typed.
    pub(super) password: Option<Secret>,
    pub(super) access_key: Option<NewKey>,
}

#[derive(Template)]
#[template(path = "local_cloud/ram/credential.html")]
struct CredentialPage<'a> {
    frame: Frame,
    title: &'a str,
    credentials: [Credential; 1],
    file: String,
}

/// The page that shows one user's credential, once.
pub(super) fn shown_once(
    desk: &Desk<'_>,
    visit: &Visit,
    title: &str,
    credential: Credential,
) -> Result<Done, Refusal> {
    let credentials = [credential];
    let file = credential_file(&credentials);
    render(&CredentialPage { frame: Frame::new(desk, visit)?, title, credentials, file }).map(Done::Once)
}

/// The address of a file of `credentials` (RFC 4180, in a `data:` URL, RFC 2397): it is in the page and
/// nowhere else.
pub(super) fn credential_file(credentials: &[Credential]) -> String {
    let mut file = "Logon name,Password,AccessKey ID,AccessKey secret\r\n".to_owned();
    for credential in credentials {
        let key = credential.access_key.as_ref();
        let fields = [
            credential.logon_name.as_str(),
            credential.password.as_ref().map(Secret::expose).unwrap_or_default(),
            key.map(|key| key.id.as_str()).unwrap_or_default(),
            key.map(|key| key.secret.expose()).unwrap_or_default(),
        ];
        file.push_str(&fields.map(quoted).join(","));
        file.push_str("\r\n");
    }
    format!("data:text/csv;charset=utf-8;base64,{}", BASE64.encode(file.as_bytes()))
}

/// A field that begins with a sign of arithmetic would be a formula to a spreadsheet; a password that was
/// drawn may, and is not to be changed, so it is quoted like the rest and nothing more.
fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}
