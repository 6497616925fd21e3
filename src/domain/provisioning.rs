//! What an access configuration becomes in an account: a SAML provider for the directory, a role
//! that trusts it, and the role's policies. Deterministic, so that a step may be repeated.

use crate::base::{AccessConfigurationId, AccountId, DirectoryId, Timestamp, UserName};

use super::{AccessConfiguration, CloudSite, PermissionPolicy};

/// How a configuration stands in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningStatus {
    /// The account has it as it is.
    Provisioned,
    /// The configuration was changed since.
    ReprovisionRequired,
}

impl ProvisioningStatus {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioned => "Provisioned",
            Self::ReprovisionRequired => "ReprovisionRequired",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Provisioned, Self::ReprovisionRequired].into_iter().find(|status| status.as_str() == text)
    }

    /// Whether people may enter by a provisioning that stands like this. One that is behind its
    /// configuration still works, with what the account has.
    pub const fn is_usable(self) -> bool {
        match self {
            Self::Provisioned | Self::ReprovisionRequired => true,
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

/// Everything that one configuration should be in one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountObjects {
    /// The names.
    pub names: ReservedNames,
    /// What marks the objects as ours: the description they carry.
    pub owner_tag: String,
    /// The identity provider's metadata, as XML.
    pub saml_metadata: String,
    /// The role's trust policy.
    pub trust_policy: String,
    /// The role's longest session, 3,600–43,200 s: RAM admits no less than an hour, a shorter
    /// session is asked for in the assertion.
    pub max_session_seconds: u32,
    /// System policies to attach, sorted by name.
    pub system_policies: Vec<String>,
    /// The document of the custom policy to make and attach.
    pub inline_policy: Option<String>,
}

impl AccountObjects {
    /// What `configuration` of `directory` should be in `account`.
    pub fn wanted(
        site: &CloudSite,
        directory: &DirectoryId,
        configuration: &AccessConfiguration,
        account: &AccountId,
        saml_metadata: &str,
    ) -> Self {
        let spec = &configuration.spec;
        let names = ReservedNames::new(site, directory, spec.name.as_str());
        let mut system_policies = Vec::new();
        let mut inline_policy = None;
        for policy in &spec.policies {
            match policy {
                PermissionPolicy::System { name } => system_policies.push(name.clone()),
                PermissionPolicy::Inline { document, .. } => inline_policy = Some(document.clone()),
            }
        }
        system_policies.sort_unstable();
        Self {
            trust_policy: trust_policy(&names.saml_provider_arn(account), &site.role_sso_acs_url),
            owner_tag: format!("Managed by CloudSSO, directory {directory}. Changes made here are undone."),
            saml_metadata: saml_metadata.to_owned(),
            max_session_seconds: spec.session_seconds.max(3_600),
            system_policies,
            inline_policy,
            names,
        }
    }
}

fn trust_policy(saml_provider_arn: &str, recipient: &str) -> String {
    serde_json::json!({
        "Version": "1",
        "Statement": [{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": { "Federated": [saml_provider_arn] },
            "Condition": { "StringEquals": { "saml:recipient": recipient } }
        }]
    })
    .to_string()
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
    use crate::base::AccessConfigurationName;

    use super::super::AccessConfigurationSpec;
    use super::*;

    fn site() -> CloudSite {
        CloudSite {
            role_sso_acs_url: "http://localhost:8090/saml-role/sso".to_owned(),
            role_sso_audience: "urn:alibaba:cloudcomputing".to_owned(),
            console_url: "http://localhost:8090/console".to_owned(),
            relay_state_pages: Vec::new(),
            object_prefix: "AliyunReservedSSO-".to_owned(),
            entry_role: "AliyunServiceRoleForCloudSSO".to_owned(),
        }
    }

    #[test]
    fn objects_of_a_configuration() {
        let configuration = AccessConfiguration {
            id: AccessConfigurationId::parse("ac-1").unwrap(),
            spec: AccessConfigurationSpec {
                name: AccessConfigurationName::parse("Audit").unwrap(),
                description: String::new(),
                session_seconds: 900,
                relay_state: String::new(),
                policies: vec![
                    PermissionPolicy::System { name: "B".to_owned() },
                    PermissionPolicy::Inline { name: "own".to_owned(), document: "{}".to_owned() },
                    PermissionPolicy::System { name: "A".to_owned() },
                ],
            },
            revision: 1,
            created_at: Timestamp::from_seconds(0),
            updated_at: Timestamp::from_seconds(0),
        };
        let (directory, account) = (DirectoryId::parse("d-1").unwrap(), AccountId::parse("42").unwrap());
        let objects = AccountObjects::wanted(&site(), &directory, &configuration, &account, "<xml/>");
        assert_eq!(objects.names.role, "AliyunReservedSSO-Audit");
        assert_eq!(objects.names.saml_provider, "AliyunReservedSSO-d-1");
        assert_eq!(objects.names.inline_policy, "AliyunReservedSSO-Audit-InlinePolicy");
        assert_eq!(objects.system_policies, ["A", "B"]);
        assert_eq!(objects.inline_policy.as_deref(), Some("{}"));
        assert_eq!(objects.max_session_seconds, 3_600);
        let trust: serde_json::Value = serde_json::from_str(&objects.trust_policy).unwrap();
        assert_eq!(
            trust.pointer("/Statement/0/Principal/Federated/0").and_then(|arn| arn.as_str()),
            Some("acs:ram::42:saml-provider/AliyunReservedSSO-d-1")
        );
        assert_eq!(
            trust.pointer("/Statement/0/Condition/StringEquals/saml:recipient").and_then(|url| url.as_str()),
            Some("http://localhost:8090/saml-role/sso")
        );
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
