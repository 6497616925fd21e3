use askama::Template;

/// What a person sees whom an application wanted signed in and who may not be.
///
/// Where there is a way back, its response needs `form-action` with the origin of that.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/sign_on_refused.html")]
pub struct SignOnRefused<'a> {
    /// The application's name.
    pub application: &'a str,
    /// Why, in a sentence or two.
    pub sentence: &'a str,
    /// The request's id, which support can look up.
    pub request_id: &'a str,
    /// What tells the application, when the person wants to go back there.
    pub response: Option<WayBack<'a>>,
}

/// A Response that says that nobody was signed in.
#[derive(Clone, Debug)]
pub struct WayBack<'a> {
    /// The assertion consumer service, from registered metadata only.
    pub acs_url: &'a str,
    /// The Response, in Base64.
    pub saml_response: &'a str,
    /// What the application wants back.
    pub relay_state: Option<&'a str>,
}
