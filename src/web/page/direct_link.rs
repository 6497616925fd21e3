use askama::Template;

use crate::base::{AccessConfigurationId, AccountId};

/// What a direct link to one account and role opens: the portal's own form, which sends itself.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/direct_link.html")]
pub struct DirectLink<'a> {
    /// The nonce of this answer's scripts.
    pub nonce: &'a str,
    /// The token of the session's forms.
    pub csrf_token: &'a str,
    /// The account's id.
    pub account_id: &'a AccountId,
    /// The account's name.
    pub account: &'a str,
    /// The access configuration's id.
    pub access_configuration_id: &'a AccessConfigurationId,
    /// The access configuration's name.
    pub role: &'a str,
    /// The page to land on; empty for the configuration's own.
    pub relay_state: &'a str,
}
