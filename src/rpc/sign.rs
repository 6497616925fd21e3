//! The client's half: writes a call and signs it.

use crate::base::{Secret, Timestamp};
use crate::crypto::hash;

use super::acs3::{self, Canonical};
use super::{Error, encoding, hmac_sha1};

/// A key that signs calls: lasting, or temporary with its security token.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// The id, which is public.
    pub id: String,
    /// The secret.
    pub secret: Secret,
    /// The security token of a temporary key.
    pub security_token: Option<Secret>,
}

/// A call to be sent as `POST /`: small parameters in the query, large ones (documents, assertions) in a
/// form body, as the vendor's current clients do.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Host of the endpoint, with its port where it is not the scheme's own.
    pub host: &'a str,
    /// The action.
    pub action: &'a str,
    /// The version of the product's API.
    pub version: &'a str,
    /// Parameters for the query.
    pub query: &'a [(String, String)],
    /// Parameters for the form body.
    pub form: &'a [(String, String)],
}

/// A call ready to be sent as `POST /?query`.
#[derive(Clone)]
pub struct Signed {
    /// The encoded query.
    pub query: String,
    /// Every header to send, names in lower case, `host` among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty without a form.
    pub body: String,
}

impl Outgoing<'_> {
    /// Signs by ACS3-HMAC-SHA256, at `now`, with a `nonce` that was never used with this key.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn sign(&self, key: &AccessKey, now: Timestamp, nonce: &str) -> Result<Signed, Error> {
        let mut signed = self.unsigned(now, nonce);
        if let Some(token) = &key.security_token {
            signed.headers.push(("x-acs-accesskey-id", key.id.clone()));
            signed.headers.push(("x-acs-security-token", token.expose().to_owned()));
        }
        signed.headers.sort_unstable();
        // As the vendor's clients do: what says how the answer is to look is sent and not signed.
        let is_signed = |name: &str| matches!(name, "host" | "content-type") || name.starts_with("x-acs-");
        let headers: Vec<_> = signed
            .headers
            .iter()
            .filter(|(name, _)| is_signed(name))
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let canonical = Canonical {
            method: "POST",
            path: "/",
            query: self.query,
            headers: &headers,
            content_hash: &hash::sha256_hex(signed.body.as_bytes()),
        };
        let signature = acs3::signature(&key.secret, &canonical.string_to_sign())?;
        let authorization = format!(
            "{} Credential={},SignedHeaders={},Signature={signature}",
            acs3::ALGORITHM,
            key.id,
            canonical.names()
        );
        signed.headers.push(("authorization", authorization));
        Ok(signed)
    }

    /// Leaves the call anonymous, for the actions that prove their caller otherwise; as the stock clients do,
    /// action and version stand in the query then.
    pub fn anonymous(&self, now: Timestamp, nonce: &str) -> Signed {
        let (query, body) = (encode_owned(self.query), encode_owned(self.form));
        let time = now.rfc3339();
        let own = encoding::encode_pairs([
            ("Action", self.action),
            ("Format", "JSON"),
            ("SignatureNonce", nonce),
            ("Timestamp", &time),
            ("Version", self.version),
        ]);
        let query = if query.is_empty() { own } else { format!("{own}&{query}") };
        Signed { query, headers: self.headers(&body), body }
    }

    fn unsigned(&self, now: Timestamp, nonce: &str) -> Signed {
        let body = encode_owned(self.form);
        let mut headers = self.headers(&body);
        headers.extend([
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", hash::sha256_hex(body.as_bytes())),
            ("x-acs-date", now.rfc3339()),
            ("x-acs-signature-nonce", nonce.to_owned()),
            ("x-acs-version", self.version.to_owned()),
        ]);
        Signed { query: encode_owned(self.query), headers, body }
    }

    fn headers(&self, body: &str) -> Vec<(&'static str, String)> {
        let mut headers = vec![("accept", "application/json".to_owned()), ("host", self.host.to_owned())];
        if !body.is_empty() {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        }
        headers
    }
}

fn encode_owned(pairs: &[(String, String)]) -> String {
    encoding::encode_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Signs by the older HMAC-SHA1: returns `parameters`, which name `Action` and `Version`, with the fields of
/// the signature added, ready for a query or a form sent by `method`.
///
/// # Errors
/// [`Error::Crypto`].
pub fn sign_query(
    method: &str,
    parameters: &[(String, String)],
    key: &AccessKey,
    now: Timestamp,
    nonce: &str,
) -> Result<String, Error> {
    let mut fields = vec![
        ("AccessKeyId", key.id.clone()),
        ("SignatureMethod", "HMAC-SHA1".to_owned()),
        ("SignatureNonce", nonce.to_owned()),
        ("SignatureVersion", "1.0".to_owned()),
        ("Timestamp", now.rfc3339()),
    ];
    if let Some(token) = &key.security_token {
        fields.push(("SecurityToken", token.expose().to_owned()));
    }
    let own = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut all: Vec<_> = own.chain(fields.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    let signature =
        hmac_sha1::signature(&key.secret, &hmac_sha1::string_to_sign(method, all.iter().copied()))?;
    all.push(("Signature", &signature));
    Ok(encoding::encode_pairs(all))
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signed")
    }
}
