use askama::Template;

/// `/login/mfa`: the code of an authenticator app, after the password.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/second_factor.html")]
pub struct SecondFactor<'a> {
    /// Sent back in `csrf_token`.
    pub csrf_token: &'a str,
    /// Who gave the password.
    pub username: &'a str,
    /// Where to go after, sent back in `next`.
    pub next: Option<&'a str>,
    /// Why the last code failed, in one sentence.
    pub error: Option<&'a str>,
}
