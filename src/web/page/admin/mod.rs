//! The administrators' pages: one view per page, each a plain struct that its template in `templates/admin/` prints.
//! They have no scripts at all.

mod applications;
mod confirm;
mod inspector;
mod keys;
mod new_application;
mod settings;

use askama::Template;

use crate::base::ApplicationId;
use crate::service::application::MetadataTrouble;

pub use applications::{ApplicationList, Assignments, Exchanges, ProviderMetadata, SetUp, TestLogonPage};
pub use confirm::{Confirm, Deed};
pub use inspector::Inspector;
pub use keys::{Keys, TurnKeys};
pub use new_application::{
    Catalogue, NewByAddress, NewByHand, NewFromMetadata, NewFromTemplate, OriginFields, TemplateGroup,
};
pub use settings::{AttributeFields, FieldProblem, SettingFields, Settings};

/// A room of the administrators' desk, as its menu has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// What there is.
    Overview,
    /// SAML service providers.
    Applications,
    /// Messages, taken apart.
    Inspector,
    /// Those by which service providers know us.
    Keys,
}

/// What stands around every page of the desk.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Sent back in `csrf_token` by every form.
    pub csrf_token: &'a str,
    /// The administrator.
    pub username: &'a str,
    /// Where the page belongs.
    pub here: Room,
    /// What has just been done.
    pub said: Option<&'a str>,
    /// What has just been refused.
    pub failure: Option<&'a str>,
}

/// A page of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What administrators decide.
    Settings,
    /// Who may sign in.
    Assignments,
    /// What somebody would get.
    Test,
    /// What went to and fro.
    Exchanges,
    /// What to do on the other side.
    SetUp,
    /// What the service provider says of itself.
    Metadata,
    /// None of them.
    Other,
}

/// What stands above every page of an application.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Which.
    pub id: &'a ApplicationId,
    /// Its name.
    pub name: &'a str,
    /// What it calls itself.
    pub entity_id: &'a str,
    /// Whether anybody is signed in to it.
    pub is_enabled: bool,
    /// Whether people may begin here.
    pub starts_here: bool,
    /// Which of its pages it is.
    pub tab: Tab,
}

/// `/admin`: what there is.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/overview.html")]
pub struct Overview<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The organisation's name.
    pub organisation: &'a str,
    /// How many applications there are, and how many of them are enabled.
    pub applications: (usize, usize),
    /// Applications whose metadata wants to be looked at.
    pub troubles: &'a [MetadataTrouble],
    /// Whether the certificate of a key that is used or to be used ends soon.
    pub has_ending_key: bool,
    /// Our entity id, where our metadata is too.
    pub entity_id: &'a str,
    /// Where sign-on requests are taken.
    pub sso_url: &'a str,
}
