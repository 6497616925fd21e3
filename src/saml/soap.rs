//! Envelopes of SOAP 1.1, from server to server (saml-bindings-2.0-os §3.2): one message is the body. Headers are for
//! others, but for one that says it must be understood.

use super::document::{Comments, Element};
use super::{Error, SignedMessage, name};

/// Characters of a fault that are kept.
const MAX_SHOWN: usize = 256;

/// The message in an envelope, as a document of its own.
///
/// # Errors
/// [`Error::TooLarge`] past 256 KiB; [`Error::NotUnderstood`] for a header that must be understood; [`Error::Status`]
/// for a fault; else why it is not an envelope with one message in it.
pub(super) fn message(envelope: &str) -> Result<Element, Error> {
    let envelope = Element::parse(envelope, Comments::Refuse)?;
    if !envelope.is("soap:Envelope") {
        let (expected, received) = ("soap:Envelope", envelope.shown());
        return Err(Error::Value { what: "message", expected, received });
    }
    envelope.check_no_text()?;
    let mut parts = envelope.children().peekable();
    if let Some(header) = parts.next_if(|part| part.is("soap:Header")) {
        check_header(header)?;
    }
    let body = parts.next().filter(|part| part.is("soap:Body")).ok_or_else(|| envelope.lacks("soap:Body"))?;
    body.check_no_text()?;
    let mut messages = body.children();
    let message = messages.next().ok_or_else(|| body.lacks("a message"))?;
    for (more, inside) in [(parts.next(), &envelope), (messages.next(), body)] {
        if let Some(more) = more {
            return Err(Error::Misplaced { received: more.shown(), inside: inside.shown() });
        }
    }
    if message.is("soap:Fault") {
        return Err(fault(message));
    }
    Ok(message.lifted(&[&envelope, body]))
}

fn check_header(header: &Element) -> Result<(), Error> {
    for block in header.children() {
        let must = block
            .attributes()
            .find(|(namespace, local, _)| (*namespace, *local) == (name::SOAP_ENVELOPE, "mustUnderstand"));
        match must.map(|(_, _, value)| value.trim()) {
            None | Some("0" | "false") => {}
            Some("1" | "true") => return Err(Error::NotUnderstood { received: block.shown() }),
            Some(other) => {
                let received = other.chars().take(MAX_SHOWN).collect();
                return Err(Error::Value { what: "soap:mustUnderstand", expected: "0 or 1", received });
            }
        }
    }
    Ok(())
}

/// What a fault says, where it says it.
fn fault(fault: &Element) -> Error {
    let said = |name| {
        let text = fault.one(name).and_then(Element::text).ok()?;
        Some(text.trim().chars().take(MAX_SHOWN).collect::<String>())
    };
    Error::Status { received: said("faultcode").unwrap_or_default(), message: said("faultstring") }
}

impl SignedMessage {
    /// The envelope that carries it, of the content type `text/xml` (saml-bindings-2.0-os §3.2.2.1).
    pub fn to_soap(&self) -> String {
        envelope(self.xml())
    }
}

/// Why an envelope was not taken. What is wrong with the message in it, a status says instead
/// (saml-bindings-2.0-os §3.2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoapFault {
    /// A header must be understood, and is not.
    MustUnderstand,
    /// The envelope is not one, or has no such message in it as is taken there.
    Client,
    /// It was our failure.
    Server,
}

impl SoapFault {
    /// The envelope that says so, to be sent with the HTTP status 500. It tells nothing of what was received.
    pub fn to_soap(self) -> String {
        let (code, reason) = match self {
            Self::MustUnderstand => ("MustUnderstand", "A header is not understood."),
            Self::Client => ("Client", "The envelope does not hold one well-formed message."),
            Self::Server => ("Server", "The message could not be processed."),
        };
        envelope(&format!(
            "<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{reason}</faultstring></soap:Fault>"
        ))
    }
}

