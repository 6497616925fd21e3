//! Drift: what an account has that it should not have, or has not that it should.

use crate::base::AccessConfigurationId;

use super::{ForeignObject, ObjectKind, ReservedNames, Step};

/// In what way an object is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// It should be there.
    Missing,
    /// It says something else than it should.
    Changed,
    /// It should not be there.
    Unexpected,
    /// Its name is taken by an object that this directory did not make. Only a human can mend that.
    Foreign,
}

impl Finding {
    const ALL: [Self; 4] = [Self::Missing, Self::Changed, Self::Unexpected, Self::Foreign];

    /// How it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Changed => "Changed",
            Self::Unexpected => "Unexpected",
            Self::Foreign => "Foreign",
        }
    }

    /// Reads what [`Finding::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.as_str() == text)
    }
}

/// One object of an account that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// What kind of object.
    pub object: ObjectKind,
    /// Its name.
    pub name: String,
    /// Which part of it: a policy attached to a role. Empty for the object itself.
    pub part: String,
    /// In what way.
    pub finding: Finding,
    /// The configuration that it belongs to; `None` for what no configuration explains, and for the
    /// SAML provider, which all share.
    pub access_configuration_id: Option<AccessConfigurationId>,
}

impl Difference {
    /// The difference that this step would mend.
    pub fn mended_by(step: &Step, names: &ReservedNames, configuration: &AccessConfigurationId) -> Self {
        let (role, policy) = (&names.role, &names.inline_policy);
        let (object, name, part, finding) = match step {
            Step::CreateSamlProvider => {
                (ObjectKind::SamlProvider, &names.saml_provider, "", Finding::Missing)
            }
            Step::UpdateSamlProvider => {
                (ObjectKind::SamlProvider, &names.saml_provider, "", Finding::Changed)
            }
            Step::DeleteSamlProvider => {
                (ObjectKind::SamlProvider, &names.saml_provider, "", Finding::Unexpected)
            }
            Step::CreateRole => (ObjectKind::Role, role, "", Finding::Missing),
            Step::UpdateRole => (ObjectKind::Role, role, "", Finding::Changed),
            Step::DeleteRole => (ObjectKind::Role, role, "", Finding::Unexpected),
            Step::CreateInlinePolicy => (ObjectKind::Policy, policy, "", Finding::Missing),
            Step::UpdateInlinePolicy => (ObjectKind::Policy, policy, "", Finding::Changed),
            Step::DeleteInlinePolicy => (ObjectKind::Policy, policy, "", Finding::Unexpected),
            Step::Attach(attached) => (ObjectKind::Role, role, attached.name(), Finding::Missing),
            Step::Detach(attached) => (ObjectKind::Role, role, attached.name(), Finding::Unexpected),
        };
        let is_shared = object == ObjectKind::SamlProvider;
        Self {
            object,
            name: name.clone(),
            part: part.to_owned(),
            finding,
            access_configuration_id: (!is_shared).then(|| configuration.clone()),
        }
    }

    /// An object of ours that nothing explains: left by an older state of the directory.
    pub const fn unexplained(object: ObjectKind, name: String) -> Self {
        Self {
            object,
            name,
            part: String::new(),
            finding: Finding::Unexpected,
            access_configuration_id: None,
        }
    }

    /// A RAM user, or the user SSO of an account, that is not as it should be.
    pub fn of_persons(object: ObjectKind, name: &str, part: String, finding: Finding) -> Self {
        Self { object, name: name.to_owned(), part, finding, access_configuration_id: None }
    }

    /// A name that is taken by somebody else's object.
    pub fn foreign(object: ForeignObject, configuration: &AccessConfigurationId) -> Self {
        Self {
            object: object.kind,
            name: object.name,
            part: String::new(),
            finding: Finding::Foreign,
            access_configuration_id: Some(configuration.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::RamPolicy;
    use super::*;

    #[test]
    fn spellings_survive() {
        for finding in Finding::ALL {
            assert_eq!(Finding::parse(finding.as_str()), Some(finding));
        }
        assert_eq!(Finding::parse("missing"), None);
    }

    #[test]
    fn what_accounts_share_belongs_to_no_configuration() {
        let names = ReservedNames {
            saml_provider: "P".to_owned(),
            role: "R".to_owned(),
            inline_policy: "I".to_owned(),
        };
        let configuration = AccessConfigurationId::parse("ac-1").unwrap();
        let shared = Difference::mended_by(&Step::CreateSamlProvider, &names, &configuration);
        assert_eq!((shared.name.as_str(), shared.access_configuration_id), ("P", None));
        let attached = Step::Detach(RamPolicy::System("S".to_owned()));
        let own = Difference::mended_by(&attached, &names, &configuration);
        assert_eq!((own.name.as_str(), own.part.as_str(), own.finding), ("R", "S", Finding::Unexpected));
        assert_eq!(own.access_configuration_id, Some(configuration));
    }
}
