//! Element names as SAML's own documents spell them (`saml:Issuer`), and the namespaces they stand
//! for. The same spelling is used to write, to read and to tell what was refused.

use crate::crypto::{Algorithm, ContentCipher, DigestAlgorithm, SignatureAlgorithm, TransportScheme};

/// `saml:`, assertions.
pub(super) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// `samlp:`, protocol messages.
pub(super) const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// `ds:`, XML signatures.
pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// `xenc:`, XML encryption.
pub(super) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// `xenc11:`, what version 1.1 added to it.
pub(super) const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// `md:`, metadata.
pub(super) const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// `aslo:`, the extension that asks for no answer to a logout (saml-async-slo-v1.0).
pub(super) const ASLO: &str = "urn:oasis:names:tc:SAML:2.0:protocol:ext:async-slo";
/// `soap:`, envelopes of SOAP 1.1.
pub(super) const SOAP_ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// `mdui:`, what people are shown of an entity.
pub(super) const MDUI: &str = "urn:oasis:names:tc:SAML:metadata:ui";
/// `mdattr:`, attributes of an entity.
pub(super) const MDATTR: &str = "urn:oasis:names:tc:SAML:metadata:attribute";
/// `shibmd:`, scopes of what an entity may say of people.
pub(super) const SHIBMD: &str = "urn:mace:shibboleth:metadata:1.0";
/// `alg:`, algorithms that an entity supports.
pub(super) const ALG: &str = "urn:oasis:names:tc:SAML:metadata:algsupport";
/// `remd:`, kinds of contacts that the standard does not know.
pub(super) const REMD: &str = "http://refeds.org/metadata";
/// `xml:`, which is declared everywhere.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

pub(super) const STATUS_SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
pub(super) const STATUS_REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";
pub(super) const STATUS_RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
pub(super) const STATUS_PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
pub(super) const STATUS_REQUEST_DENIED: &str = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied";
pub(super) const STATUS_REQUEST_UNSUPPORTED: &str = "urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported";
pub(super) const STATUS_UNKNOWN_PRINCIPAL: &str = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal";
pub(super) const STATUS_NO_PASSIVE: &str = "urn:oasis:names:tc:SAML:2.0:status:NoPassive";
pub(super) const STATUS_NO_AUTHN_CONTEXT: &str = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext";
pub(super) const STATUS_INVALID_NAME_ID_POLICY: &str =
    "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy";
pub(super) const STATUS_AUTHN_FAILED: &str = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed";
pub(super) const STATUS_UNSUPPORTED_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:status:UnsupportedBinding";
pub(super) const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
pub(super) const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
pub(super) const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
pub(super) const SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";

pub(super) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(super) const ENVELOPED_SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(super) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
pub(super) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(super) const RSA_OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
pub(super) const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";

/// Each `ds:SignatureMethod` that is accepted; the first is the one that is asked for where none of them came.
pub(super) const SIGNATURE_METHODS: [&str; 6] = [
    signature_method(SignatureAlgorithm::RsaSha256),
    signature_method(SignatureAlgorithm::RsaSha384),
    signature_method(SignatureAlgorithm::RsaSha512),
    signature_method(SignatureAlgorithm::EcdsaSha256),
    signature_method(SignatureAlgorithm::EcdsaSha384),
    signature_method(SignatureAlgorithm::EcdsaSha512),
];
pub(super) const DIGEST_METHODS: [&str; 3] =
    [SHA256, "http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2001/04/xmlenc#sha512"];

/// The URI of an algorithm (RFC 9231 §2.3.2 and §2.3.6).
pub(super) const fn signature_method(algorithm: SignatureAlgorithm) -> &'static str {
    match algorithm {
        SignatureAlgorithm::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        SignatureAlgorithm::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        SignatureAlgorithm::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        SignatureAlgorithm::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        SignatureAlgorithm::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        SignatureAlgorithm::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
    }
}

/// The URI of a digest (RFC 9231 §2.1).
pub(super) const fn digest_method(algorithm: DigestAlgorithm) -> &'static str {
    let [sha256, sha384, sha512] = DIGEST_METHODS;
    match algorithm {
        DigestAlgorithm::Sha1 => SHA1,
        DigestAlgorithm::Sha256 => sha256,
        DigestAlgorithm::Sha384 => sha384,
        DigestAlgorithm::Sha512 => sha512,
    }
}

/// The URI of a cipher (xmlenc-core1 §5.2).
pub(super) const fn content_method(cipher: ContentCipher) -> &'static str {
    match cipher {
        ContentCipher::Aes128Gcm => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        ContentCipher::Aes192Gcm => "http://www.w3.org/2009/xmlenc11#aes192-gcm",
        ContentCipher::Aes256Gcm => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        ContentCipher::Aes128Cbc => "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
        ContentCipher::Aes256Cbc => "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    }
}

/// The URI by which messages and metadata name an algorithm.
pub(super) const fn uri(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Signature(signature) => signature_method(signature),
        Algorithm::Digest(digest) => digest_method(digest),
        Algorithm::Content(cipher) => content_method(cipher),
        Algorithm::Transport(TransportScheme::OaepMgf1Sha1) => RSA_OAEP_MGF1P,
        Algorithm::Transport(TransportScheme::Oaep) => RSA_OAEP,
    }
}

/// Namespace and local name of a name in our spelling.
pub(super) fn expand(name: &'static str) -> (&'static str, &'static str) {
    match name.split_once(':') {
        Some(("saml", local)) => (SAML, local),
        Some(("samlp", local)) => (SAMLP, local),
        Some(("ds", local)) => (DS, local),
        Some(("xenc", local)) => (XENC, local),
        Some(("xenc11", local)) => (XENC11, local),
        Some(("md", local)) => (MD, local),
        Some(("mdui", local)) => (MDUI, local),
        Some(("mdattr", local)) => (MDATTR, local),
        Some(("shibmd", local)) => (SHIBMD, local),
        Some(("alg", local)) => (ALG, local),
        Some(("remd", local)) => (REMD, local),
        Some(("xml", local)) => (XML, local),
        Some(("ec", local)) => (EXCLUSIVE_C14N, local),
        Some(("aslo", local)) => (ASLO, local),
        Some(("soap", local)) => (SOAP_ENVELOPE, local),
        _ => ("", name),
    }
}

/// Whether XML 1.0 §2.2 allows `character` in a document.
pub(super) fn is_legal(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether `text` is an `NCName` (Namespaces in XML 1.0 §3), the only shape that an ID may have.
pub(super) fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(begins_name) && characters.all(continues_name)
}

fn begins_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn continues_name(character: char) -> bool {
    begins_name(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_expand_by_their_prefix() {
        assert_eq!(expand("saml:Issuer"), (SAML, "Issuer"));
        assert_eq!(expand("ID"), ("", "ID"));
    }

    #[test]
    fn ids_are_ncnames() {
        for good in ["_a", "a.b-c", "ä1"] {
            assert!(is_ncname(good), "{good}");
        }
        for bad in ["", "1a", "-a", "a b", "a:b", "#a", "a\u{0}", "×"] {
            assert!(!is_ncname(bad), "{bad:?}");
        }
    }
}
