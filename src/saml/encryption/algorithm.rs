//! Algorithms by their URIs (xmlenc-core1 §5).

use crate::crypto::{ContentCipher, KeyTransport};

use super::super::document::Element;
use super::super::name::{self, RSA_OAEP, RSA_OAEP_MGF1P, SHA1, content_method};

/// Known so that a peer that takes nothing else is known to be such.
pub(super) const RSA_1_5: &str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";
pub(super) const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";
pub(super) const MGF1_SHA256: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha256";
/// The `Type` of what was one element.
pub(super) const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

/// How the encryption of a key is said: the algorithm, its digest and, where that is said, its mask.
pub(super) struct KeyMethod {
    pub(super) algorithm: &'static str,
    pub(super) digest: &'static str,
    pub(super) mask: Option<&'static str>,
}

/// A mask of SHA-1 is the default, and not said: older schemas do not know the element for it.
pub(super) const fn key_method(transport: KeyTransport) -> KeyMethod {
    match transport {
        KeyTransport::OaepSha1 => KeyMethod { algorithm: RSA_OAEP_MGF1P, digest: SHA1, mask: None },
        KeyTransport::OaepSha256 => {
            KeyMethod { algorithm: RSA_OAEP, digest: name::SHA256, mask: Some(MGF1_SHA256) }
        }
        KeyTransport::OaepSha256Mgf1Sha1 => {
            KeyMethod { algorithm: RSA_OAEP, digest: name::SHA256, mask: None }
        }
    }
}

/// The cipher that an `xenc:EncryptionMethod` names, without parameters.
pub(super) fn read_content_method(method: &Element) -> Option<ContentCipher> {
    let uri = method.attribute("Algorithm")?;
    let cipher = ContentCipher::ALL.into_iter().find(|cipher| content_method(*cipher) == uri)?;
    method.children().next().is_none().then_some(cipher)
}

/// How a key was encrypted, as its `xenc:EncryptionMethod` says (§5.5.2). Digest and mask are SHA-1 where they are not
/// said; the older algorithm has no other mask. A label is used by nobody, and not read. Gives what it means, and as it
/// was said, since the same may be said in two ways.
pub(super) fn read_key_method(method: &Element) -> Option<(KeyTransport, KeyMethod)> {
    if method.children().any(|child| !child.is("ds:DigestMethod") && !child.is("xenc11:MGF")) {
        return None;
    }
    let parameter = |name| {
        let stated = method.at_most_one(name).ok()?;
        stated.map_or(Some(None), |stated| stated.attribute("Algorithm").map(Some))
    };
    let digest = parameter("ds:DigestMethod")?.unwrap_or(SHA1);
    let (algorithm, mask) = match (method.attribute("Algorithm")?, parameter("xenc11:MGF")?) {
        (RSA_OAEP_MGF1P, None) => (RSA_OAEP_MGF1P, MGF1_SHA1),
        (RSA_OAEP, mask) => (RSA_OAEP, mask.unwrap_or(MGF1_SHA1)),
        _ => return None,
    };
    let (transport, digest, mask) = match (digest, mask) {
        (SHA1, MGF1_SHA1) => (KeyTransport::OaepSha1, SHA1, MGF1_SHA1),
        (name::SHA256, MGF1_SHA256) => (KeyTransport::OaepSha256, name::SHA256, MGF1_SHA256),
        (name::SHA256, MGF1_SHA1) => (KeyTransport::OaepSha256Mgf1Sha1, name::SHA256, MGF1_SHA1),
        _ => return None,
    };
    Some((transport, KeyMethod { algorithm, digest, mask: Some(mask) }))
}
