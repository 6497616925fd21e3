use askama::Template;

use crate::base::{AccountId, ConsoleSessionId, Timestamp};

/// `/portal/sessions`: the console sessions that a person has open.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/sessions.html")]
pub struct Sessions<'a> {
    /// Sent back in `csrf_token` by every form.
    pub csrf_token: &'a str,
    /// The person's display name.
    pub display_name: &'a str,
    /// The name the person signs in with.
    pub username: &'a str,
    /// Administrators open no consoles.
    pub is_administrator: bool,
    /// How many sessions the person has just ended, when they come from doing so.
    pub ended: Option<usize>,
    /// How many are open. More than [`Sessions::sessions`] when the list was cut.
    pub total: usize,
    /// Whether the cloud ends a session when it is told to. Where it does not, the page says what it does.
    pub ends_at_once: bool,
    /// What is listed, the latest first.
    pub sessions: Vec<Session<'a>>,
}

/// A session in an account's console.
#[derive(Clone, Debug)]
pub struct Session<'a> {
    /// Which.
    pub id: &'a ConsoleSessionId,
    /// The account's name; empty when it is not known any more.
    pub account: &'a str,
    /// The cloud's number for the account.
    pub account_id: &'a AccountId,
    /// As whom.
    pub identity: SessionIdentity<'a>,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when, at the latest.
    pub expires_at: Timestamp,
    /// The address that the person came from.
    pub address: &'a str,
    /// Their browser, in a few words.
    pub browser: String,
    /// How they had proved who they are, in a few words.
    pub authentication: &'a str,
}

/// As whom somebody stands in a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionIdentity<'a> {
    /// As the role of this name.
    Role(&'a str),
    /// As the RAM user `<name>@<domain>`.
    RamUser(&'a str),
}

impl Session<'_> {
    fn place(&self) -> &str {
        if self.account.is_empty() { self.account_id.as_str() } else { self.account }
    }
}
