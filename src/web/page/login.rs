use askama::Template;

/// `/login`: user name and password.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/login.html")]
pub struct Login<'a> {
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: &'a str,
    /// Sent back in `csrf_token`.
    pub csrf_token: &'a str,
    /// The organisation's name, as its people know it.
    pub organisation: &'a str,
    /// Where to go after, sent back in `next`.
    pub next: Option<&'a str>,
    /// What was typed before, empty at first.
    pub username: &'a str,
    /// Why the last attempt failed, in one sentence.
    pub error: Option<&'a str>,
    /// What just happened, in one sentence: signed out, password set.
    pub notice: Option<&'a str>,
}
