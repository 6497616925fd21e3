//! A message without an assertion as it came, by any of the bindings, and the signature that counts for it: the one in
//! it by POST and by SOAP, the one beside it in an address.

use crate::crypto::{BlockedAlgorithms, Certificate};

use super::document::{Comments, Element, MAX_MESSAGE};
use super::redirect::{DetachedSignature, MessageKind, RedirectMessage};
use super::{Error, MessageId, base64, gate, soap, verify};

/// A message that passed the profile gate. Whoever sent it may have written anything in it.
#[derive(Clone, Debug)]
pub(super) struct Received {
    message: Element,
    signature: Signature,
}

#[derive(Clone, Debug)]
enum Signature {
    None,
    /// In the message.
    Enveloped,
    /// In the query beside it.
    Detached(DetachedSignature),
}

impl Received {
    /// Reads a form field of the POST binding (saml-bindings-2.0-os §3.5.4), whose root must have this name.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::NotBase64`], or what is wrong with the message: it is not strict XML, or it is
    /// built as no honest message of its kind is.
    pub(super) fn decode(form_field: &str, root: &'static str) -> Result<Self, Error> {
        let xml = base64::decode_form_field(form_field)?;
        check_length(&xml)?;
        Self::enveloped(Element::parse(&xml, Comments::Refuse)?, root)
    }

    /// Reads the message in a SOAP envelope (saml-bindings-2.0-os §3.2.2), of at most 64 KiB.
    ///
    /// # Errors
    /// [`Error::TooLarge`], as [`soap::message`], and what is wrong with the message itself.
    pub(super) fn from_soap(envelope: &str, root: &'static str) -> Result<Self, Error> {
        check_length(envelope)?;
        Self::enveloped(soap::message(envelope)?, root)
    }

    /// Reads what came in a query (saml-bindings-2.0-os §3.4.4). A signature inside the message counts for nothing:
    /// the one beside it does.
    ///
    /// # Errors
    /// [`Error::Value`] when it is not of this `kind`, and what is wrong with the message itself.
    pub(super) fn from_redirect(
        redirect: &RedirectMessage,
        kind: MessageKind,
        root: &'static str,
    ) -> Result<Self, Error> {
        if redirect.kind() != kind {
            let (what, expected) = ("query", kind.parameter());
            return Err(Error::Value { what, expected, received: redirect.kind().parameter().to_owned() });
        }
        let parsed = Element::parse(redirect.xml(), Comments::Refuse)?;
        let is_signed_inside = parsed.all("ds:Signature").next().is_some();
        let message = if is_signed_inside { parsed.without_signature() } else { parsed };
        gate::check_message(&message, root)?;
        let signature = redirect.signature().cloned().map_or(Signature::None, Signature::Detached);
        Ok(Self { message, signature })
    }

    fn enveloped(message: Element, root: &'static str) -> Result<Self, Error> {
        let is_signed = gate::check_message(&message, root)?;
        let signature = if is_signed { Signature::Enveloped } else { Signature::None };
        Ok(Self { message, signature })
    }

    /// The message, if there is a signature, good or not.
    ///
    /// # Errors
    /// [`Error::Unsigned`] when there is none.
    pub(super) fn signed(self) -> Result<Self, Error> {
        if self.has_signature() { Ok(self) } else { Err(Error::Unsigned) }
    }

    /// Whether there is a signature, good or not.
    pub(super) fn has_signature(&self) -> bool {
        !matches!(self.signature, Signature::None)
    }

    /// The message as it stands there: nothing in it is proven.
    pub(super) fn claimed(&self) -> &Element {
        &self.message
    }

    /// As [`Self::claimed`].
    pub(super) fn into_claimed(self) -> Element {
        self.message
    }

    /// Who it says it is from.
    pub(super) fn claimed_issuer(&self) -> Option<&str> {
        self.message.one("saml:Issuer").and_then(Element::text).ok()
    }

    /// The ID that an attribute of it says.
    pub(super) fn claimed_id(&self, attribute: &str) -> Option<MessageId> {
        self.message.attribute(attribute).and_then(|id| MessageId::parse(id).ok())
    }

    /// What `certificates` prove to be signed, by nothing that is `blocked`; a certificate in the message is not looked
    /// at. Blocks for some 0.3 ms.
    ///
    /// # Errors
    /// [`Error::Unsigned`] without a signature, [`Error::Blocked`] when it is by what is blocked,
    /// [`Error::NoCertificate`] when there are no keys, [`Error::Signature`] when none verifies,
    /// [`Error::NotWhatWasSigned`] when the signature covers something else than was read.
    pub(super) fn verify(
        &self,
        certificates: &[Certificate],
        blocked: BlockedAlgorithms,
    ) -> Result<Element, Error> {
        match &self.signature {
            Signature::None => Err(Error::Unsigned),
            Signature::Enveloped => verify::reduce(&self.message, &self.message, certificates, blocked),
            Signature::Detached(signature) => {
                signature.verify(certificates, blocked)?;
                Ok(self.message.clone())
            }
        }
    }
}

fn check_length(xml: &str) -> Result<(), Error> {
    if xml.len() > MAX_MESSAGE {
        return Err(Error::TooLarge { limit: MAX_MESSAGE, received: xml.len() });
    }
    Ok(())
}
