use askama::Template;

/// Carries a SAML message to somebody else's site (SAML 2.0 Bindings, 3.5: HTTP POST).
///
/// Its response needs `form-action` with the origin of `url`.
#[derive(Clone, Template)]
#[template(path = "portal/post_on.html")]
pub struct PostOn<'a> {
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: &'a str,
    /// Where to: an address from configuration or registered metadata only.
    pub url: &'a str,
    /// What the message is: `SAMLResponse` or `SAMLRequest`.
    pub field: &'a str,
    /// The message, in Base64.
    pub message: &'a str,
    /// Where it should lead, sent as `RelayState`.
    pub relay_state: Option<&'a str>,
    /// What happens, for the title: `Opening shop-production`.
    pub title: &'a str,
    /// What the person is there: a role, a RAM user, themselves; empty where it does not matter.
    pub identity: &'a str,
    /// What the button calls the place.
    pub to: &'a str,
}
