//! Metadata of an identity provider: what a page shows of it, and how it is read out of a form.

use data_encoding::BASE64;

use crate::base::Timestamp;
use crate::crypto::{Certificate, hash};
use crate::local_cloud::rules;
use crate::saml::IdentityProvider;

/// Characters that a field for metadata takes: as many as the API takes bytes, in Base64.
pub(super) const LONGEST: usize = rules::METADATA.div_ceil(3) * 4;

/// What a metadata document says.
pub(super) struct MetadataView {
    pub(super) entity_id: String,
    pub(super) sso_url: String,
    pub(super) valid_until: Option<Until>,
    pub(super) certificates: Vec<CertificateView>,
    pub(super) document: String,
}

pub(super) struct CertificateView {
    pub(super) subject: String,
    pub(super) until: Option<Until>,
    /// SHA-256 of the certificate.
    pub(super) fingerprint: String,
}

/// When something ends or ended.
pub(super) struct Until {
    pub(super) at: String,
    pub(super) is_over: bool,
}

impl Until {
    fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at: at.rfc3339(), is_over: now >= at }
    }
}

/// What a document says, given as the API gives it; `None` where there is none.
pub(super) fn read(encoded: &str, now: Timestamp) -> Option<MetadataView> {
    let document = BASE64.decode(encoded.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
    // It was parsed before it was stored.
    let provider = IdentityProvider::parse(&document).ok()?;
    let sso_url = provider.sso_post_url().or(provider.sso_redirect_url()).unwrap_or_default();
    Some(MetadataView {
        entity_id: provider.entity_id().to_owned(),
        sso_url: sso_url.to_owned(),
        valid_until: provider.valid_until().map(|end| Until::new(end, now)),
        certificates: provider.signing_certificates().iter().map(|one| certificate(one, now)).collect(),
        document,
    })
}

fn certificate(certificate: &Certificate, now: Timestamp) -> CertificateView {
    CertificateView {
        subject: certificate.subject(),
        until: certificate.not_after().ok().map(|end| Until::new(end, now)),
        fingerprint: certificate.to_der().map(|der| hash::sha256_hex(&der)).unwrap_or_default(),
    }
}

/// What somebody typed or pasted, as the API takes it: the document itself, or its Base64. Browsers make
/// every line end with two signs; the document is taken as it was.
pub(super) fn encoded(typed: &str) -> String {
    let text = without_margin(typed);
    let packed: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let unpacked = BASE64.decode(packed.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    // Words may well be Base64 of something: of a document it is where one comes out.
    if unpacked.is_some_and(|document| without_margin(&document).starts_with('<')) {
        return packed;
    }
    BASE64.encode(text.replace("\r\n", "\n").as_bytes())
}

fn without_margin(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_and_its_base64_are_the_same() {
        let document = "<a>\n<b/>\n</a>";
        let encoded_once = BASE64.encode(document.as_bytes());
        let (head, tail) = encoded_once.split_at(5);
        for typed in [
            document,
            "\u{feff}\r\n<a>\r\n<b/>\r\n</a>\r\n",
            &encoded_once,
            &format!(" {head}\r\n{tail}\r\n"),
        ] {
            assert_eq!(encoded(typed), encoded_once, "{typed:?}");
        }
        // What is neither is refused as a document, which says where it breaks.
        for words in ["no metadata", "nometadataatall=", "metadata"] {
            assert_eq!(encoded(words), BASE64.encode(words.as_bytes()));
        }
        assert_eq!(encoded(" \r\n"), "");
    }
}
