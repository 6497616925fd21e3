//! From where somebody signs in, and whether that is usual of them: from a browser or an address that they
//! signed in from in the last 30 days. A browser is known by a signed cookie for each user.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use data_encoding::BASE64URL_NOPAD;
use diesel::SqliteConnection;

use crate::base::Timestamp;
use crate::crypto::{self, hash};
use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::sign_in_place;

/// What the cookies' names begin with; the rest follows from the user.
const COOKIE: &str = "localcloud_known_";
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

/// A form of a sign-in as it arrived.
pub(super) struct Arrival {
    pub(super) source: Option<IpAddr>,
    pub(super) now: Timestamp,
    /// The users that signed in from this browser.
    known: Vec<String>,
}

impl Arrival {
    pub(super) fn of(cloud: &Cloud, request: &HttpRequest, channel: Channel) -> Result<Self, crypto::Error> {
        let now = cloud.now();
        let mut known = Vec::new();
        let cookies = request.cookies().map(|cookies| cookies.clone()).unwrap_or_default();
        for cookie in cookies.iter().filter(|cookie| cookie.name().starts_with(COOKIE)) {
            known.extend(user_of(cloud, cookie.value(), now)?);
        }
        Ok(Self { source: channel.source, now, known })
    }

    /// Whether the user comes as it did before.
    pub(super) fn is_usual(&self, connection: &mut SqliteConnection, user_id: &str) -> Result<bool, Refusal> {
        if self.known.iter().any(|known| known == user_id) {
            return Ok(true);
        }
        let Some(source) = self.source() else { return Ok(false) };
        Ok(sign_in_place::is_known(connection, (user_id, &source), self.oldest())?)
    }

    /// Writes down that the user came in from here.
    pub(super) fn remember(&self, connection: &mut SqliteConnection, user_id: &str) -> Result<(), Refusal> {
        let Some(source) = self.source() else { return Ok(()) };
        let times = (self.now.millis(), self.oldest());
        Ok(sign_in_place::put(connection, (user_id, &source), times)?)
    }

    fn source(&self) -> Option<String> {
        self.source.map(|source| source.to_canonical().to_string())
    }

    fn oldest(&self) -> i64 {
        self.now.millis() - millis(REMEMBERED)
    }
}

/// The cookie of a browser from which a user came in.
pub(super) fn mark(cloud: &Cloud, user_id: &str, is_secure: bool) -> Result<Cookie<'static>, crypto::Error> {
    let text = format!("{user_id}.{}", cloud.now().millis());
    let name: String = hash::sha256_hex(user_id.as_bytes()).chars().take(12).collect();
    let age = i64::try_from(REMEMBERED.as_secs()).unwrap_or(0);
    let cookie = Cookie::build(format!("{COOKIE}{name}"), format!("{text}.{}", mac(cloud, &text)?));
    let cookie = cookie.path("/login").http_only(true).same_site(SameSite::Lax).secure(is_secure);
    Ok(cookie.max_age(CookieAge::seconds(age)).finish())
}

/// The user whose mark it is, if it is one of ours and not too old.
fn user_of(cloud: &Cloud, value: &str, now: Timestamp) -> Result<Option<String>, crypto::Error> {
    let Some((text, given)) = value.rsplit_once('.') else { return Ok(None) };
    let is_ours = hash::equal(mac(cloud, text)?.as_bytes(), given.as_bytes());
    let Some((user_id, made_at)) = text.split_once('.').filter(|_| is_ours) else { return Ok(None) };
    let made_at = made_at.parse::<i64>().ok();
    let is_fresh = made_at.is_some_and(|made_at| made_at + millis(REMEMBERED) > now.millis());
    Ok(is_fresh.then(|| user_id.to_owned()))
}

fn mac(cloud: &Cloud, text: &str) -> Result<String, crypto::Error> {
    let key = cloud.sealing.derive("known browser")?;
    Ok(BASE64URL_NOPAD.encode(&hash::hmac_sha256(&key, text.as_bytes())?))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
