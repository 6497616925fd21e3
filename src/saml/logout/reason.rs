//! Why a session ends (saml-core-2.0-os §3.7.3).

/// Why a session ends. It is told, and changes nothing in what is done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogoutReason {
    /// The person wants it.
    User,
    /// An administrator wants it.
    Admin,
    /// The identity provider's session is over by time (§3.7.3.2).
    GlobalTimeout,
    /// A service provider's session is over by time (§3.7.3.2).
    SpTimeout,
    /// Any other reason, by its URI.
    Other(String),
}

impl LogoutReason {
    /// The URI of the reason.
    pub fn uri(&self) -> &str {
        match self {
            Self::User => "urn:oasis:names:tc:SAML:2.0:logout:user",
            Self::Admin => "urn:oasis:names:tc:SAML:2.0:logout:admin",
            Self::GlobalTimeout => "urn:oasis:names:tc:SAML:2.0:logout:global-timeout",
            Self::SpTimeout => "urn:oasis:names:tc:SAML:2.0:logout:sp-timeout",
            Self::Other(uri) => uri,
        }
    }

    /// The reason that a URI stands for.
    pub fn from_uri(uri: &str) -> Self {
        [Self::User, Self::Admin, Self::GlobalTimeout, Self::SpTimeout]
            .into_iter()
            .find(|reason| reason.uri() == uri)
            .unwrap_or_else(|| Self::Other(uri.to_owned()))
    }
}
