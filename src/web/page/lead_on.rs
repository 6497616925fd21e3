use askama::Template;

/// Leads the browser on to somebody else's site by an address: by itself, or by a link.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/lead_on.html")]
pub struct LeadOn<'a> {
    /// Where to: an address from registered metadata only.
    pub address: &'a str,
    /// What happens.
    pub title: &'a str,
    /// What the link calls the place.
    pub to: &'a str,
}
