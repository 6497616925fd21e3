//! Tokens that tie a form to the browser it was sent to: HMAC-SHA-256 of the browser's own cookie
//! under a key that only we have (OWASP's signed double-submit, with the session as what is signed).

use data_encoding::BASE64URL_NOPAD;

use crate::crypto::hash;

use super::{Context, Error};

impl Context {
    /// The token for forms shown to the browser that holds this cookie.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn form_token(&self, cookie: &str) -> Result<String, Error> {
        Ok(BASE64URL_NOPAD.encode(&hash::hmac_sha256(&self.form_key, cookie.as_bytes())?))
    }

    /// Whether `token` is the one for forms of this cookie.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn is_form_token(&self, cookie: &str, token: &str) -> Result<bool, Error> {
        Ok(!cookie.is_empty() && hash::equal(self.form_token(cookie)?.as_bytes(), token.as_bytes()))
    }

    /// A new random cookie for a browser that has none to tie forms to.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn form_cookie(&self) -> Result<crate::base::Secret, Error> {
        Ok(crate::crypto::token::generate(&self.random, "")?)
    }
}
