use askama::Template;

/// The page behind the one-time link `/setup/{token}`: the first administrator chooses a name and a password.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/setup.html")]
pub struct Setup<'a> {
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: &'a str,
    /// Sent back in `csrf_token`.
    pub csrf_token: &'a str,
    /// Where the form goes, a path of ours.
    pub action: &'a str,
    /// What was typed before, empty at first.
    pub username: &'a str,
    /// What the password must be, each a phrase: `at least 12 characters`.
    pub rules: &'a [&'a str],
    /// Why the last attempt was refused, in one sentence.
    pub error: Option<&'a str>,
}
