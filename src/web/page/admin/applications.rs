use askama::Template;

use crate::domain::{MetadataSource, SamlExchangeKind};
use crate::saml::inspection::Outcome;
use crate::service::application::{ListedApplication, NamedAssignment, OwnDetails, PendingChanges};
use crate::service::saml_exchange::NamedExchange;
use crate::service::saml_sso::{PreviewedName, TestLogon};

use super::{Frame, Head, OriginFields, Room, Tab};

/// `/admin/applications`: every application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/applications.html")]
pub struct ApplicationList<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was searched for, empty for everything.
    pub query: &'a str,
    /// `Enabled`, `Disabled`, or empty for both.
    pub status: &'a str,
    /// How many there are, searched or not.
    pub total: usize,
    /// How many match. More than [`Self::applications`] when the list was cut.
    pub found: usize,
    /// What is listed, by name.
    pub applications: &'a [ListedApplication],
}

impl ApplicationList<'_> {
    fn searching(&self) -> bool {
        !self.query.is_empty() || !self.status.is_empty()
    }
}

/// Who may sign in to an application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/assignments.html")]
pub struct Assignments<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// Who, groups first.
    pub assignments: &'a [NamedAssignment],
    /// Whether it is to be assigned to a user, not to a group.
    pub to_user: bool,
    /// A name that was refused, to be corrected.
    pub typed: &'a str,
}

/// What went between us and an application lately.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/exchanges.html")]
pub struct Exchanges<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// What went to and fro, the newest first.
    pub exchanges: &'a [NamedExchange],
}

/// What somebody would get from us at an application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/test_logon.html")]
pub struct TestLogonPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// The person's name as it was typed.
    pub person: &'a str,
    /// What they would get; `None` until somebody is chosen.
    pub test: Option<&'a TestLogon>,
}

/// What an application's own administrator has to know and do.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/set_up.html")]
pub struct SetUp<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// What it has to know of us.
    pub details: &'a OwnDetails,
    /// The template that it was made by, and what to do step by step.
    pub template: Option<(&'a str, &'a str, Vec<String>)>,
    /// How many it is assigned to.
    pub assigned: usize,
}

/// What the service provider says of itself.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/provider_metadata.html")]
pub struct ProviderMetadata<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// The application's version, sent back with what replaces it.
    pub version: i64,
    /// As it is, or as it was typed.
    pub metadata: &'a str,
    /// Where it takes Responses.
    pub acs_urls: &'a [String],
    /// The fingerprints of the keys that it signs with.
    pub signing_keys: &'a [String],
    /// Where it is fetched, and what came of it; `None` where it was brought.
    pub source: Option<&'a MetadataSource>,
    /// The fingerprints of the certificates one of which must sign it.
    pub signer_fingerprints: &'a [String],
    /// Changes that wait for a yes.
    pub pending: Option<&'a PendingChanges>,
    /// Where it is fetched, as known or as typed.
    pub origin: OriginFields,
    /// Whether it was typed.
    pub is_typed: bool,
}
