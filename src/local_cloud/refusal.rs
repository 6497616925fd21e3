//! Why a call is refused, in the vendor's codes. One closed list for all products, so that one kind
//! of mistake reads the same wherever it is made.

use std::borrow::Cow;
use std::fmt;

use crate::rpc;

use super::store;

/// Something that an account or the resource directory holds, in the spelling of error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entity {
    Role,
    Policy,
    PolicyVersion,
    RolePolicy,
    UserPolicy,
    GroupPolicy,
    User,
    LoginProfile,
    AccessKey,
    Group,
    Membership,
    MfaDevice,
    Passkey,
    BoundMfaDevice,
    AccountAlias,
    SamlProvider,
    OidcProvider,
    OidcIssuer,
    ClientId,
    Fingerprint,
    Folder,
    FolderName,
    Account,
    AccountName,
    DisplayName,
    Directory,
    ControlPolicy,
    ControlPolicyAttachment,
    Target,
    Handshake,
    DelegatedAdministrator,
    DeletionCheck,
}

impl Entity {
    const fn code(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::Policy => "Policy",
            Self::PolicyVersion => "Policy.Version",
            Self::RolePolicy => "Role.Policy",
            Self::UserPolicy => "User.Policy",
            Self::GroupPolicy => "Group.Policy",
            Self::User => "User",
            Self::LoginProfile => "User.LoginProfile",
            Self::AccessKey => "User.AccessKey",
            Self::Group => "Group",
            Self::Membership => "User.Group",
            Self::MfaDevice => "VirtualMFADevice",
            Self::Passkey => "User.Passkey",
            Self::BoundMfaDevice => "User.MFADevice",
            Self::AccountAlias => "AccountAlias",
            Self::SamlProvider => "SAMLProvider",
            Self::OidcProvider => "OIDCProvider",
            Self::OidcIssuer => "OIDCProvider.IssuerUrl",
            Self::ClientId => "OIDCProvider.ClientId",
            Self::Fingerprint => "OIDCProvider.Fingerprint",
            Self::Folder => "ResourceDirectory.Folder",
            Self::FolderName => "ResourceDirectory.Folder.Name",
            Self::Account => "ResourceDirectory.Account",
            Self::AccountName => "ResourceDirectory.Account.AccountName",
            Self::DisplayName => "ResourceDirectory.Account.DisplayName",
            Self::Directory => "ResourceDirectory",
            Self::ControlPolicy => "ControlPolicy",
            Self::ControlPolicyAttachment => "ControlPolicy.Attachment",
            Self::Target => "ControlPolicy.Target",
            Self::Handshake => "Handshake",
            Self::DelegatedAdministrator => "DelegatedAdministrator",
            Self::DeletionCheck => "ResourceDirectory.Account.DeletionCheck",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
            Self::PolicyVersion => "policy version",
            Self::RolePolicy => "policy attached to the role",
            Self::UserPolicy => "policy attached to the user",
            Self::GroupPolicy => "policy attached to the group",
            Self::User => "user",
            Self::LoginProfile => "login profile of the user",
            Self::AccessKey => "access key",
            Self::Group => "group",
            Self::Membership => "membership in the group",
            Self::MfaDevice => "virtual MFA device",
            Self::Passkey => "passkey",
            Self::BoundMfaDevice => "MFA device of the user",
            Self::AccountAlias => "account alias",
            Self::SamlProvider => "SAML provider",
            Self::OidcProvider => "OIDC provider",
            Self::OidcIssuer => "OIDC provider of the issuer",
            Self::ClientId => "client id of the OIDC provider",
            Self::Fingerprint => "fingerprint of the OIDC provider",
            Self::Folder | Self::FolderName => "folder",
            Self::Account | Self::AccountName | Self::DisplayName => "account",
            Self::Directory => "resource directory",
            Self::ControlPolicy => "control policy",
            Self::ControlPolicyAttachment => "control policy attached to the target",
            Self::Target => "folder or member",
            Self::Handshake => "invitation",
            Self::DelegatedAdministrator => "delegated administrator",
            Self::DeletionCheck => "check before the deletion",
        }
    }

    /// The resource directory says `EntityNotExists`, RAM and IMS say `EntityNotExist`.
    const fn missing_prefix(self) -> &'static str {
        match self {
            Self::Role
            | Self::Policy
            | Self::PolicyVersion
            | Self::RolePolicy
            | Self::UserPolicy
            | Self::GroupPolicy
            | Self::User
            | Self::LoginProfile
            | Self::AccessKey
            | Self::Group
            | Self::Membership
            | Self::MfaDevice
            | Self::Passkey
            | Self::BoundMfaDevice
            | Self::AccountAlias
            | Self::SamlProvider
            | Self::OidcProvider
            | Self::OidcIssuer
            | Self::ClientId
            | Self::Fingerprint => "EntityNotExist",
            _ => "EntityNotExists",
        }
    }
}

