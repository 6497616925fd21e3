use askama::Template;

/// What a person sees instead of the page they asked for.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/refusal.html")]
pub struct Refusal<'a> {
    /// The status code that this page is sent with.
    pub status: u16,
    /// What happened, in a few words.
    pub title: &'a str,
    /// What it means and what to do next, in a sentence or two.
    pub sentence: &'a str,
    /// The request's id, which support can look up.
    pub request_id: &'a str,
    /// Where to go from here.
    pub way_out: Option<WayOut<'a>>,
}

/// A link that leads away from a [`Refusal`].
#[derive(Clone, Debug)]
pub struct WayOut<'a> {
    /// What the link says.
    pub label: &'a str,
    /// A path of ours.
    pub path: &'a str,
}
