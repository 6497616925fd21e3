//! How somebody was authenticated (saml-authn-context-2.0-os §3.4).

/// How the person was authenticated. Say no more than is true: a service provider decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthnContext {
    /// Not said.
    Unspecified,
    /// A password, over a connection that is not protected.
    Password,
    /// A password over TLS.
    PasswordProtectedTransport,
    /// A one-time code from a device that keeps the time, by itself.
    TimeSyncToken,
    /// A client certificate.
    X509,
    /// Two different factors, such as a password and a one-time code, or a passkey that verified
    /// its user (REFEDS MFA profile; the classes of 2005 have no name for it).
    MultiFactor,
}

impl AuthnContext {
    const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::Password,
        Self::PasswordProtectedTransport,
        Self::TimeSyncToken,
        Self::X509,
        Self::MultiFactor,
    ];

    /// The URI of the class.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Unspecified => "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
            Self::Password => "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
            Self::PasswordProtectedTransport => {
                "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
            }
            Self::TimeSyncToken => "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
            Self::X509 => "urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
            Self::MultiFactor => "https://refeds.org/profile/mfa",
        }
    }

    /// The class that a URI stands for, if we know it.
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.uri() == uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_survive_their_uri() {
        for class in AuthnContext::ALL {
            assert_eq!(AuthnContext::from_uri(class.uri()), Some(class));
        }
        assert_eq!(AuthnContext::from_uri("urn:federation:authentication:windows"), None);
    }
}
