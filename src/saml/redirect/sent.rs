//! From a message to the address that carries it.

use data_encoding::BASE64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::{Error, Signer, name};
use super::MessageKind;
use super::deflate::deflate;

/// All but what every receiver that spells a query anew leaves as it is (RFC 3986 §2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address at `location` that carries a message, signed where there is a signer. The message has no signature in
/// itself.
///
/// # Errors
/// [`Error::Crypto`] when the key does not sign.
pub fn redirect_url(
    location: &str,
    (kind, xml): (MessageKind, &str),
    relay_state: Option<&str>,
    signer: Option<&Signer>,
) -> Result<String, Error> {
    let message = BASE64.encode(&deflate(xml.as_bytes())?);
    let mut query = format!("{}={}", kind.parameter(), escaped(&message));
    if let Some(state) = relay_state {
        query.push_str(&format!("&RelayState={}", escaped(state)));
    }
    if let Some(signer) = signer {
        let algorithm = name::signature_method(signer.key().algorithm());
        query.push_str(&format!("&SigAlg={}", escaped(algorithm)));
        let signature = BASE64.encode(&signer.key().sign(query.as_bytes())?);
        query.push_str(&format!("&Signature={}", escaped(&signature)));
    }
    let joint = match location.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    Ok(format!("{location}{joint}{query}"))
}

fn escaped(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, ESCAPED)
}
