//! A strict reader of the XML that SAML needs, and no more: elements, attributes and text.
//!
//! What it returns is a tree of what was understood. [`Element::to_xml`] spells that tree anew, so
//! that a second parser behind this one never sees bytes of the sender's.

mod parser;
mod pretty;

use std::collections::BTreeMap;

use super::{Error, name, writer};

use parser::Parser;

/// The most bytes of XML that are read.
pub(super) const MAX_BYTES: usize = 256 * 1024;
/// Bytes of XML of a message without an assertion. They are of a few kilobytes, and what it costs to verify one grows
/// faster than its length.
pub(super) const MAX_MESSAGE: usize = 64 * 1024;

/// Whether comments are skipped or refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// Skipped, but only between elements: one inside a text would split it.
    Skip,
    /// Refused.
    Refuse,
}

/// Namespaces by their prefixes, as they are declared around an element.
pub(super) type Scope = BTreeMap<String, String>;

/// An element and all that is in it.
#[derive(Clone, Debug)]
pub(super) struct Element {
    prefix: String,
    namespace: String,
    local: String,
    /// Prefix and namespace of each declaration made here.
    declarations: Vec<(String, String)>,
    /// In canonical order: by namespace, then by local name.
    attributes: Vec<Attribute>,
    children: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Attribute {
    namespace: String,
    local: String,
    prefix: String,
    value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Element(Element),
    Text(String),
}

impl Attribute {
    /// Its namespace and its local name: by these they are in canonical order.
    fn name(&self) -> (&str, &str) {
        (&self.namespace, &self.local)
    }
}

/// Elements are the same when a canonical form could not tell them apart, but for the prefixes.
impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.namespace == other.namespace
            && self.local == other.local
            && self.attributes == other.attributes
            && self.children == other.children
    }
}

impl Eq for Element {}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.namespace == other.namespace && self.local == other.local && self.value == other.value
    }
}

impl Eq for Attribute {}

impl Element {
    /// Reads a whole document.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::TooMany`], [`Error::Forbidden`] and [`Error::Malformed`].
    pub(super) fn parse(xml: &str, comments: Comments) -> Result<Self, Error> {
        if xml.len() > MAX_BYTES {
            return Err(Error::TooLarge { limit: MAX_BYTES, received: xml.len() });
        }
        Parser::new(xml.strip_prefix('\u{feff}').unwrap_or(xml), comments).document()
    }

    /// Reads one element as it would stand among the declarations of `scope`. It carries away those that it does not
    /// make itself, so that it can be spelled anew anywhere.
    ///
    /// # Errors
    /// As [`Element::parse`]; [`Error::Misplaced`] when there is more beside it than white space.
    pub(super) fn parse_within(xml: &str, scope: &Scope, comments: Comments) -> Result<Self, Error> {
        let context = Self {
            prefix: String::new(),
            namespace: String::new(),
            local: "context".to_owned(),
            declarations: scope.clone().into_iter().collect(),
            attributes: Vec::new(),
            children: Vec::new(),
        };
        let empty = context.to_xml()?;
        let end = "</context>";
        let whole = [empty.strip_suffix(end).unwrap_or(&empty), xml, end].concat();
        let context = Self::parse(&whole, comments)?;
        context.check_no_text()?;
        let mut elements = context.children();
        let element = elements.next().ok_or_else(|| context.lacks("an element"))?;
        match elements.next() {
            None => Ok(element.lifted(&[&context])),
            Some(more) => Err(Error::Misplaced { received: more.shown(), inside: context.shown() }),
        }
    }

    /// Prefix and namespace of each declaration made here.
    pub(super) fn declarations(&self) -> &[(String, String)] {
        &self.declarations
    }

    /// Whether it has this name, in our spelling.
    pub(super) fn is(&self, name: &'static str) -> bool {
        let (namespace, local) = name::expand(name);
        self.namespace == namespace && self.local == local
    }

    /// Its name for people: as it stands in the document.
    pub(super) fn shown(&self) -> String {
        match self.prefix.as_str() {
            "" => self.local.clone(),
            prefix => format!("{prefix}:{}", self.local),
        }
    }

