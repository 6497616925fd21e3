use std::time::Duration;

use askama::Template;

use crate::base::{AccessConfigurationId, AccountId, ApplicationId};

/// Up to this many accounts are shown unfolded; more would push the last ones out of sight.
const UNFOLDED: usize = 6;

/// `/portal`: every account that a person holds a role or a RAM user in, and what they hold there.
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
    /// How many accounts the person holds anything in, searched or not.
    pub total: usize,
    /// How many of them match the search. More than [`Portal::accounts`] when the list was cut.
    pub found: usize,
    /// What is listed, in the order to show.
    pub accounts: Vec<Account<'a>>,
    /// The applications that the person may open, in the order to show.
    pub applications: Vec<Application<'a>>,
}

/// An application that can be opened from here.
#[derive(Clone, Debug)]
pub struct Application<'a> {
    /// Which.
    pub id: &'a ApplicationId,
    /// Its name.
    pub name: &'a str,
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
    /// The RAM user that is kept for them there.
    pub ram_user: Option<RamUser<'a>>,
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

/// A person's RAM user in an account.
#[derive(Clone, Debug)]
pub struct RamUser<'a> {
    /// `<name>@<domain>`; empty until the account has it.
    pub principal_name: &'a str,
    /// Its name in the account; empty until the account has it.
    pub name: &'a str,
    /// Whether the account has it, and lets the person in by it.
    pub readiness: Readiness,
    /// Whether it may do anything there.
    pub has_permissions: bool,
}

/// Whether a role or a RAM user can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It stands in the account.
    Ready,
    /// It was asked for, and provisioning has not finished.
    Preparing,
    /// It was asked for, and could not be made so far.
    Failed,
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

impl Account<'_> {
    fn is_single(&self) -> bool {
        self.roles.len() + usize::from(self.ram_user.is_some()) == 1
    }

    /// Where both ways stand side by side each is headed, and the roles one level deeper.
    fn role_heading(&self) -> &'static str {
        if self.ram_user.is_some() { "h4" } else { "h3" }
    }

    /// `3 roles`, `1 role and a RAM user`.
    fn held(&self) -> String {
        let roles = match self.roles.len() {
            1 => "1 role".to_owned(),
            count => format!("{count} roles"),
        };
        if self.ram_user.is_some() { format!("{roles} and a RAM user") } else { roles }
    }
}

impl Readiness {
    fn is_ready(self) -> bool {
        self == Self::Ready
    }

    fn has_failed(self) -> bool {
        self == Self::Failed
    }
}

impl RamUser<'_> {
    /// Whether the account calls the person otherwise than we do; RAM tells no capitals apart.
    fn is_renamed(&self, username: &str) -> bool {
        !self.name.is_empty() && !self.name.eq_ignore_ascii_case(username)
    }

    fn lacks_permissions(&self) -> bool {
        self.readiness.is_ready() && !self.has_permissions
    }
}

impl Role<'_> {
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
