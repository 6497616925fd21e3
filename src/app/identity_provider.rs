//! What service providers are told of us, as flags, environment and file say it.

use std::time::Duration;

use clap::Args;
use serde::Deserialize;

use crate::domain::IdentityProviderProfile;

const DAY: u64 = 24 * 60 * 60;
/// Pixels of a logo that does not say them.
const LOGO: u32 = 64;

macro_rules! settings {
    ($($(#[$doc:meta])* $flag:ident, $key:ident: $type:ty, $env:literal;)*) => {
        /// The flags of it; each has an environment name.
        #[derive(Args, Clone, Debug, Default)]
        pub(super) struct IdentityProviderArguments {
            $($(#[$doc])* #[arg(long, env = $env)] $flag: Option<$type>,)*
        }

        /// The section `identity_provider` of the file.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct IdentityProviderSection {
            $($key: Option<$type>,)*
        }

        impl IdentityProviderArguments {
            fn over(self, file: IdentityProviderSection) -> IdentityProviderSection {
                IdentityProviderSection { $($key: self.$flag.or(file.$key),)* }
            }
        }
    };
}

settings! {
    /// What people at service providers are shown of us [default: cloudsso]
    identity_provider_display_name, display_name: String, "CLOUDSSO_IDENTITY_PROVIDER_DISPLAY_NAME";
    /// What it is for
    identity_provider_description, description: String, "CLOUDSSO_IDENTITY_PROVIDER_DESCRIPTION";
    /// The https address of a picture
    identity_provider_logo_url, logo_url: String, "CLOUDSSO_IDENTITY_PROVIDER_LOGO_URL";
    /// How wide the picture is, in pixels [default: 64]
    identity_provider_logo_width, logo_width: u32, "CLOUDSSO_IDENTITY_PROVIDER_LOGO_WIDTH";
    /// How high the picture is, in pixels [default: 64]
    identity_provider_logo_height, logo_height: u32, "CLOUDSSO_IDENTITY_PROVIDER_LOGO_HEIGHT";
    /// The https address of a page about it
    identity_provider_profilermation_url, information_url: String, "CLOUDSSO_IDENTITY_PROVIDER_INFORMATION_URL";
    /// The https address of what is said about personal data
    identity_provider_privacy_statement_url, privacy_statement_url: String,
        "CLOUDSSO_IDENTITY_PROVIDER_PRIVACY_STATEMENT_URL";
    /// The https address of a page for those whom a service provider does not let in
    identity_provider_error_url, error_url: String, "CLOUDSSO_IDENTITY_PROVIDER_ERROR_URL";
    /// The organisation's name
    identity_provider_organization, organization: String, "CLOUDSSO_IDENTITY_PROVIDER_ORGANIZATION";
    /// The https address of the organisation
    identity_provider_organization_url, organization_url: String, "CLOUDSSO_IDENTITY_PROVIDER_ORGANIZATION_URL";
    /// The e-mail address for those who run service providers
    identity_provider_technical_contact, technical_contact: String,
        "CLOUDSSO_IDENTITY_PROVIDER_TECHNICAL_CONTACT";
    /// The e-mail address for users
    identity_provider_support_contact, support_contact: String, "CLOUDSSO_IDENTITY_PROVIDER_SUPPORT_CONTACT";
    /// The e-mail address for security incidents
    identity_provider_security_contact, security_contact: String, "CLOUDSSO_IDENTITY_PROVIDER_SECURITY_CONTACT";
    /// What identifiers of people end with, behind the @; never to be changed [default: the host of the public address]
    identity_provider_scope, scope: String, "CLOUDSSO_IDENTITY_PROVIDER_SCOPE";
    /// Whether our metadata is signed [default: false]
    identity_provider_sign_metadata, sign_metadata: bool, "CLOUDSSO_IDENTITY_PROVIDER_SIGN_METADATA";
    /// For how many days our metadata holds [default: 14]
    identity_provider_metadata_days, metadata_days: u32, "CLOUDSSO_IDENTITY_PROVIDER_METADATA_DAYS";
    /// Whether every service provider must sign its requests [default: false]
    identity_provider_want_signed_requests, want_signed_requests: bool,
        "CLOUDSSO_IDENTITY_PROVIDER_WANT_SIGNED_REQUESTS";
}

impl IdentityProviderArguments {
    /// What the arguments say, or else the file, or else what is usual.
    ///
    /// # Errors
    /// The setting that breaks its rule.
    pub(super) fn settle(self, file: IdentityProviderSection) -> Result<IdentityProviderProfile, String> {
        let (said, usual) = (self.over(file), IdentityProviderProfile::default());
        let organization = match (said.organization, said.organization_url) {
            (Some(name), Some(url)) => Some((name, url)),
            (None, None) => None,
            _ => return Err("identity_provider.organization and its organization_url go together".to_owned()),
        };
        let (width, height) = (said.logo_width.unwrap_or(LOGO), said.logo_height.unwrap_or(LOGO));
        let days = said.metadata_days.map(|days| Duration::from_secs(u64::from(days) * DAY));
        let details = IdentityProviderProfile {
            display_name: said.display_name.unwrap_or(usual.display_name),
            description: said.description.unwrap_or(usual.description),
            logo: said.logo_url.map(|url| (url, width, height)),
            information_url: said.information_url,
            privacy_statement_url: said.privacy_statement_url,
            error_url: said.error_url,
            organization,
            technical_contact: said.technical_contact,
            support_contact: said.support_contact,
            security_contact: said.security_contact,
            scope: said.scope,
            signs_metadata: said.sign_metadata.unwrap_or(usual.signs_metadata),
            metadata_lifetime: days.unwrap_or(usual.metadata_lifetime),
            wants_signed_requests: said.want_signed_requests.unwrap_or(usual.wants_signed_requests),
        };
        details.check().map_err(|error| error.message)?;
        Ok(details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_what_is_usual() {
        let settle = |name: Option<&str>, file: &str| {
            let arguments = IdentityProviderArguments {
                identity_provider_display_name: name.map(str::to_owned),
                ..IdentityProviderArguments::default()
            };
            arguments.settle(toml::from_str(file).unwrap())
        };
        assert_eq!(settle(None, ""), Ok(IdentityProviderProfile::default()));
        let named =
            settle(Some("Acme"), "display_name = \"x\"\nsign_metadata = true\nmetadata_days = 2").unwrap();
        assert_eq!((named.display_name.as_str(), named.signs_metadata), ("Acme", true));
        assert_eq!(named.metadata_lifetime, Duration::from_secs(2 * DAY));
        let logo = settle(None, "logo_url = \"https://a.example/l.png\"\nlogo_width = 80").unwrap().logo;
        assert_eq!(logo, Some(("https://a.example/l.png".to_owned(), 80, 64)));
        assert_eq!(settle(None, "scope = \"acme.example\"").unwrap().scope.as_deref(), Some("acme.example"));
        assert!(
            settle(None, "scope = \"https://acme.example\"").unwrap_err().contains("identity_provider.scope")
        );
        assert!(settle(None, "organization = \"Acme\"").unwrap_err().contains("organization_url"));
        assert!(settle(None, "metadata_days = 0").unwrap_err().contains("metadata_days"));
        assert!(settle(None, "error_url = \"http://a\"").unwrap_err().contains("error_url"));
    }
}
