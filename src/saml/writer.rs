//! Writes XML that already is in exclusive canonical form (xml-exc-c14n §3, without comments), so
//! that the bytes written are the bytes signed.
//!
//! The writer escapes every value and closes every element. Its callers owe it three things: a
//! namespace is declared on each outermost element that uses its prefix, declarations come first,
//! and attributes are in the order of their names. xmlsec1 checks all of it in the tests.

use data_encoding::BASE64;

use super::{Error, name};

/// Names and values in canonical order.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a str)];

pub(super) struct Writer {
    xml: String,
}

impl Writer {
    /// A writer with room for `capacity` bytes.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { xml: String::with_capacity(capacity) }
    }

    /// Writes an element whose content `content` writes.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.xml.push('<');
        self.xml.push_str(name);
        for (attribute, value) in attributes {
            self.xml.push(' ');
            self.xml.push_str(attribute);
            self.xml.push_str("=\"");
            escape_attribute(&mut self.xml, name, value)?;
            self.xml.push('"');
        }
        self.xml.push('>');
        content(self)?;
        self.xml.push_str("</");
        self.xml.push_str(name);
        self.xml.push('>');
        Ok(())
    }

    /// Writes an element that holds only text.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        text: &str,
    ) -> Result<(), Error> {
        self.element(name, attributes, |writer| escape_text(&mut writer.xml, name, text))
    }

    /// Writes an element that holds only Base64, in which nothing needs to be escaped.
    pub(super) fn bytes(&mut self, name: &'static str, bytes: &[u8]) -> Result<(), Error> {
        self.element(name, &[], |writer| {
            BASE64.encode_append(bytes, &mut writer.xml);
            Ok(())
        })
    }

    /// Writes an element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) -> Result<(), Error> {
        self.element(name, attributes, |_| Ok(()))
    }

    /// Writes an element that this writer has made before.
    pub(super) fn canonical(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    /// How many bytes have been written.
    pub(super) fn position(&self) -> usize {
        self.xml.len()
    }

    /// What has been written.
    pub(super) fn finish(self) -> String {
        self.xml
    }
}

/// Appends `text` as the content of `element` (xml-c14n11 §2.3, text nodes).
pub(super) fn escape_text(xml: &mut String, element: &str, text: &str) -> Result<(), Error> {
    escape(xml, element, text, |character| match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

/// Appends `text` as an attribute's value on `element` (xml-c14n11 §2.3, attribute nodes).
pub(super) fn escape_attribute(xml: &mut String, element: &str, text: &str) -> Result<(), Error> {
    escape(xml, element, text, |character| match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

fn escape(
    xml: &mut String,
    element: &str,
    text: &str,
    replacement: impl Fn(char) -> Option<&'static str>,
) -> Result<(), Error> {
    let mut rest = text;
    loop {
        let plain = rest.bytes().take_while(|byte| is_plain(*byte)).count();
        // Plain bytes are characters of one byte, so that the text can be cut behind them.
        let (run, tail) = rest.split_at_checked(plain).unwrap_or((rest, ""));
        xml.push_str(run);
        let mut characters = tail.chars();
        let Some(character) = characters.next() else { return Ok(()) };
        rest = characters.as_str();
        if let Some(replacement) = replacement(character) {
            xml.push_str(replacement);
        } else if name::is_legal(character) {
            xml.push(character);
        } else {
            return Err(Error::IllegalCharacter { element: element.to_owned(), character });
        }
    }
}

/// Whether a byte is a character that is written as it is wherever it stands; most are.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() -> Result<(), Error> {
        let mut writer = Writer::with_capacity(0);
        writer.text("a", &[("b", "\"<&>'\t\n\r")], "\"<&>'\t\n\r]]>")?;
        assert_eq!(
            writer.finish(),
            "<a b=\"&quot;&lt;&amp;>'&#x9;&#xA;&#xD;\">\"&lt;&amp;&gt;'\t\n&#xD;]]&gt;</a>"
        );
        Ok(())
    }

    #[test]
    fn what_xml_cannot_carry_is_refused_by_name() {
        for character in ['\u{0}', '\u{8}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            let value = format!("a{character}");
            let text = Writer::with_capacity(0).text("saml:NameID", &[], &value);
            let attribute = Writer::with_capacity(0).empty("saml:NameID", &[("Format", &value)]);
            for refusal in [text, attribute] {
                assert!(
                    matches!(&refusal, Err(Error::IllegalCharacter { element, character: refused })
                        if element == "saml:NameID" && *refused == character),
                    "{refusal:?}"
                );
            }
        }
    }
}
