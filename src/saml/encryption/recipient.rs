//! Whom something is encrypted for, and how it is written: the key beside the content, and nothing that a receiver
//! would have to fetch or look up.

use data_encoding::BASE64;

use crate::crypto::{self, Certificate, ContentCipher, KeyTransport, Random};

use super::super::writer::Writer;
use super::super::{Error, name};
use super::algorithm::{ELEMENT, key_method};

/// A peer that alone can read what is encrypted for it, and the algorithms that it takes.
#[derive(Clone, Debug)]
pub struct Recipient {
    certificate: Certificate,
    cipher: ContentCipher,
    transport: KeyTransport,
}

impl Recipient {
    /// The owner of the key in `certificate`, which must be RSA. [`Recipient::choose`] goes by a peer's metadata.
    ///
    /// # Errors
    /// [`Error::NoRecipient`] when the key is of another kind.
    pub fn new(
        certificate: Certificate,
        cipher: ContentCipher,
        transport: KeyTransport,
    ) -> Result<Self, Error> {
        if certificate.is_rsa() {
            Ok(Self { certificate, cipher, transport })
        } else {
            Err(Error::NoRecipient)
        }
    }

    /// The certificate of its key.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// How the content is encrypted.
    pub fn cipher(&self) -> ContentCipher {
        self.cipher
    }

    /// How the key of the content is.
    pub fn transport(&self) -> KeyTransport {
        self.transport
    }

    /// An element of the name `wrapper` that holds `plain` encrypted: one element in canonical form, which declares
    /// its namespaces itself. The result is canonical too, and declares its own.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub(in super::super) fn encrypt(
        &self,
        wrapper: &'static str,
        plain: &str,
        random: &Random,
    ) -> Result<String, Error> {
        let (key, content) = self.encrypt_bytes(plain.as_bytes(), random)?;
        let mut writer = Writer::with_capacity(key.len() + content.len() + 2048);
        writer.element(wrapper, &[("xmlns:saml", name::SAML)], |writer| {
            writer.element("xenc:EncryptedData", &[("xmlns:xenc", name::XENC), ("Type", ELEMENT)], |writer| {
                writer.empty("xenc:EncryptionMethod", &[("Algorithm", name::content_method(self.cipher))])?;
                writer.element("ds:KeyInfo", &[("xmlns:ds", name::DS)], |writer| {
                    writer.element("xenc:EncryptedKey", &[], |writer| {
                        self.write_key_method(writer)?;
                        write_cipher_data(writer, &key)
                    })
                })?;
                write_cipher_data(writer, &content)
            })
        })?;
        Ok(writer.finish())
    }

    /// A new key, encrypted, and what was encrypted with it; in base 64.
    fn encrypt_bytes(&self, plain: &[u8], random: &Random) -> Result<(String, String), crypto::Error> {
        let key = self.cipher.generate_key(random)?;
        let content = self.cipher.encrypt(&key, plain, random)?;
        let key = self.transport.encrypt_key(&self.certificate, &key)?;
        Ok((BASE64.encode(&key), BASE64.encode(&content)))
    }

    fn write_key_method(&self, writer: &mut Writer) -> Result<(), Error> {
        let method = key_method(self.transport);
        writer.element("xenc:EncryptionMethod", &[("Algorithm", method.algorithm)], |writer| {
            writer.empty("ds:DigestMethod", &[("Algorithm", method.digest)])?;
            match method.mask {
                None => Ok(()),
                Some(mask) => {
                    writer.empty("xenc11:MGF", &[("xmlns:xenc11", name::XENC11), ("Algorithm", mask)])
                }
            }
        })
    }
}

fn write_cipher_data(writer: &mut Writer, base64: &str) -> Result<(), Error> {
    writer.element("xenc:CipherData", &[], |writer| writer.text("xenc:CipherValue", &[], base64))
}