/// How a parameter breaks its rule, in the spelling of error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    InvalidChars,
    Length,
    Value,
}

/// A call that is not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The envelope is wrong: a signature, a date, a missing or mistyped parameter.
    Envelope(rpc::Error),
    /// The product has no such version.
    Version(String),
    /// The version has no such action.
    Action(String),
    /// The access key does not exist, or stands for something deleted.
    AccessKeyUnknown,
    /// The access key is switched off.
    AccessKeyInactive,
    /// The security token is absent or not the one of its access key.
    SecurityTokenMalformed,
    /// The security token is past its time.
    SecurityTokenExpired,
    /// The signature's nonce was used before.
    NonceUsed,
    /// A parameter breaks its rule; `rule` says what it must be.
    Parameter { name: &'static str, flaw: Flaw, rule: Cow<'static, str> },
    /// A policy document that is none; the text says why.
    PolicyDocument(String),
    /// What the call names is not there.
    Missing { entity: Entity, name: String },
    /// What the call would make is there already.
    Exists { entity: Entity, name: String },
    /// What the call would delete is still in use.
    InUse { code: &'static str, reason: &'static str },
    /// What the call names is not in a state for it.
    State { code: &'static str, reason: &'static str },
    /// The call would go beyond a limit.
    Limit { code: &'static str, limit: i64, of: &'static str },
    /// The caller may not do this; `decided_by` names the statement, where one decided.
    Permission { action: String, resource: String, decided_by: String },
    /// The role's trust policy does not admit the caller.
    Trust { role: String, caller: String },
    /// An object that CloudSSO keeps, or a service-linked role, which nobody else may change.
    Reserved { name: String },
    /// A user that CloudSSO keeps and somebody else would change, or one that it does not keep and would
    /// change.
    Provisioned { name: String, is_provisioned: bool },
    /// The SAML assertion is refused; the reason is for the log alone.
    Assertion(String),
    /// An OIDC token that is not accepted; the reason is for the log alone.
    Token(String),
    /// What the call needs of others cannot be had now.
    Unavailable(&'static str),
    /// Our own failure; the reason is for the log alone.
    Internal(String),
    /// One of several things that a form asks for together is refused: which, and why.
    About { which: String, refusal: Box<Refusal> },
}

/// Characters of a name that a refusal repeats: more than any name has.
const REPEATED: usize = 256;

impl Refusal {
    pub(crate) fn parameter(name: &'static str, flaw: Flaw, rule: impl Into<Cow<'static, str>>) -> Self {
        Self::Parameter { name, flaw, rule: rule.into() }
    }

    /// That `name` names nothing; of a long one only the beginning is repeated, and nothing that would
    /// begin a new line in a log.
    pub(crate) fn missing(entity: Entity, name: impl Into<String>) -> Self {
        let mut name = name.into();
        name.retain(|letter| !letter.is_control());
        if let Some((end, _)) = name.char_indices().nth(REPEATED) {
            name.truncate(end);
        }
        Self::Missing { entity, name }
    }

    /// The refusal of one of several things; a failure of ours stays one.
    pub(crate) fn about(self, which: &str) -> Self {
        match self {
            Self::Internal(_) | Self::Unavailable(_) => self,
            refusal => Self::About { which: which.to_owned(), refusal: Box::new(refusal) },
        }
    }

    pub(crate) fn exists(entity: Entity, name: impl Into<String>) -> Self {
        Self::Exists { entity, name: name.into() }
    }

