use std::time::Duration;

use askama::Template;

use crate::base::{AccessConfigurationId, AccountId};

/// Up to this many accounts are shown unfolded; more would push the last ones out of sight.
const UNFOLDED: usize = 6;

/// `/portal`: every account that a person holds a role in, and those roles.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/portal.html")]
pub struct Portal<'a> {
    /// Sent back in `csrf_token` by every form.
    pub csrf_token: &'a str,
    /// The organisation's name, as its people know it.
    pub organisation: &'a str,
    /// The person's display name.
    pub display_name: &'a str,
    /// The name the person signs in with.
    pub username: &'a str,
    /// An administrator gets a link to `/admin`.
    pub is_administrator: bool,
    /// What was searched for, empty for everything.
    pub query: &'a str,
    /// How many accounts the person holds roles in, searched or not.
    pub total: usize,
    /// How many of them match the search. More than [`Portal::accounts`] when the list was cut.
    pub found: usize,
    /// What is listed, in the order to show.
    pub accounts: Vec<Account<'a>>,
}

/// An account as its holder sees it.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// The cloud's number for it.
    pub id: &'a AccountId,
    /// Its name.
    pub name: &'a str,
    /// The folders above it, outermost first, without the root.
    pub folders: Vec<&'a str>,
    /// What the person may be there.
    pub roles: Vec<Role<'a>>,
}

/// An access configuration that the person is assigned on an account.
#[derive(Clone, Debug)]
pub struct Role<'a> {
    /// Which access configuration.
    pub id: &'a AccessConfigurationId,
    /// Its name.
    pub name: &'a str,
    /// What it is for, possibly empty.
    pub description: &'a str,
    /// How long a console session lasts.
    pub session: Duration,
    /// Whether the cloud knows the role yet.
    pub readiness: Readiness,
    /// Pages of the console that the person may choose to land on; none for no choice.
    pub landing_pages: Vec<LandingPage<'a>>,
}

/// Whether a role can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It stands in the account.
    Ready,
    /// It is assigned, and provisioning has not finished.
    Preparing,
}

/// A page of the console.
#[derive(Clone, Debug)]
pub struct LandingPage<'a> {
    /// What the choice says.
    pub label: &'a str,
    /// Sent as `RelayState`.
    pub url: &'a str,
}

impl Portal<'_> {
    fn searching(&self) -> bool {
        !self.query.is_empty()
    }

    fn unfolded(&self) -> bool {
        self.searching() || self.accounts.len() <= UNFOLDED
    }
}

impl Role<'_> {
    fn is_ready(&self) -> bool {
        self.readiness == Readiness::Ready
    }

    /// Whole hours and minutes, `1 h 30 min`; the cloud allows 15 minutes to 12 hours.
    fn session_length(&self) -> String {
        let minutes = self.session.as_secs() / 60;
        match (minutes / 60, minutes % 60) {
            (0, minutes) => format!("{minutes} min"),
            (hours, 0) => format!("{hours} h"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        }
    }
}
