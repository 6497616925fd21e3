use askama::Template;

use crate::domain::SamlExchangeKind;
use crate::saml::inspection::Outcome;
use crate::service::saml_exchange::NamedExchange;
use crate::service::saml_sso::Inspection;

use super::{Frame, Room};

/// `/admin/saml/inspector`: a message, taken apart.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/inspector.html")]
pub struct Inspector<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was pasted.
    pub message: &'a str,
    /// Whether it is to be judged as of when it was made.
    pub as_made: bool,
    /// What was found.
    pub inspection: Option<&'a Inspection>,
    /// Requests of senders that no application is registered for, the newest first.
    pub strangers: &'a [NamedExchange],
}