    /// The value of an attribute without namespace.
    pub(super) fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.namespace.is_empty() && attribute.local == local)
            .map(|attribute| attribute.value.as_str())
    }

    /// The value of an attribute with a namespace, by its name in our spelling.
    pub(super) fn qualified_attribute(&self, name: &'static str) -> Option<&str> {
        let (namespace, local) = name::expand(name);
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|attribute| attribute.namespace == namespace && attribute.local == local);
        found.map(|attribute| attribute.value.as_str())
    }

    /// The value of an attribute that must be there.
    pub(super) fn need_attribute(&self, local: &'static str) -> Result<&str, Error> {
        self.attribute(local).ok_or_else(|| self.lacks(local))
    }

    /// That an element or attribute is missing in it.
    pub(super) fn lacks(&self, expected: &'static str) -> Error {
        Error::Missing { expected, inside: self.shown() }
    }

    /// Namespace, local name and value of each attribute.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.attributes.iter().map(|attribute| {
            (attribute.namespace.as_str(), attribute.local.as_str(), attribute.value.as_str())
        })
    }

    /// The elements in it, one level down.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements of this name in it, one level down.
    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children().filter(move |child| child.is(name))
    }

    /// The element of this name, if there is one; a second is refused.
    pub(super) fn at_most_one(&self, name: &'static str) -> Result<Option<&Self>, Error> {
        let mut found = self.all(name);
        let first = found.next();
        match found.next() {
            None => Ok(first),
            Some(second) => Err(Error::Misplaced { received: second.shown(), inside: self.shown() }),
        }
    }

    /// As [`Self::at_most_one`], to be changed.
    pub(super) fn at_most_one_mut(&mut self, name: &'static str) -> Result<Option<&mut Self>, Error> {
        self.at_most_one(name)?;
        Ok(self.children.iter_mut().find_map(|node| match node {
            Node::Element(element) if element.is(name) => Some(element),
            _ => None,
        }))
    }

    /// The one element of this name.
    pub(super) fn one(&self, name: &'static str) -> Result<&Self, Error> {
        self.at_most_one(name)?.ok_or_else(|| self.lacks(name))
    }

    /// Its text, exactly as it stands; an element among it is refused.
    pub(super) fn text(&self) -> Result<&str, Error> {
        match self.children.as_slice() {
            [] => Ok(""),
            [Node::Text(text)] => Ok(text),
            _ => {
                let received = self.children().next().map(Self::shown).unwrap_or_default();
                Err(Error::Misplaced { received, inside: self.shown() })
            }
        }
    }

    /// Calls `visit` for every element below this one, with the element that it stands in.
    pub(super) fn walk<'e>(
        &'e self,
        visit: &mut impl FnMut(&'e Self, &'e Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.children().try_for_each(|child| {
            visit(self, child)?;
            child.walk(visit)
        })
    }

    /// This element without its own signatures, as the enveloped-signature transform leaves it.
    pub(super) fn without_signature(&self) -> Self {
        let mut copy = Self { children: Vec::with_capacity(self.children.len()), ..self.shell() };
        for node in &self.children {
            match node {
                Node::Element(element) if element.is("ds:Signature") => {}
                // Text on both sides of what was taken out is one text.
                Node::Text(text) => copy.push_text(text),
                Node::Element(_) => copy.children.push(node.clone()),
            }
        }
        copy
    }

    /// This element as a document of its own, with the namespace declarations of the elements that it stands in, the
    /// outermost of them first. Its exclusive canonical form stays what it was.
    pub(super) fn lifted(&self, outer: &[&Self]) -> Self {
        let mut copy = self.clone();
        for (prefix, namespace) in outer.iter().rev().flat_map(|element| &element.declarations) {
            if !copy.declarations.iter().any(|(nearer, _)| nearer == prefix) {
                copy.declarations.push((prefix.clone(), namespace.clone()));
            }
        }
        copy.declarations.sort();
        copy
    }

    /// Refuses text among the elements in it, white space aside.
    pub(super) fn check_no_text(&self) -> Result<(), Error> {
        let is_text = |node: &Node| matches!(node, Node::Text(text) if !text.trim_ascii().is_empty());
        if self.children.iter().any(is_text) {
            return Err(Error::Misplaced { received: "text".to_owned(), inside: self.shown() });
        }
        Ok(())
    }

    /// The document spelled anew, with the same names, prefixes, values and declarations.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`]; never for a document that was read here.
    pub(super) fn to_xml(&self) -> Result<String, Error> {
        let mut xml = String::with_capacity(8 * 1024);
        self.spell(&mut xml)?;
        Ok(xml)
    }

    fn shell(&self) -> Self {
        Self {
            prefix: self.prefix.clone(),
            namespace: self.namespace.clone(),
            local: self.local.clone(),
            declarations: self.declarations.clone(),
            attributes: self.attributes.clone(),
            children: Vec::new(),
        }
    }

    fn spell(&self, xml: &mut String) -> Result<(), Error> {
        let shown = self.shown();
        xml.push('<');
        xml.push_str(&shown);
        for (prefix, namespace) in &self.declarations {
            xml.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            xml.push_str(prefix);
            spell_value(xml, &shown, namespace)?;
        }
        for attribute in &self.attributes {
            xml.push(' ');
            if !attribute.prefix.is_empty() {
                xml.push_str(&attribute.prefix);
                xml.push(':');
            }
            xml.push_str(&attribute.local);
            spell_value(xml, &shown, &attribute.value)?;
        }
        xml.push('>');
        for node in &self.children {
            match node {
                Node::Element(element) => element.spell(xml)?,
                Node::Text(text) => writer::escape_text(xml, &shown, text)?,
            }
        }
        xml.push_str("</");
        xml.push_str(&shown);
        xml.push('>');
        Ok(())
    }

    fn push_text(&mut self, text: &str) {
        match self.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.children.push(Node::Text(text.to_owned())),
        }
    }
}

fn spell_value(xml: &mut String, element: &str, value: &str) -> Result<(), Error> {
    xml.push_str("=\"");
    writer::escape_attribute(xml, element, value)?;
    xml.push('"');
    Ok(())
}
