//! The HTTP-Redirect binding (saml-bindings-2.0-os §3.4): a message in the query of an address, deflated, and a
//! signature beside it that covers the octets as they travelled, not what they say.

mod deflate;
mod query;
mod received;
mod sent;
#[cfg(test)]
mod tests;

pub(super) use deflate::inflate;
pub use received::{DetachedSignature, RedirectMessage};
pub use sent::redirect_url;

/// Whether a message asks or answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A request, in the parameter or field `SAMLRequest`.
    Request,
    /// An answer, in `SAMLResponse`.
    Response,
}

impl MessageKind {
    /// The name of the query parameter or form field that it travels in.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}
