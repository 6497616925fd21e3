//! What an access configuration becomes in an account: a SAML provider for the directory, a role
//! that trusts it, and the role's policies. Deterministic, so that a step may be repeated.

use crate::base::{AccessConfigurationId, AccountId, DirectoryId, Timestamp, UserName};

use super::{CloudSite, Grant};

/// How a configuration stands in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningStatus {
    /// It is being brought there for the first time, or that failed: part of it may be there.
    Provisioning,
    /// The account has it as it is.
    Provisioned,
    /// The configuration was changed since.
    ReprovisionRequired,
    /// It is being taken away: nobody enters by it any more.
    Deprovisioning,
    /// Taking it away failed; something of it may be left in the account.
    DeprovisionFailed,
}

impl ProvisioningStatus {
    const ALL: [Self; 5] = [
        Self::Provisioning,
        Self::Provisioned,
        Self::ReprovisionRequired,
        Self::Deprovisioning,
        Self::DeprovisionFailed,
    ];

    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "Provisioning",
            Self::Provisioned => "Provisioned",
            Self::ReprovisionRequired => "ReprovisionRequired",
            Self::Deprovisioning => "Deprovisioning",
            Self::DeprovisionFailed => "DeprovisionFailed",
        }
    }

    /// Reads what [`ProvisioningStatus::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// As the OpenAPI spells it, which has no word for what is under way: until a removal has ended,
    /// the account has it; until it was provisioned once, that remains to be done.
    pub const fn as_openapi(self) -> &'static str {
        match self {
            Self::Provisioning => Self::ReprovisionRequired.as_str(),
            Self::Deprovisioning => Self::Provisioned.as_str(),
            status => status.as_str(),
        }
    }

    /// Reads the OpenAPI's spelling; more than one may be shown as the same.
    pub fn from_openapi(text: &str) -> Vec<Self> {
        Self::ALL.into_iter().filter(|status| status.as_openapi() == text).collect()
    }

    /// Whether people may enter by a provisioning that stands like this. One that is behind its
    /// configuration still works, with what the account has.
    pub const fn is_usable(self) -> bool {
        match self {
            Self::Provisioned | Self::ReprovisionRequired => true,
            Self::Provisioning | Self::Deprovisioning | Self::DeprovisionFailed => false,
        }
    }
}

/// A configuration in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioning {
    /// Which configuration.
    pub access_configuration_id: AccessConfigurationId,
    /// In which account.
    pub account_id: AccountId,
    /// How it stands.
    pub status: ProvisioningStatus,
    /// The revision of the configuration that the account has.
    pub revision: i64,
    /// A hash of what ties the account to this installation: the identity provider's metadata and
    /// the console's address. When it differs from the present one, the account is behind.
    pub trust_digest: String,
    /// When it was first provisioned.
    pub created_at: Timestamp,
    /// When it was last provisioned.
    pub updated_at: Timestamp,
}

impl Provisioning {
    /// What it is of, and where.
    pub fn grant(&self) -> Grant {
        Grant {
            account_id: self.account_id.clone(),
            access_configuration_id: self.access_configuration_id.clone(),
        }
    }
}

/// Which provisionings are listed: those that agree with everything that is said.
#[derive(Clone, Debug, Default)]
pub struct ProvisioningFilter {
    /// Of this configuration.
    pub access_configuration_id: Option<AccessConfigurationId>,
    /// In this account.
    pub account_id: Option<AccountId>,
    /// That stand like one of these; in any way where none is named.
    pub statuses: Vec<ProvisioningStatus>,
}

/// The names of our objects in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservedNames {
    /// The SAML provider, one for each directory.
    pub saml_provider: String,
    /// The role, one for each configuration.
    pub role: String,
    /// The custom policy that holds the configuration's inline policy.
    pub inline_policy: String,
}

impl ReservedNames {
    /// The names for one configuration of one directory.
    pub fn new(site: &CloudSite, directory: &DirectoryId, configuration: &str) -> Self {
        let prefix = &site.object_prefix;
        Self {
            saml_provider: format!("{prefix}{directory}"),
            role: format!("{prefix}{configuration}"),
            inline_policy: format!("{prefix}{configuration}-InlinePolicy"),
        }
    }

    /// The ARN of the SAML provider in `account`.
    pub fn saml_provider_arn(&self, account: &AccountId) -> String {
        format!("acs:ram::{account}:saml-provider/{}", self.saml_provider)
    }

    /// The ARN of the role in `account`.
    pub fn role_arn(&self, account: &AccountId) -> String {
        format!("acs:ram::{account}:role/{}", self.role)
    }
}

/// What a role SSO assertion says about the session it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSession {
    /// `<role ARN>,<SAML provider ARN>`.
    pub role: String,
    /// The session's name: 2–64 letters, digits, `-`, `_`, `.`, `@` or `=`.
    pub name: String,
    /// How long it may last, 900–43,200 s.
    pub seconds: u32,
}

impl RoleSession {
    /// The session of `user` under `configuration` in `account`.
    pub fn new(names: &ReservedNames, account: &AccountId, user: &UserName, seconds: u32) -> Self {
        // A session name has two characters at least. User names never hold '=', so that a padded
        // name is nobody else's.
        let name = if user.as_str().len() < 2 { format!("{user}=") } else { user.to_string() };
        Self {
            role: format!("{},{}", names.role_arn(account), names.saml_provider_arn(account)),
            name,
            seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> CloudSite {
        CloudSite::local_cloud("http://localhost:8090")
    }

    #[test]
    fn what_is_under_way_is_shown_as_it_still_is() {
        let shown = ProvisioningStatus::ALL.map(ProvisioningStatus::as_openapi);
        let expected =
            ["ReprovisionRequired", "Provisioned", "ReprovisionRequired", "Provisioned", "DeprovisionFailed"];
        assert_eq!(shown, expected);
        let found = ProvisioningStatus::from_openapi("Provisioned");
        assert_eq!(found, [ProvisioningStatus::Provisioned, ProvisioningStatus::Deprovisioning]);
        assert!(ProvisioningStatus::from_openapi("Deprovisioning").is_empty());
    }

    #[test]
    fn session_names_are_two_characters_at_least() {
        let names = ReservedNames::new(&site(), &DirectoryId::parse("d-1").unwrap(), "Audit");
        let account = AccountId::parse("42").unwrap();
        let name = |user: &str| RoleSession::new(&names, &account, &UserName::parse(user).unwrap(), 900).name;
        assert_eq!(name("a"), "a=");
        assert_eq!(name("alice@example.com"), "alice@example.com");
        assert_eq!(
            RoleSession::new(&names, &account, &UserName::parse("bob").unwrap(), 900).role,
            "acs:ram::42:role/AliyunReservedSSO-Audit,acs:ram::42:saml-provider/AliyunReservedSSO-d-1"
        );
    }
}
