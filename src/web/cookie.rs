//! The three cookies. On https they carry the `__Host-` prefix, which ties them to this very host.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;

use super::Face;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Opens the session.
    Session,
    /// Opens the sign-in under way.
    SignIn,
    /// Ties the forms shown before sign-in to this browser.
    Form,
}

impl Purpose {
    const fn name(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Session, true) => "__Host-cloudsso",
            (Self::Session, false) => "cloudsso",
            (Self::SignIn, true) => "__Host-cloudsso-sign-in",
            (Self::SignIn, false) => "cloudsso-sign-in",
            (Self::Form, true) => "__Host-cloudsso-form",
            (Self::Form, false) => "cloudsso-form",
        }
    }
}

/// The value of a cookie that the browser sent.
pub(super) fn read(face: &Face, request: &HttpRequest, purpose: Purpose) -> Option<String> {
    let name = purpose.name(face.is_https());
    let texts = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(|text| text.split(';')).flat_map(Cookie::parse);
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// A cookie to set. It lasts as long as the browser; the server knows when it is over.
pub(super) fn make(face: &Face, purpose: Purpose, value: &str) -> Cookie<'static> {
    Cookie::build(purpose.name(face.is_https()), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(face.is_https())
        .same_site(SameSite::Lax)
        .finish()
}

/// The removal of a cookie.
pub(super) fn remove(face: &Face, purpose: Purpose) -> Cookie<'static> {
    let mut cookie = make(face, purpose, "");
    cookie.make_removal();
    cookie
}
