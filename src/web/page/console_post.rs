use askama::Template;

/// Carries a SAML Response to the account's console (SAML 2.0 Bindings, 3.5: HTTP POST).
///
/// Its response needs `form-action` with the origin of `acs_url`.
#[derive(Clone, Template)]
#[template(path = "portal/console_post.html")]
pub struct ConsolePost<'a> {
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: &'a str,
    /// The assertion consumer service, from configuration or registered metadata only.
    pub acs_url: &'a str,
    /// The Response, in Base64.
    pub saml_response: &'a str,
    /// Where the console should lead, sent as `RelayState`.
    pub relay_state: Option<&'a str>,
    /// The account that is being opened.
    pub account: &'a str,
    /// What the person is there: a role, or a RAM user.
    pub identity: &'a str,
}
