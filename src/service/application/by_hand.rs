//! Service providers without metadata: what an administrator typed, written as metadata.

use data_encoding::BASE64;

use crate::crypto::Certificate;
use crate::domain;
use crate::saml::{AssertionConsumerService, ServiceProvider};

use super::super::Error;

/// Characters of a certificate that was typed in.
const LONGEST_CERTIFICATE: usize = 32 * 1024;

/// The metadata of a service provider that takes Responses at this address. `certificate` is what it signs with and may
/// be encrypted to, in PEM or as base 64 of DER; empty where there is none.
///
/// # Errors
/// [`Error::Refused`] naming the field that cannot be used.
pub fn metadata_by_hand(entity_id: &str, acs_url: &str, certificate: &str) -> Result<String, Error> {
    let certificates = match certificate.trim() {
        "" => Vec::new(),
        text => vec![read(text)?],
    };
    let acs = AssertionConsumerService { index: 0, url: acs_url.to_owned(), is_default: Some(true) };
    let refused = |error| domain::Error::invalid("ServiceProvider", format_args!("is refused: {error}"));
    let provider = ServiceProvider::by_hand(entity_id, vec![acs], Vec::new(), certificates);
    Ok(provider.and_then(|provider| provider.to_xml()).map_err(refused)?)
}

fn read(text: &str) -> Result<Certificate, Error> {
    let invalid = |rule: &str| domain::Error::invalid("Certificate", rule);
    if text.len() > LONGEST_CERTIFICATE {
        return Err(invalid("must have at most 32 KiB").into());
    }
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let inner = match text.split_once(begin) {
        Some((_, rest)) => rest.split_once(end).map(|(inner, _)| inner),
        None => Some(text),
    };
    let packed: String = inner.unwrap_or_default().split_ascii_whitespace().collect();
    let der = BASE64.decode(packed.as_bytes()).ok().filter(|der| !der.is_empty());
    let der = der.ok_or_else(|| invalid("must be one certificate in PEM or base 64"))?;
    let refused = |error| domain::Error::invalid("Certificate", format_args!("cannot be used: {error}"));
    Ok(Certificate::from_der(&der).map_err(refused)?)
}
