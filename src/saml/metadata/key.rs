//! The keys of a role (saml-metadata-2.0-os §2.4.1.1).

use crate::crypto::Certificate;

use super::super::document::Element;
use super::super::writer::Writer;
use super::super::{EncryptionCertificate, EncryptionMethod, Error, name};
use super::text::identifier;

/// Certificates of one use that a role may have.
const MAX_CERTIFICATES: usize = 16;
/// Algorithms that may be stated for one key.
const MAX_METHODS: usize = 32;

/// The certificates of a role's signing keys, and of those that have no `use`, which serve for everything. Of a
/// chain the first is taken.
///
/// # Errors
/// [`Error::TooMany`]; [`Error::Crypto`] when one is none, or its key is too weak or of a kind that we do not know.
pub(super) fn signing_certificates(role: &Element) -> Result<Vec<Certificate>, Error> {
    let mut found = Vec::new();
    for key in keys(role, "signing") {
        add_certificates(key, &mut found, Clone::clone)?;
    }
    Ok(found)
}

/// As [`signing_certificates`], of the keys that may be encrypted to.
///
/// # Errors
/// As there, and [`Error::Value`] for an algorithm without a name.
pub(super) fn encryption_certificates(role: &Element) -> Result<Vec<EncryptionCertificate>, Error> {
    let mut found = Vec::new();
    for key in keys(role, "encryption") {
        let methods = methods(key)?;
        add_certificates(key, &mut found, |certificate| EncryptionCertificate {
            certificate: certificate.clone(),
            methods: methods.clone(),
        })?;
    }
    Ok(found)
}

fn keys<'e>(role: &'e Element, wanted: &'static str) -> impl Iterator<Item = &'e Element> {
    role.all("md:KeyDescriptor").filter(move |key| key.attribute("use").is_none_or(|stated| stated == wanted))
}

fn add_certificates<T>(
    key: &Element,
    found: &mut Vec<T>,
    make: impl Fn(&Certificate) -> T,
) -> Result<(), Error> {
    for chain in key.one("ds:KeyInfo")?.all("ds:X509Data") {
        let Some(certificate) = chain.all("ds:X509Certificate").next() else { continue };
        if found.len() >= MAX_CERTIFICATES {
            return Err(Error::TooMany {
                what: "certificates of one use in md:KeyDescriptor",
                limit: MAX_CERTIFICATES,
            });
        }
        found.push(make(&Certificate::from_base64(certificate.text()?)?));
    }
    Ok(())
}

fn methods(key: &Element) -> Result<Vec<EncryptionMethod>, Error> {
    let mut methods = Vec::new();
    for method in key.all("md:EncryptionMethod") {
        if methods.len() >= MAX_METHODS {
            return Err(Error::TooMany { what: "md:EncryptionMethod", limit: MAX_METHODS });
        }
        let algorithm = |of: &Element, what| identifier(what, of.need_attribute("Algorithm")?);
        let digest = method.at_most_one("ds:DigestMethod")?;
        methods.push(EncryptionMethod {
            algorithm: algorithm(method, "Algorithm of md:EncryptionMethod")?,
            digest: digest.map(|digest| algorithm(digest, "Algorithm of ds:DigestMethod")).transpose()?,
        });
    }
    Ok(methods)
}

/// Writes the signing keys, in their order, and then those to encrypt to.
///
/// # Errors
/// [`Error::Crypto`] when a certificate cannot be encoded, [`Error::IllegalCharacter`].
pub(super) fn write_keys(
    writer: &mut Writer,
    signing: &[Certificate],
    encryption: &[EncryptionCertificate],
) -> Result<(), Error> {
    for certificate in signing {
        write_key(writer, "signing", certificate, &[])?;
    }
    encryption.iter().try_for_each(|key| write_key(writer, "encryption", &key.certificate, &key.methods))
}

fn write_key(
    writer: &mut Writer,
    usage: &'static str,
    certificate: &Certificate,
    methods: &[EncryptionMethod],
) -> Result<(), Error> {
    let certificate = certificate.to_base64()?;
    writer.element("md:KeyDescriptor", &[("use", usage)], |writer| {
        writer.element("ds:KeyInfo", &[("xmlns:ds", name::DS)], |writer| {
            writer.element("ds:X509Data", &[], |writer| writer.text("ds:X509Certificate", &[], &certificate))
        })?;
        methods.iter().try_for_each(|method| {
            writer.element("md:EncryptionMethod", &[("Algorithm", &method.algorithm)], |writer| match &method
                .digest
            {
                Some(digest) => {
                    writer.empty("ds:DigestMethod", &[("xmlns:ds", name::DS), ("Algorithm", digest)])
                }
                None => Ok(()),
            })
        })
    })
}
