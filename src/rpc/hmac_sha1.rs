//! The older RPC signature: HMAC-SHA1 over all parameters of query and form, itself a parameter.

use data_encoding::BASE64;

use crate::base::Secret;
use crate::crypto::hash;

use super::claim::{Algorithm, Claim, read_nonce, read_time};
use super::{Error, Parameters, encoding};

/// `METHOD&%2F&` and the sorted parameters, encoded twice over; `Signature` itself is left out.
pub(super) fn string_to_sign<'a>(
    method: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut signed: Vec<_> = parameters.into_iter().filter(|(name, _)| *name != "Signature").collect();
    signed.sort_unstable();
    format!("{method}&%2F&{}", encoding::encode(&encoding::encode_pairs(signed)))
}

/// The signature in Base64; the key is the secret and an `&`.
pub(super) fn signature(secret: &Secret, string_to_sign: &str) -> Result<String, Error> {
    let key = Secret::new(format!("{}&", secret.expose()));
    let mac = hash::hmac_sha1(key.expose().as_bytes(), string_to_sign.as_bytes())?;
    Ok(BASE64.encode(&mac))
}

/// Reads what a request claims about its signer.
pub(super) fn read(method: &str, parameters: &Parameters) -> Result<Claim, Error> {
    for (name, expected) in [("SignatureMethod", "HMAC-SHA1"), ("SignatureVersion", "1.0")] {
        if parameters.required(name)? != expected {
            return Err(Error::invalid(name, expected));
        }
    }
    Ok(Claim {
        algorithm: Algorithm::HmacSha1,
        access_key_id: parameters.required("AccessKeyId")?.to_owned(),
        security_token: parameters
            .optional("SecurityToken")
            .filter(|token| !token.is_empty())
            .map(Secret::new),
        nonce: read_nonce(parameters.required("SignatureNonce")?)?,
        signed_at: read_time(parameters.required("Timestamp")?)?,
        string_to_sign: string_to_sign(method, parameters.iter()),
        signature: parameters.required("Signature")?.to_owned(),
    })
}
