//! What service providers, and the people in front of them, are told of us beside keys and addresses.

use std::time::Duration;

use super::{Error, SubjectIdentifier, text};

/// The longest address.
const LONGEST_URL: usize = 1024;

/// What our metadata says of us (saml-metadata-2.0-os §2.3.2, sstc-saml-metadata-ui-v1.0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityProviderProfile {
    /// What people are shown; 1 to 256 characters.
    pub display_name: String,
    /// What it is for; up to 1,024 characters.
    pub description: String,
    /// A picture by its https address, with its width and height in pixels.
    pub logo: Option<(String, u32, u32)>,
    /// A page about it.
    pub information_url: Option<String>,
    /// What it does with personal data.
    pub privacy_statement_url: Option<String>,
    /// A page for those whom a service provider does not let in.
    pub error_url: Option<String>,
    /// The organisation's name and its page.
    pub organization: Option<(String, String)>,
    /// The e-mail address for those who run service providers.
    pub technical_contact: Option<String>,
    /// The e-mail address for users.
    pub support_contact: Option<String>,
    /// The e-mail address for security incidents.
    pub security_contact: Option<String>,
    /// What the identifiers that we give people end with, behind the `@`; the host of our address where it is not set.
    /// Never to be changed: to applications everybody would be somebody else.
    pub scope: Option<String>,
    /// Whether our metadata is signed.
    pub signs_metadata: bool,
    /// For how long our metadata holds from when it is fetched: a day to a year.
    pub metadata_lifetime: Duration,
    /// Whether every service provider must sign its requests.
    pub wants_signed_requests: bool,
}

impl Default for IdentityProviderProfile {
    fn default() -> Self {
        Self {
            display_name: "cloudsso".to_owned(),
            description: String::new(),
            logo: None,
            information_url: None,
            privacy_statement_url: None,
            error_url: None,
            organization: None,
            technical_contact: None,
            support_contact: None,
            security_contact: None,
            scope: None,
            signs_metadata: false,
            metadata_lifetime: Duration::from_secs(14 * 24 * 3600),
            wants_signed_requests: false,
        }
    }
}

impl IdentityProviderProfile {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        let field = "identity_provider.display_name";
        text::check(field, &self.display_name, 256)?;
        if self.display_name.trim().is_empty() {
            return Err(Error::invalid(field, "must not be empty"));
        }
        text::check("identity_provider.description", &self.description, 1024)?;
        for (field, url) in [
            ("identity_provider.logo_url", self.logo.as_ref().map(|(url, ..)| url)),
            ("identity_provider.information_url", self.information_url.as_ref()),
            ("identity_provider.privacy_statement_url", self.privacy_statement_url.as_ref()),
            ("identity_provider.error_url", self.error_url.as_ref()),
            ("identity_provider.organization_url", self.organization.as_ref().map(|(_, url)| url)),
        ] {
            if url.is_some_and(|url| !is_https(url)) {
                return Err(Error::invalid(field, "must be an https address"));
            }
        }
        if let Some((name, _)) = &self.organization {
            text::check("identity_provider.organization", name, 256)?;
        }
        for (field, address) in [
            ("identity_provider.technical_contact", &self.technical_contact),
            ("identity_provider.support_contact", &self.support_contact),
            ("identity_provider.security_contact", &self.security_contact),
        ] {
            let address = address.as_deref().unwrap_or("a@b");
            if !address.contains('@') || address.len() > 256 || address.contains(char::is_whitespace) {
                return Err(Error::invalid(field, "must be an e-mail address"));
            }
        }
        if self.scope.as_deref().is_some_and(|scope| !SubjectIdentifier::is_scope(scope)) {
            let rule = "must be 1 to 127 letters, digits, `-` and `.`, with a letter or a digit first";
            return Err(Error::invalid("identity_provider.scope", rule));
        }
        const DAY: u64 = 24 * 3600;
        if !(DAY..=365 * DAY).contains(&self.metadata_lifetime.as_secs()) {
            return Err(Error::invalid("identity_provider.metadata_days", "must be 1 to 365"));
        }
        Ok(())
    }

    /// What the identifiers that we give people end with: what is set, or else our host, or else `localhost`, where
    /// our host is an address that cannot stand there.
    pub fn scope_at<'a>(&'a self, host: &'a str) -> &'a str {
        let usual = if SubjectIdentifier::is_scope(host) { host } else { "localhost" };
        self.scope.as_deref().unwrap_or(usual)
    }
}

fn is_https(url: &str) -> bool {
    let is_plain = url.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    url.len() <= LONGEST_URL && is_plain && url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_its_rule() {
        let base = IdentityProviderProfile::default;
        assert_eq!(base().check(), Ok(()));
        let whole = IdentityProviderProfile {
            logo: Some(("https://acme.example/logo.png".to_owned(), 64, 64)),
            organization: Some(("Acme".to_owned(), "https://acme.example/".to_owned())),
            technical_contact: Some("ops@acme.example".to_owned()),
            scope: Some("acme.example".to_owned()),
            ..base()
        };
        assert_eq!(whole.check(), Ok(()));
        let http = || Some("http://acme.example/".to_owned());
        let refused = [
            ("display_name", IdentityProviderProfile { display_name: " ".to_owned(), ..base() }),
            ("description", IdentityProviderProfile { description: "x".repeat(1025), ..base() }),
            ("logo_url", IdentityProviderProfile { logo: http().map(|url| (url, 1, 1)), ..base() }),
            ("information_url", IdentityProviderProfile { information_url: http(), ..base() }),
            ("privacy_statement_url", IdentityProviderProfile { privacy_statement_url: http(), ..base() }),
            ("error_url", IdentityProviderProfile { error_url: http(), ..base() }),
            (
                "organization_url",
                IdentityProviderProfile { organization: http().map(|url| (String::new(), url)), ..base() },
            ),
            ("technical_contact", IdentityProviderProfile { technical_contact: http(), ..base() }),
            ("support_contact", IdentityProviderProfile { support_contact: Some("a b@c".into()), ..base() }),
            ("security_contact", IdentityProviderProfile { security_contact: http(), ..base() }),
            ("scope", IdentityProviderProfile { scope: Some("acme.example:443".to_owned()), ..base() }),
            ("scope", IdentityProviderProfile { scope: Some(String::new()), ..base() }),
            ("metadata_days", IdentityProviderProfile { metadata_lifetime: Duration::ZERO, ..base() }),
        ];
        for (field, details) in refused {
            let code = format!("InvalidParameter.identity_provider.{field}");
            assert_eq!(details.check().unwrap_err().code, code);
        }
    }
    #[test]
    fn the_scope_is_our_host_where_it_is_not_set() {
        let unset = IdentityProviderProfile::default();
        for (host, expected) in [
            ("sso.acme.example", "sso.acme.example"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "localhost"),
            ("", "localhost"),
        ] {
            assert_eq!(unset.scope_at(host), expected);
        }
        let set = IdentityProviderProfile { scope: Some("acme.example".to_owned()), ..unset };
        assert_eq!(set.scope_at("sso.acme.example"), "acme.example");
    }
}
