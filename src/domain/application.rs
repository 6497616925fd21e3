//! SAML service providers that people sign in to through us: what administrators decide about each. What a service
//! provider says of itself is its metadata.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::{ApplicationId, ApplicationName, Timestamp};
use crate::crypto::KeyType;

use super::{
    AttributeExpression, AttributeNameFormat, AuthenticationStrength, Error, NameIdKind, Signed, Status, text,
};

/// Attributes that an assertion carries at most.
const ATTRIBUTES: usize = 64;
/// The longest session that an assertion grants.
const LONGEST_SESSION: Duration = Duration::from_secs(24 * 3600);

/// How an application's assertions are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// AES-128-GCM.
    Aes128Gcm,
    /// AES-256-GCM.
    Aes256Gcm,
    /// AES-128-CBC, which lets whoever may try often read what was encrypted: for service providers that know
    /// nothing else.
    Aes128Cbc,
    /// AES-256-CBC, with the same weakness.
    Aes256Cbc,
}

impl Encryption {
    /// Every choice.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Aes128Gcm, Self::Aes256Gcm, Self::Aes128Cbc, Self::Aes256Cbc];

    /// As settings and the command line spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Aes128Gcm => "aes128-gcm",
            Self::Aes256Gcm => "aes256-gcm",
            Self::Aes128Cbc => "aes128-cbc",
            Self::Aes256Cbc => "aes256-cbc",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encryption| encryption.as_str() == text)
    }
}

/// One attribute of an application's assertions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeMapping {
    /// Its name, often a URI; 1 to 256 characters.
    pub name: String,
    /// What kind of name that is; a URI where it is one, and nothing is said where not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_format: Option<AttributeNameFormat>,
    /// What people call it; up to 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
    /// Its values. Where there are none, the attribute is left out.
    pub expression: AttributeExpression,
}

/// What administrators decide about an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApplicationSettings {
    /// What its people are named by, where its request does not say.
    pub name_id: NameIdKind,
    /// What that name is, in the place of the e-mail address, of the user name or, for a persistent one that is known
    /// elsewhere already, of what we make up. Of this kind only.
    pub name_id_expression: Option<AttributeExpression>,
    /// What else it is told of them, in this order; up to 64.
    pub attributes: Vec<AttributeMapping>,
    /// What is signed.
    pub signed: Signed,
    /// By which kind of our keys.
    pub signature_key: KeyType,
    /// How its assertions are encrypted.
    pub encryption: Encryption,
    /// How long its session may last, in seconds: 60 to 86,400, and no longer than the person's own.
    pub session_seconds: u32,
    /// Whether people may begin here, without a request of its.
    pub allows_idp_initiated: bool,
    /// Where it leads those who begin here: `RelayState`, up to 1,024 characters.
    pub relay_state: String,
    /// Where it leads people on to after it took a Response, beside the domain where it takes them: origins, up to 16.
    pub landing_origins: Vec<String>,
    /// Whether its requests must be signed, also where its metadata does not say so.
    pub requires_signed_requests: bool,
    /// How strongly people must have proved who they are.
    pub minimum_strength: Option<AuthenticationStrength>,
    /// The entity id that it knows us by, where that is not our own: for those who come from another vendor.
    pub own_entity_id: Option<String>,
}

impl Default for ApplicationSettings {
    fn default() -> Self {
        Self {
            name_id: NameIdKind::default(),
            name_id_expression: None,
            attributes: Vec::new(),
            signed: Signed::default(),
            signature_key: KeyType::default(),
            encryption: Encryption::default(),
            session_seconds: 8 * 3600,
            allows_idp_initiated: false,
            relay_state: String::new(),
            landing_origins: Vec::new(),
            requires_signed_requests: false,
            minimum_strength: None,
            own_entity_id: None,
        }
    }
}

impl ApplicationSettings {
    /// How long a session at the application may last.
    pub const fn session(&self) -> Duration {
        Duration::from_secs(self.session_seconds as u64)
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        if !(60..=LONGEST_SESSION.as_secs()).contains(&u64::from(self.session_seconds)) {
            return Err(Error::invalid("SessionSeconds", "must be 60 to 86400"));
        }
        text::check("RelayState", &self.relay_state, 1024)?;
        if self.name_id_expression.is_some()
            && matches!(self.name_id, NameIdKind::Transient | NameIdKind::None)
        {
            return Err(Error::invalid("NameIdExpression", "is not for transient names, and not for none"));
        }
        if self.attributes.len() > ATTRIBUTES {
            return Err(Error::invalid("Attributes", format_args!("must be at most {ATTRIBUTES}")));
        }
        for (position, mapping) in self.attributes.iter().enumerate() {
            mapping.check()?;
            let before = self.attributes.iter().take(position);
            if before.into_iter().any(|other| other.name == mapping.name) {
                return Err(Error::invalid("Attributes", format_args!("say {:?} twice", mapping.name)));
            }
        }
        if self.landing_origins.len() > 16 || !self.landing_origins.iter().all(|origin| is_origin(origin)) {
            return Err(Error::invalid("LandingOrigins", "must be at most 16, of the form https://host"));
        }
        self.own_entity_id.as_deref().map_or(Ok(()), check_own_entity_id)
    }
}

