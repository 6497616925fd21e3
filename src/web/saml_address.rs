//! Where in our own pages a sign-on or a logout goes on, by the token that it travels in.

use crate::base::Secret;

/// Where sign-on requests are taken.
pub(super) const SSO: &str = "/saml/idp/sso";
/// Where logout messages are taken.
pub(super) const SLO: &str = "/saml/idp/slo";
const SIGN_ON: &str = "request";
const LOGOUT: &str = "logout";

/// Where a sign-on goes on.
pub(super) fn of_sign_on(token: &str) -> String {
    format!("{SSO}?{SIGN_ON}={token}")
}

/// Where a logout goes on.
pub(super) fn of_logout(token: &Secret) -> String {
    format!("{SLO}?{LOGOUT}={}", token.expose())
}

/// The token of a sign-on, where the query has one.
pub(super) fn sign_on_token(query: &str) -> Option<&str> {
    query.strip_prefix(SIGN_ON)?.strip_prefix('=')
}

/// The token of a logout, where the query has one.
pub(super) fn logout_token(query: &str) -> Option<&str> {
    query.strip_prefix(LOGOUT)?.strip_prefix('=')
}