fn envelope(content: &str) -> String {
    let namespace = name::SOAP_ENVELOPE;
    format!("<soap:Envelope xmlns:soap=\"{namespace}\"><soap:Body>{content}</soap:Body></soap:Envelope>")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::swap;
    use super::*;

    const OPEN: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:x=\"urn:x\" xmlns:y=\"urn:y\">";

    fn read(parts: &str) -> Result<Element, Error> {
        message(&format!("{OPEN}{parts}</s:Envelope>"))
    }

    #[test]
    fn a_message_stands_alone_with_the_names_that_it_had() {
        let read =
            read("<s:Body xmlns:x=\"urn:nearer\"><x:m a=\"1\" xmlns:y=\"urn:own\"><y:n/></x:m></s:Body>")
                .unwrap();
        let xml = read.to_xml().unwrap();
        let again = Element::parse(&xml, Comments::Refuse).unwrap();
        assert_eq!(again, read);
        for declaration in ["xmlns:x=\"urn:nearer\"", "xmlns:y=\"urn:own\"", "xmlns:s=\"http://schemas"] {
            assert_eq!(xml.matches(declaration).count(), 1, "{xml}");
        }
        assert!(!xml.contains("urn:y") && !xml.contains("urn:x\""), "{xml}");
    }

    #[test]
    fn an_envelope_holds_one_message() {
        let body = "<s:Body> <x:m/> </s:Body>";
        for good in [
            body.to_owned(),
            format!("\n<s:Header/>{body}\n"),
            format!("<s:Header><x:h/>text</s:Header>{body}"),
        ] {
            assert_eq!(read(&good).unwrap().shown(), "x:m");
        }
        for (bad, named) in [
            (String::new(), "soap:Body"),
            ("<s:Header/>".to_owned(), "soap:Body"),
            (format!("<x:m/>{body}"), "soap:Body"),
            (format!("<s:Header/><s:Header/>{body}"), "soap:Body"),
            ("<s:Body/>".to_owned(), "a message"),
            ("<s:Body>text</s:Body>".to_owned(), "text"),
            ("<s:Body>text<x:m/></s:Body>".to_owned(), "text"),
            (format!("text{body}"), "text"),
            ("<s:Body><x:m/><x:n/></s:Body>".to_owned(), "x:n"),
            (format!("{body}{body}"), "s:Body"),
            (format!("{body}<s:Header/>"), "s:Header"),
            (format!("{body}<x:trailer/>"), "x:trailer"),
        ] {
            let refusal = read(&bad).unwrap_err().to_string();
            assert!(refusal.contains(named), "{bad}: {refusal}");
        }
        let whole = format!("{OPEN}{body}</s:Envelope>");
        let newer = swap(
            &whole,
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http://www.w3.org/2003/05/soap-envelope",
        );
        for other in [newer.as_str(), "<x/>"] {
            assert!(matches!(message(other), Err(Error::Value { expected: "soap:Envelope", .. })), "{other}");
        }
        let commented = swap(&whole, "<x:m/>", "<!-- --><x:m/>");
        assert!(matches!(message(&commented), Err(Error::Forbidden { .. })));
    }

    #[test]
    fn a_header_is_passed_over_unless_it_must_be_understood() {
        let with = |attribute: &str| {
            read(&format!("<s:Header><x:h/><x:h {attribute}/></s:Header><s:Body><x:m/></s:Body>"))
        };
        for passed_over in ["", "s:mustUnderstand=\"0\"", "mustUnderstand=\"1\"", "x:mustUnderstand=\"1\""] {
            assert!(with(passed_over).is_ok(), "{passed_over}");
        }
        for must in ["1", "true", " 1 "] {
            let refusal = with(&format!("s:mustUnderstand=\"{must}\""));
            assert!(
                matches!(&refusal, Err(Error::NotUnderstood { received }) if received == "x:h"),
                "{refusal:?}"
            );
            assert!(refusal.unwrap_err().to_string().contains("x:h"));
        }
        let refusal = with("s:mustUnderstand=\"2\"");
        assert!(matches!(refusal, Err(Error::Value { what: "soap:mustUnderstand", .. })), "{refusal:?}");
    }

    #[test]
    fn a_fault_is_told_in_its_own_words() {
        for fault in [SoapFault::MustUnderstand, SoapFault::Client, SoapFault::Server] {
            let Err(Error::Status { received, message }) = message(&fault.to_soap()) else {
                panic!("{fault:?}")
            };
            assert_eq!(received, format!("soap:{fault:?}"));
            assert!(message.unwrap().ends_with('.'));
        }
        let long =
            format!("<s:Body><s:Fault><faultstring>{}</faultstring></s:Fault></s:Body>", "x".repeat(1_000));
        let refusal = read(&long);
        let is_cut = matches!(&refusal, Err(Error::Status { received, message: Some(message) })
            if received.is_empty() && message.len() == MAX_SHOWN);
        assert!(is_cut, "{refusal:?}");
    }
}