impl AttributeMapping {
    fn check(&self) -> Result<(), Error> {
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(Error::invalid("Attributes", "must have names without control characters"));
        }
        text::check("Attributes.Name", &self.name, 256)?;
        text::check("Attributes.FriendlyName", self.friendly_name.as_deref().unwrap_or_default(), 256)
    }
}

/// Scheme and host, perhaps with a port, and nothing after: `https://*.example.com` stands for the hosts of a domain.
fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://localhost:"));
    host.is_some_and(|host| {
        let rest = host.strip_prefix("*.").unwrap_or(host);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
        (1..=255).contains(&rest.len()) && rest.bytes().all(is_plain)
    })
}

/// An entity id is an absolute URI of at most 256 characters (saml2int, G04).
fn check_own_entity_id(id: &str) -> Result<(), Error> {
    let scheme = id.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_uri = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && id.bytes().all(|byte| (0x21..0x7f).contains(&byte))
        && id.len() <= 256;
    if is_uri {
        Ok(())
    } else {
        Err(Error::invalid("OwnEntityId", "must be a URI of at most 256 characters"))
    }
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The id.
    pub id: ApplicationId,
    /// The name, unique whatever its case.
    pub name: ApplicationName,
    /// Whether anybody is signed in to it.
    pub status: Status,
    /// What the service provider calls itself.
    pub entity_id: String,
    /// What administrators decided.
    pub settings: ApplicationSettings,
    /// What the service provider says of itself: one `md:EntityDescriptor`.
    pub metadata: String,
    /// Grows by one with every write.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An application in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSummary {
    /// The id.
    pub id: ApplicationId,
    /// The name.
    pub name: ApplicationName,
    /// Whether anybody is signed in to it.
    pub status: Status,
    /// What the service provider calls itself.
    pub entity_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(name: &str) -> AttributeMapping {
        AttributeMapping {
            name: name.to_owned(),
            name_format: None,
            friendly_name: None,
            expression: AttributeExpression::parse("user.email").unwrap(),
        }
    }

    #[test]
    fn choices_survive_their_spelling() {
        for encryption in Encryption::ALL {
            assert_eq!(Encryption::parse(encryption.as_str()), Some(encryption));
            assert_eq!(serde_json::to_string(&encryption).unwrap(), format!("\"{}\"", encryption.as_str()));
        }
        assert_eq!(Encryption::parse("AES256-GCM"), None);
    }

    #[test]
    fn settings_survive_as_json() {
        let settings = ApplicationSettings {
            name_id: NameIdKind::Email,
            attributes: vec![mapping("mail")],
            encryption: Encryption::Aes256Gcm,
            minimum_strength: Some(AuthenticationStrength::MultiFactor),
            ..ApplicationSettings::default()
        };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<ApplicationSettings>(&text).unwrap(), settings);
        assert_eq!(
            serde_json::from_str::<ApplicationSettings>("{}").unwrap(),
            ApplicationSettings::default()
        );
        assert!(serde_json::from_str::<ApplicationSettings>("{\"nameid\":\"email\"}").is_err());
    }

    #[test]
    fn each_setting_has_its_rule() {
        let base = ApplicationSettings::default;
        assert_eq!(base().check(), Ok(()));
        let own = |id: &str| ApplicationSettings { own_entity_id: Some(id.to_owned()), ..base() };
        assert_eq!(own("https://idp.example/saml").check(), Ok(()));
        assert_eq!(own("urn:example:idp").check(), Ok(()));
        let lands = |origin: &str| ApplicationSettings { landing_origins: vec![origin.to_owned()], ..base() };
        assert_eq!(lands("https://*.a.example").check(), Ok(()));
        assert_eq!(lands("http://localhost:8090").check(), Ok(()));
        let expression = AttributeExpression::parse("user.email").ok();
        let many = (0..65).map(|number| mapping(&format!("a{number}"))).collect();
        let refused = [
            ("SessionSeconds", ApplicationSettings { session_seconds: 59, ..base() }),
            ("SessionSeconds", ApplicationSettings { session_seconds: 86_401, ..base() }),
            ("RelayState", ApplicationSettings { relay_state: "x".repeat(1025), ..base() }),
            (
                "NameIdExpression",
                ApplicationSettings {
                    name_id: NameIdKind::Transient,
                    name_id_expression: expression,
                    ..base()
                },
            ),
            ("Attributes", ApplicationSettings { attributes: many, ..base() }),
            ("Attributes", ApplicationSettings { attributes: vec![mapping("a"), mapping("a")], ..base() }),
            ("Attributes", ApplicationSettings { attributes: vec![mapping("")], ..base() }),
            (
                "Attributes.Name",
                ApplicationSettings { attributes: vec![mapping(&"n".repeat(257))], ..base() },
            ),
            ("LandingOrigins", lands("https://a.example/path")),
            ("LandingOrigins", lands("https://a.example; script-src *")),
            ("LandingOrigins", lands("http://a.example")),
            ("OwnEntityId", own("no uri")),
            ("OwnEntityId", own(&format!("https://{}", "x".repeat(256)))),
        ];
        for (field, settings) in refused {
            assert_eq!(settings.check().unwrap_err().code, format!("InvalidParameter.{field}"));
        }
    }
}
