//! What every page of the consoles has around it: where you are, as whom, and where else you may go.

use askama::Template;

use crate::local_cloud::identity::IdentityKind;
use crate::local_cloud::name;
use crate::local_cloud::refusal::Refusal;

use super::super::session::OtherConsole;
use super::sheet::{Page, render};
use super::{Desk, Visit};

/// A part of the consoles: its name, and its pages with their addresses.
struct Section {
    name: &'static str,
    pages: &'static [(&'static str, &'static str)],
}

const SECTIONS: &[Section] = &[
    Section {
        name: "You",
        pages: &[
            ("Who am I", "/console"),
            ("Security", "/console/security"),
            ("Switch role", "/console/switch-role"),
        ],
    },
    Section {
        name: "RAM",
        pages: &[
            ("Users", "/ram/users"),
            ("Groups", "/ram/groups"),
            ("Roles", "/ram/roles"),
            ("Policies", "/ram/policies"),
            ("Permissions", "/ram/permissions"),
            ("MFA devices", "/ram/mfa-devices"),
            ("SSO", "/ram/sso"),
            ("Settings", "/ram/settings"),
        ],
    },
    Section {
        name: "Resource Management",
        pages: &[
            ("Organisation View", "/resource-directory"),
            ("Member List View", "/resource-directory/members"),
            ("Invitations", "/resource-directory/invitations"),
            ("Delegated administrators", "/resource-directory/delegated-administrators"),
            ("Control policies", "/resource-directory/control-policies"),
            ("Directory settings", "/resource-directory/settings"),
        ],
    },
];

/// The frame of a page.
pub(crate) struct Frame {
    /// For forms about this session.
    pub(crate) csrf_token: String,
    /// For forms about the browser: sign-out of everything, and another console.
    pub(crate) browser_token: String,
    /// For a form that may be sent once.
    pub(crate) once: String,
    pub(crate) account_id: String,
    pub(crate) account_name: String,
    /// As whom somebody is here, in a word.
    pub(crate) holder: String,
    pub(crate) is_owner: bool,
    pub(crate) sections: Vec<SectionView>,
    /// Other consoles that the browser has open.
    pub(crate) others: Vec<OtherConsole>,
    pub(crate) said: Option<&'static str>,
    pub(crate) failure: Option<String>,
}

pub(crate) struct SectionView {
    pub(crate) name: &'static str,
    pub(crate) links: Vec<Link>,
}

pub(crate) struct Link {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) is_here: bool,
}

#[derive(Template)]
#[template(path = "local_cloud/refused.html")]
struct RefusedPage<'a> {
    frame: Frame,
    title: &'static str,
    reason: &'a str,
    permission: Option<(&'a str, &'a str)>,
}

impl Frame {
    /// The frame of the page that `visit` asked for.
    pub(crate) fn new(desk: &Desk<'_>, visit: &Visit) -> Result<Self, Refusal> {
        let session = desk.session();
        let here = here(&visit.path);
        let sections = SECTIONS.iter().map(|section| {
            let link = |(name, path): &(&'static str, &'static str)| Link {
                name,
                path,
                is_here: here == Some(*path),
            };
            SectionView { name: section.name, links: section.pages.iter().map(link).collect() }
        });
        let others = desk.open.sessions.iter().filter(|other| other.row.id != session.row.id);
        Ok(Self {
            csrf_token: desk.browser.csrf_token_at(desk.cloud, &session.row.id)?,
            browser_token: desk.browser.csrf_token(desk.cloud)?,
            once: name::request_id(&desk.cloud.random)?,
            account_id: session.account.id.clone(),
            account_name: session.account.display_name.clone(),
            holder: session.holder_name().to_owned(),
            is_owner: matches!(session.identity.kind, IdentityKind::Owner),
            sections: sections.collect(),
            others: others.map(OtherConsole::from).collect(),
            said: desk.said.get(),
            failure: visit.failure.clone(),
        })
    }
}

/// The link that leads to `path`, or nearest to it.
fn here(path: &str) -> Option<&'static str> {
    let links = SECTIONS.iter().flat_map(|section| section.pages).map(|(_, link)| *link);
    let leads =
        links.filter(|link| path == *link || (*link != "/console" && path.starts_with(&format!("{link}/"))));
    leads.max_by_key(|link| link.len())
}

/// The page of something that cannot be shown: what is missing, or which permission.
pub(super) fn refused_page(desk: &Desk<'_>, visit: &Visit, refusal: &Refusal) -> Result<Page, Refusal> {
    let (title, permission) = match refusal {
        Refusal::Permission { action, resource, .. } => {
            // What is another account's is granted by nobody here, but for a role that trusts this one.
            let holder = resource.split(':').nth(3).unwrap_or_default();
            let is_granted_here =
                holder == desk.session().account.id || holder == "system" || action == "sts:AssumeRole";
            let missing = (action.as_str(), resource.as_str());
            ("You may not do this", is_granted_here.then_some(missing))
        }
        Refusal::Missing { .. } => ("There is no such thing here", None),
        _ => ("That cannot be done", None),
    };
    let frame = Frame { failure: None, ..Frame::new(desk, visit)? };
    render(&RefusedPage { frame, title, reason: &refusal.to_string(), permission })
}
