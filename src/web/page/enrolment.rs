use askama::Template;

use super::QrCode;

/// `/login/mfa/enrolment`: binds an authenticator app, and proves the binding with one code.
#[derive(Clone, Template)]
#[template(path = "portal/enrolment.html")]
pub struct Enrolment<'a> {
    /// Sent back in `csrf_token`.
    pub csrf_token: &'a str,
    /// Who gave the password.
    pub username: &'a str,
    /// Where to go after, sent back in `next`.
    pub next: Option<&'a str>,
    /// [`Enrolment::otpauth_url`], drawn.
    pub qr_code: &'a QrCode,
    /// The key in Base32, for apps that cannot scan.
    pub key: &'a str,
    /// The whole key URI, which a phone hands to its authenticator app.
    pub otpauth_url: &'a str,
    /// Why the last code failed, in one sentence.
    pub error: Option<&'a str>,
}

impl Enrolment<'_> {
    /// The key in fours, for the eye; the page keeps them together when they are copied.
    fn groups(&self) -> Vec<String> {
        let characters: Vec<char> = self.key.chars().collect();
        characters.chunks(4).map(|group| group.iter().collect()).collect()
    }
}
