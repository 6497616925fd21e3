//! Resource names (ARNs): `acs:<service>:<region>:<account>:<resource>`.

use std::fmt;

use crate::base::AccountId;

/// What a RAM name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Role,
    Policy,
    SamlProvider,
    OidcProvider,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Policy => "policy",
            Self::SamlProvider => "saml-provider",
            Self::OidcProvider => "oidc-provider",
        }
    }
}

/// The name of something that RAM keeps in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arn {
    pub(crate) account: AccountId,
    pub(crate) kind: Kind,
    pub(crate) name: String,
}

impl Arn {
    pub(crate) fn role(account: AccountId, name: impl Into<String>) -> Self {
        Self { account, kind: Kind::Role, name: name.into() }
    }

    pub(crate) fn policy(account: AccountId, name: impl Into<String>) -> Self {
        Self { account, kind: Kind::Policy, name: name.into() }
    }

    pub(crate) fn saml_provider(account: AccountId, name: impl Into<String>) -> Self {
        Self { account, kind: Kind::SamlProvider, name: name.into() }
    }

    pub(crate) fn oidc_provider(account: AccountId, name: impl Into<String>) -> Self {
        Self { account, kind: Kind::OidcProvider, name: name.into() }
    }

    /// Reads the name of a `kind`; the region is empty, since RAM has none.
    pub(crate) fn parse(text: &str, kind: Kind) -> Option<Self> {
        let (account, resource) = text.strip_prefix("acs:ram::")?.split_once(':')?;
        let name = resource.strip_prefix(kind.word())?.strip_prefix('/')?;
        let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
        let account = AccountId::parse(account).filter(|_| is_plain)?;
        Some(Self { account, kind, name: name.to_owned() })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "acs:ram::{}:{}/{}", self.account, self.kind.word(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_kind_do_not_pass_for_another() {
        let text = "acs:ram::1234567890123456:role/AliyunReservedSSO-admin";
        assert_eq!(Arn::parse(text, Kind::Role).map(|arn| arn.to_string()).as_deref(), Some(text));
        assert_eq!(Arn::parse(text, Kind::SamlProvider), None);
        for bad in [
            "acs:ram::x:role/a",
            "acs:ram::1:role/",
            "acs:ram::1:role/a/b",
            "acs:ram::1:role/a b",
            "acs:ram:cn:1:role/a",
            "arn:aws:iam::1:role/a",
            "acs:ram::1:roles/a",
            "acs:ram::1:role/a\n",
        ] {
            assert_eq!(Arn::parse(bad, Kind::Role), None, "{bad:?}");
        }
    }
}
