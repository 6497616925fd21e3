use std::fmt;

use askama::Template;
use askama::filters::{Html, HtmlSafe, escape};

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

impl PostOn<'_> {
    fn value(&self) -> MessageText<'_> {
        MessageText(self.message)
    }
}

/// A message as an attribute's value. Base64 has nothing that must be escaped, and to look is much quicker than to
/// escape: of this page nearly all is the message.
struct MessageText<'a>(&'a str);

impl HtmlSafe for MessageText<'_> {}

impl fmt::Display for MessageText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without a way out in the middle, which would keep it from taking many bytes at once.
        if self.0.bytes().fold(true, |is_base64, byte| is_base64 & is_of_base64(byte)) {
            return f.write_str(self.0);
        }
        match escape(self.0, Html) {
            Ok(escaped) => write!(f, "{escaped}"),
            Err(never) => match never {},
        }
    }
}

const fn is_of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'+') | (byte == b'/') | (byte == b'=')
}
