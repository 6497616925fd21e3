//! ACS3-HMAC-SHA256, the signature in headers: canonical request, string to sign, and what a server
//! must find in it ("Request syntax and signature method V3").

use data_encoding::HEXLOWER;

use crate::base::Secret;
use crate::crypto::hash;

use super::claim::{Algorithm, Claim, read_nonce, read_time};
use super::{Error, Request, encoding};

pub(super) const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The canonical request: method, path, query sorted and encoded anew, signed headers, their names, and
/// the hash of the body, joined by newlines. `headers` stand in the order of `names`.
pub(super) struct Canonical<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    /// Lower-case names, ascending, with trimmed values.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) content_hash: &'a str,
}

impl Canonical<'_> {
    /// `SignedHeaders` as it stands in `Authorization`.
    pub(super) fn names(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }

    /// The algorithm's name and the hash of the canonical request.
    pub(super) fn string_to_sign(&self) -> String {
        let mut query: Vec<_> =
            self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        query.sort_unstable();
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = [
            self.method,
            if self.path.is_empty() { "/" } else { self.path },
            &encoding::encode_pairs(query),
            &headers,
            &self.names(),
            self.content_hash,
        ]
        .join("\n");
        format!("{ALGORITHM}\n{}", hash::sha256_hex(canonical.as_bytes()))
    }
}

/// The signature itself, in lower-case hexadecimal.
pub(super) fn signature(secret: &Secret, string_to_sign: &str) -> Result<String, Error> {
    let mac = hash::hmac_sha256(secret.expose().as_bytes(), string_to_sign.as_bytes())?;
    Ok(HEXLOWER.encode(&mac))
}

/// Reads what a request claims about its signer. Everything that has a say in how the request is
/// understood must be under the signature: host, every `x-acs-` header, and the content type of a body.
pub(super) fn read(request: &Request<'_>, authorization: &str) -> Result<Claim, Error> {
    let fields = Authorization::read(authorization)?;
    let headers = signed_headers(request, fields.signed_headers)?;
    let header = |name: &str| {
        let missing = || Error::IncompleteSignature(format!("the header {name} is missing"));
        request.headers.single(name)?.ok_or_else(missing)
    };

    let content_hash = hash::sha256_hex(request.body);
    if !header("x-acs-content-sha256")?.eq_ignore_ascii_case(&content_hash) {
        return Err(Error::ContentHash);
    }
    let named = request.headers.single("x-acs-accesskey-id")?;
    if named.is_some_and(|named| named != fields.access_key_id) {
        return Err(Error::IncompleteSignature("x-acs-accesskey-id is not the Credential".to_owned()));
    }

    let query = encoding::decode_pairs(request.query)?;
    let canonical = Canonical {
        method: request.method,
        path: request.path,
        query: &query,
        headers: &headers,
        content_hash: &content_hash,
    };
    Ok(Claim {
        algorithm: Algorithm::Acs3HmacSha256,
        access_key_id: fields.access_key_id.to_owned(),
        security_token: request.headers.single("x-acs-security-token")?.map(Secret::new),
        nonce: read_nonce(header("x-acs-signature-nonce")?)?,
        signed_at: read_time(header("x-acs-date")?)?,
        string_to_sign: canonical.string_to_sign(),
        signature: fields.signature.to_ascii_lowercase(),
    })
}

struct Authorization<'a> {
    access_key_id: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(text: &'a str) -> Result<Self, Error> {
        let incomplete = |reason: &str| Error::IncompleteSignature(reason.to_owned());
        let fields = text
            .strip_prefix(ALGORITHM)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or_else(|| incomplete("Authorization must begin with ACS3-HMAC-SHA256"))?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=').unwrap_or_default();
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return Err(incomplete("Authorization has a field that is unknown")),
            };
            if value.is_empty() || slot.replace(value).is_some() {
                return Err(incomplete("Authorization has a field that is empty or stands twice"));
            }
        }
        match (credential, signed_headers, signature) {
            (Some(access_key_id), Some(signed_headers), Some(signature)) => {
                Ok(Self { access_key_id, signed_headers, signature })
            }
            _ => Err(incomplete("Authorization needs Credential, SignedHeaders and Signature")),
        }
    }
}

fn signed_headers<'a>(request: &'a Request<'_>, names: &'a str) -> Result<Vec<(&'a str, &'a str)>, Error> {
    let mut headers: Vec<(&str, &str)> = Vec::new();
    for name in names.split(';') {
        if headers.last().is_some_and(|(last, _)| *last >= name) {
            return Err(Error::IncompleteSignature("SignedHeaders must ascend".to_owned()));
        }
        let value = request.headers.single(name)?;
        let absent = || Error::IncompleteSignature(format!("the signed header {name:?} is missing"));
        headers.push((name, value.ok_or_else(absent)?));
    }
    let must_be_signed = |name: &str| {
        name == "host" || name.starts_with("x-acs-") || (name == "content-type" && !request.body.is_empty())
    };
    let present = request.headers.iter().map(|(name, _)| name);
    for name in present.chain(["host"]).filter(|name| must_be_signed(name)) {
        if !headers.iter().any(|(signed, _)| *signed == name) {
            return Err(Error::IncompleteSignature(format!("the header {name} is not signed")));
        }
    }
    Ok(headers)
}