    /// The HTTP status of the answer.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Envelope(error) => error.status(),
            Self::Version(_)
            | Self::SecurityTokenMalformed
            | Self::SecurityTokenExpired
            | Self::NonceUsed
            | Self::Parameter { .. }
            | Self::PolicyDocument(_)
            | Self::Assertion(_)
            | Self::Token(_) => 400,
            Self::AccessKeyInactive
            | Self::Permission { .. }
            | Self::Trust { .. }
            | Self::Reserved { .. }
            | Self::Provisioned { .. } => 403,
            Self::Action(_) | Self::AccessKeyUnknown | Self::Missing { .. } => 404,
            Self::Exists { .. } | Self::InUse { .. } | Self::State { .. } | Self::Limit { .. } => 409,
            Self::Internal(_) => 500,
            Self::About { refusal, .. } => refusal.status(),
            Self::Unavailable(_) => 503,
        }
    }

    /// The vendor's error code.
    pub(crate) fn code(&self) -> Cow<'static, str> {
        match self {
            Self::Envelope(error) => error.code(),
            Self::Version(_) => "InvalidVersion".into(),
            Self::Action(_) => "InvalidAction.NotFound".into(),
            Self::AccessKeyUnknown => "InvalidAccessKeyId.NotFound".into(),
            Self::AccessKeyInactive => "InvalidAccessKeyId.Inactive".into(),
            Self::SecurityTokenMalformed => "InvalidSecurityToken.Malformed".into(),
            Self::SecurityTokenExpired => "InvalidSecurityToken.Expired".into(),
            Self::NonceUsed => "SignatureNonceUsed".into(),
            Self::Parameter { name, flaw: Flaw::Value, .. } => format!("InvalidParameter.{name}").into(),
            Self::Parameter { name, flaw, .. } => format!("InvalidParameter.{name}.{flaw:?}").into(),
            Self::PolicyDocument(_) => "MalformedPolicyDocument".into(),
            Self::Missing { entity, .. } => format!("{}.{}", entity.missing_prefix(), entity.code()).into(),
            Self::Exists { entity, .. } => format!("EntityAlreadyExists.{}", entity.code()).into(),
            Self::InUse { code, .. } | Self::State { code, .. } | Self::Limit { code, .. } => (*code).into(),
            Self::Permission { .. } | Self::Trust { .. } => "NoPermission".into(),
            Self::Reserved { .. } | Self::Provisioned { .. } => "NoPermission.ReservedObject".into(),
            Self::Assertion(_) => "AuthenticationFail.SAMLAssertion".into(),
            Self::Token(_) => "AuthenticationFail.OIDCToken".into(),
            Self::Unavailable(_) => "ServiceUnavailable".into(),
            Self::Internal(_) => "InternalError".into(),
            Self::About { refusal, .. } => refusal.code(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(error) => error.fmt(f),
            Self::Version(version) => write!(f, "Specified parameter Version is not valid: {version:?}."),
            Self::Action(action) => write!(f, "Specified api is not found: {action:?}."),
            Self::AccessKeyUnknown => f.write_str("Specified access key is not found."),
            Self::AccessKeyInactive => f.write_str("Specified access key is disabled."),
            Self::SecurityTokenMalformed => f.write_str("Specified SecurityToken is malformed."),
            Self::SecurityTokenExpired => f.write_str("Specified SecurityToken is expired."),
            Self::NonceUsed => f.write_str("Specified signature nonce was used already."),
            Self::Parameter { name, flaw: Flaw::InvalidChars, rule } => {
                write!(f, "The parameter - \"{name}\" contains invalid chars: it must be {rule}.")
            }
            Self::Parameter { name, flaw: Flaw::Length, rule } => {
                write!(f, "The parameter - \"{name}\" beyond the length limit: it must be {rule}.")
            }
            Self::Parameter { name, flaw: Flaw::Value, rule } => {
                write!(f, "The parameter - \"{name}\" is not valid: it must be {rule}.")
            }
            Self::PolicyDocument(reason) => write!(f, "The policy document is invalid. {reason}"),
            Self::Missing { entity, name } => write!(f, "The {} does not exist: {name}.", entity.word()),
            Self::Exists { entity, name } => write!(f, "The {} already exists: {name}.", entity.word()),
            Self::InUse { reason, .. } | Self::State { reason, .. } => f.write_str(reason),
            Self::Limit { limit, of, .. } => write!(f, "The limit of {limit} {of} is reached."),
            Self::Permission { action, resource, decided_by } => write!(
                f,
                "You are not authorized to do this action. Action: {action} Resource: {resource} ({decided_by})"
            ),
            Self::Trust { role, caller } => write!(
                f,
                "You are not authorized to do this action. The trust policy of {role} does not admit {caller}."
            ),
            Self::Reserved { name } => {
                write!(f, "{name} is reserved: CloudSSO keeps it, and only CloudSSO may change it.")
            }
            Self::Provisioned { name, is_provisioned: true } => write!(
                f,
                "CloudSSO keeps the user {name}: its RAM user provisioning must be changed or deleted in \
                 CloudSSO, and only CloudSSO may change the user while that lasts."
            ),
            Self::Provisioned { name, is_provisioned: false } => {
                write!(f, "CloudSSO does not keep the user {name}, and may not change it.")
            }
            Self::Assertion(_) => f.write_str("The SAML assertion is not valid."),
            Self::Token(_) => f.write_str("The OIDC token is not valid."),
            Self::Unavailable(reason) => write!(f, "Try again in a minute: {reason}."),
            Self::About { which, refusal } => write!(f, "{which}: {refusal}"),
            Self::Internal(_) => f.write_str("The request processing has failed due to some unknown error."),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<rpc::Error> for Refusal {
    fn from(error: rpc::Error) -> Self {
        Self::Envelope(error)
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<crate::crypto::Error> for Refusal {
    fn from(error: crate::crypto::Error) -> Self {
        match error {
            crate::crypto::Error::Busy => Self::Unavailable("too many passwords are being hashed"),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<Refusal> for rpc::Fault {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.status(), refusal.code(), refusal.to_string())
    }
}
