//! A document for people: elements on lines of their own. It is for reading only, since the white space that it adds
//! is not what was signed.

use super::super::{Error, writer};
use super::{Element, Node, spell_value};

/// A start tag that is longer has its attributes on lines of their own.
const LONGEST_TAG: usize = 100;

impl Element {
    /// The document with two blanks before each level. An element that holds text stays on one line, with whatever is
    /// in it.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`]; never for a document that was read here.
    pub(in super::super) fn pretty(&self) -> Result<String, Error> {
        let mut xml = String::with_capacity(8 * 1024);
        self.lay_out(&mut xml, 0)?;
        Ok(xml)
    }

    fn lay_out(&self, xml: &mut String, level: usize) -> Result<(), Error> {
        let is_blank = |node: &Node| matches!(node, Node::Text(text) if text.trim_ascii().is_empty());
        let has_text = self.children.iter().any(|node| matches!(node, Node::Text(_)) && !is_blank(node));
        let indent = "  ".repeat(level);
        xml.push_str(&indent);
        self.start(xml, &indent)?;
        if self.children().next().is_none() && !has_text {
            xml.push_str("/>\n");
            return Ok(());
        }
        xml.push('>');
        if let [Node::Text(text)] = self.children.as_slice()
            && has_text
        {
            writer::escape_text(xml, &self.shown(), text.trim_ascii())?;
        } else if has_text {
            for node in &self.children {
                match node {
                    Node::Element(element) => element.spell(xml)?,
                    Node::Text(text) => writer::escape_text(xml, &self.shown(), text)?,
                }
            }
        } else {
            xml.push('\n');
            self.children().try_for_each(|child| child.lay_out(xml, level + 1))?;
            xml.push_str(&indent);
        }
        xml.push_str("</");
        xml.push_str(&self.shown());
        xml.push_str(">\n");
        Ok(())
    }

    /// The start tag without its end.
    fn start(&self, xml: &mut String, indent: &str) -> Result<(), Error> {
        let shown = self.shown();
        let mut parts = Vec::with_capacity(self.declarations.len() + self.attributes.len());
        for (prefix, namespace) in &self.declarations {
            let mut part = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            spell_value(&mut part, &shown, namespace)?;
            parts.push(part);
        }
        for attribute in &self.attributes {
            let mut part = match attribute.prefix.as_str() {
                "" => attribute.local.clone(),
                prefix => format!("{prefix}:{}", attribute.local),
            };
            spell_value(&mut part, &shown, &attribute.value)?;
            parts.push(part);
        }
        xml.push('<');
        xml.push_str(&shown);
        let length = indent.len() + shown.len() + parts.iter().map(|part| part.len() + 1).sum::<usize>();
        let is_long = length > LONGEST_TAG && parts.len() > 1;
        for part in parts {
            if is_long {
                xml.push('\n');
                xml.push_str(indent);
                xml.push_str("    ");
            } else {
                xml.push(' ');
            }
            xml.push_str(&part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Comments;
    use super::*;

    #[test]
    fn elements_stand_on_lines_of_their_own() {
        let pretty = |xml| Element::parse(xml, Comments::Refuse).unwrap().pretty().unwrap();
        assert_eq!(
            pretty("<a xmlns=\"urn:a\"><b> x &amp; y </b><c>\n<d z=\"&lt;&quot;\"/></c></a>"),
            "<a xmlns=\"urn:a\">\n  <b>x &amp; y</b>\n  <c>\n    <d z=\"&lt;&quot;\"/>\n  </c>\n</a>\n"
        );
        assert_eq!(pretty("<a><b>mixed <e/> with</b></a>"), "<a>\n  <b>mixed <e></e> with</b>\n</a>\n");
    }

    #[test]
    fn a_long_tag_has_a_line_for_each_attribute() {
        let xml = format!("<a one=\"{0}\" two=\"{0}\"/>", "x".repeat(60));
        let pretty = Element::parse(&xml, Comments::Refuse).unwrap().pretty().unwrap();
        assert_eq!(pretty, format!("<a\n    one=\"{0}\"\n    two=\"{0}\"/>\n", "x".repeat(60)));
    }
}
