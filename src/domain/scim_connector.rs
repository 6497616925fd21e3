//! External identity providers that push users and groups by SCIM.

use crate::base::{ConnectorName, ScimConnectorId, Timestamp};

use super::{Error, HeldChange, Kind, ProvisionType};

/// How many connectors a directory has at most.
pub const SCIM_CONNECTORS: i64 = 50;

/// How a connector's messages are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScimDialect {
    /// As the identity providers in use write them, where that is not what the RFCs say.
    #[default]
    Lenient,
    /// As RFC 7643 and RFC 7644 say.
    Strict,
}

impl ScimDialect {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lenient => "Lenient",
            Self::Strict => "Strict",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Lenient, Self::Strict].into_iter().find(|dialect| dialect.as_str() == text)
    }
}

/// Whether a connector's first write to a user or group that was made here makes it the connector's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adoption {
    /// It does.
    #[default]
    Allowed,
    /// Such a write is refused.
    Refused,
}

impl Adoption {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::Refused => "Refused",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Allowed, Self::Refused].into_iter().find(|adoption| adoption.as_str() == text)
    }
}

/// A refusal that a connector got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRefusal {
    /// When.
    pub at: Timestamp,
    /// The status of the answer with its `scimType` where it had one, such as `409 uniqueness`.
    pub code: String,
    /// What the answer said.
    pub detail: String,
}

/// What a connector did last, to the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastSynchronization {
    /// When it last asked for anything.
    pub request_at: Option<Timestamp>,
    /// When it last wrote something with success.
    pub write_at: Option<Timestamp>,
    /// What it was refused last.
    pub refusal: Option<LastRefusal>,
}

/// An external identity provider that pushes users and groups by SCIM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimConnector {
    /// The id.
    pub id: ScimConnectorId,
    /// The name, unique whatever its case.
    pub name: ConnectorName,
    /// How its messages are read.
    pub dialect: ScimDialect,
    /// Whether it may take over what was made here.
    pub adoption: Adoption,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed by hand.
    pub updated_at: Timestamp,
    /// What it did last.
    pub last: LastSynchronization,
    /// The mass change that waits for an administrator.
    pub held: Option<HeldChange>,
    /// Until when an administrator lets its mass changes pass.
    pub allowed_until: Option<Timestamp>,
}

/// Whose a user or group is for the connector that writes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The connector's own already.
    Own,
    /// Nobody's, and the connector's from this write on: synchronised, with its id.
    Adopted,
}

impl ScimConnector {
    /// The name of the connector that a first credential makes.
    pub const DEFAULT_NAME: &'static str = "default";

    /// A connector made just now.
    pub fn new(id: ScimConnectorId, name: ConnectorName, now: Timestamp) -> Self {
        Self {
            id,
            name,
            dialect: ScimDialect::default(),
            adoption: Adoption::default(),
            created_at: now,
            updated_at: now,
            last: LastSynchronization::default(),
            held: None,
            allowed_until: None,
        }
    }

    /// Whether this connector may write to a user or group of this origin, which `owner` looks after: a
    /// connector that is there still, or none.
    ///
    /// # Errors
    /// [`Error`] of kind [`Kind::Denied`], for what is another connector's, and for what was made here where
    /// adoption is refused.
    pub fn claim(&self, kind: ProvisionType, owner: Option<&ScimConnectorId>) -> Result<Ownership, Error> {
        let denied = |message: &str| Err(Error::new(Kind::Denied, "NoPermission.SCIM", message));
        match (kind, owner) {
            (ProvisionType::Synchronized, Some(owner)) if *owner == self.id => Ok(Ownership::Own),
            (ProvisionType::Synchronized, Some(_)) => denied("it belongs to another connector"),
            (ProvisionType::Synchronized, None) => Ok(Ownership::Adopted),
            (ProvisionType::Manual, _) if self.adoption == Adoption::Allowed => Ok(Ownership::Adopted),
            (ProvisionType::Manual, _) => {
                denied("it was made by hand, and this connector may not take over what was")
            }
        }
    }
}

/// What is to change of a connector; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScimConnectorChanges {
    /// The name.
    pub name: Option<ConnectorName>,
    /// How its messages are read.
    pub dialect: Option<ScimDialect>,
    /// Whether it may take over what was made here.
    pub adoption: Option<Adoption>,
}

impl ScimConnectorChanges {
    /// Makes the changes.
    pub fn apply(&self, connector: &mut ScimConnector) {
        if let Some(name) = &self.name {
            connector.name.clone_from(name);
        }
        connector.dialect = self.dialect.unwrap_or(connector.dialect);
        connector.adoption = self.adoption.unwrap_or(connector.adoption);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_writes_to_its_own_and_adopts_what_is_nobodys() {
        let id = |text| ScimConnectorId::parse(text).unwrap();
        let name = ConnectorName::parse(ScimConnector::DEFAULT_NAME).unwrap();
        let careful = ScimConnector {
            adoption: Adoption::Refused,
            ..ScimConnector::new(id("scimconn-1"), name, Timestamp::from_seconds(1))
        };
        let adopting = ScimConnector { adoption: Adoption::Allowed, ..careful.clone() };
        let (own, other) = (id("scimconn-1"), id("scimconn-2"));
        let manual = ProvisionType::Manual;
        let synchronized = ProvisionType::Synchronized;
        for (connector, kind, owner, wanted) in [
            (&adopting, manual, None, Some(Ownership::Adopted)),
            (&careful, manual, None, None),
            (&adopting, synchronized, Some(&own), Some(Ownership::Own)),
            (&careful, synchronized, Some(&own), Some(Ownership::Own)),
            (&adopting, synchronized, Some(&other), None),
            (&adopting, synchronized, None, Some(Ownership::Adopted)),
            (&careful, synchronized, None, Some(Ownership::Adopted)),
        ] {
            let claimed = connector.claim(kind, owner);
            assert_eq!(claimed.as_ref().ok(), wanted.as_ref(), "{kind:?} {owner:?}");
            assert!(claimed.is_ok() || claimed.is_err_and(|error| error.kind == Kind::Denied));
        }
    }
}
