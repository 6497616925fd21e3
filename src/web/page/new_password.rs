use askama::Template;

/// `/login/password`: a new password, asked for after the old one was given.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/new_password.html")]
pub struct NewPassword<'a> {
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: &'a str,
    /// Sent back in `csrf_token`.
    pub csrf_token: &'a str,
    /// Whose password it is, so that password managers store it under the right name.
    pub username: &'a str,
    /// Where to go after, sent back in `next`.
    pub next: Option<&'a str>,
    /// What the password must be, each a phrase: `at least 12 characters`.
    pub rules: &'a [&'a str],
    /// Why the last one was refused, in one sentence.
    pub error: Option<&'a str>,
}
