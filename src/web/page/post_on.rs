use askama::Template;

/// Carries a SAML Response to somebody else's site (SAML 2.0 Bindings, 3.5: HTTP POST).
///
/// Its response needs `form-action` with the origin of `acs_url`.
#[derive(Clone, Template)]
#[template(path = "portal/post_on.html")]
pub struct PostOn<'a> {
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: &'a str,
    /// The assertion consumer service, from configuration or registered metadata only.
    pub acs_url: &'a str,
    /// The Response, in Base64.
    pub saml_response: &'a str,
    /// Where it should lead, sent as `RelayState`.
    pub relay_state: Option<&'a str>,
    /// What is being opened: an account, or an application.
    pub place: &'a str,
    /// What the person is there: a role, a RAM user, themselves; empty where it does not matter.
    pub identity: &'a str,
    /// What the button calls the place.
    pub to: &'a str,
}
