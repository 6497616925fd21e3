//! The cookie of a browser that is signed in: its token, and which of its open consoles it looks at.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};

use crate::base::Secret;
use crate::crypto::{self, hash, token};
use crate::local_cloud::cloud::Cloud;

/// The cookie's name.
const COOKIE: &str = "localcloud";

/// `<token>.<session id>`; a browser that was signed in before sessions had ids has the token alone.
#[derive(Clone)]
pub(super) struct Browser {
    token: Secret,
    session_id: Option<String>,
}

impl Browser {
    /// A browser at its session.
    pub(super) fn at(token: Secret, session_id: &str) -> Self {
        Self { token, session_id: Some(session_id.to_owned()) }
    }

    /// The one that sent a request, as it says itself.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = only_cookie(request, COOKIE)?;
        let (token, session_id) = match cookie.value().split_once('.') {
            Some((token, id)) => (token, Some(id.to_owned())),
            None => (cookie.value(), None),
        };
        Some(Self { token: Secret::new(token), session_id })
    }

    /// As [`Browser::of`], with another of its sessions.
    pub(super) fn moved_to(&self, session_id: &str) -> Self {
        Self::at(self.token.clone(), session_id)
    }

    pub(super) fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// What the store finds its sessions by.
    pub(super) fn digest(&self) -> String {
        token::digest(self.token.expose())
    }

    /// What its forms carry that are about no session in particular.
    pub(super) fn csrf_token(&self, cloud: &Cloud) -> Result<String, crypto::Error> {
        cloud.csrf_token(self.token.expose())
    }

    /// What the forms of one session carry: sent from the page of another, they are refused.
    pub(super) fn csrf_token_at(&self, cloud: &Cloud, session_id: &str) -> Result<String, crypto::Error> {
        cloud.csrf_token(&format!("{}.{session_id}", self.token.expose()))
    }

    /// The cookie, to last for `seconds`.
    pub(super) fn cookie(&self, seconds: i64, is_secure: bool) -> Cookie<'static> {
        let value = match &self.session_id {
            Some(id) => format!("{}.{id}", self.token.expose()),
            None => self.token.expose().to_owned(),
        };
        build(value, CookieAge::seconds(seconds), is_secure)
    }
}

/// The cookie of that name, where it is the only one. Ours are all of one path, so that a second one was planted,
/// by a neighbour on another port, for a part of our paths perhaps: rather nobody than somebody else.
pub(super) fn only_cookie(request: &HttpRequest, name: &str) -> Option<Cookie<'static>> {
    let cookies = request.cookies().ok()?;
    let mut named = cookies.iter().filter(|cookie| cookie.name() == name);
    let cookie = named.next().filter(|cookie| !cookie.value().is_empty())?.clone();
    named.next().is_none().then_some(cookie)
}

/// Whether a form carries what it should.
pub(super) fn is_same(expected: &str, given: Option<String>) -> bool {
    hash::equal(expected.as_bytes(), given.unwrap_or_default().as_bytes())
}

/// The cookie of a browser that has nothing open any more.
pub(super) fn no_cookie(is_secure: bool) -> Cookie<'static> {
    build(String::new(), CookieAge::ZERO, is_secure)
}

fn build(value: String, age: CookieAge, is_secure: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(age)
        .finish()
}
