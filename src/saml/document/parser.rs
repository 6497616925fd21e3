//! The events of quick-xml, made into a tree. quick-xml leaves several rules of XML to its caller;
//! they are kept here: legal characters and names, one root, no text beside it, declared prefixes.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute as RawAttribute;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, BytesText, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::{Attribute, Comments, Element, Error, Node, name};

const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 10_000;
/// Of one element, its namespace declarations among them.
const MAX_ATTRIBUTES: usize = 32;
/// Namespace declarations of an element and of those around it. Whoever makes canonical form of them goes through all of
/// these at each element.
const MAX_DECLARATIONS: usize = 64;

pub(super) struct Parser<'x> {
    reader: NsReader<&'x [u8]>,
    comments: Comments,
    /// The elements that are not closed yet, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
    is_after_comment: bool,
}

impl<'x> Parser<'x> {
    pub(super) fn new(xml: &'x str, comments: Comments) -> Self {
        let mut reader = NsReader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, comments, open: Vec::new(), root: None, elements: 0, is_after_comment: false }
    }

    pub(super) fn document(mut self) -> Result<Element, Error> {
        let mut is_start = true;
        loop {
            let event = match self.reader.read_event() {
                Ok(event) => event,
                Err(_unreadable) => return Err(self.malformed("markup, or more names than are accepted")),
            };
            match event {
                Event::Decl(declaration) if is_start => self.declaration(&declaration)?,
                Event::Decl(_) => return Err(self.malformed("an XML declaration stands at the start only")),
                Event::DocType(_) => return Err(self.forbidden("a document type")),
                Event::PI(_) => return Err(self.forbidden("a processing instruction")),
                Event::CData(_) => return Err(self.forbidden("a CDATA section")),
                Event::Comment(_) => self.comment()?,
                Event::Start(start) => self.start(&start)?,
                Event::Empty(_) => return Err(self.malformed("markup")),
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text)?,
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Eof => break,
            }
            is_start = false;
        }
        match self.root.take() {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(self.malformed("the document ends too early")),
        }
    }

    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), Error> {
        let is_version_1_0 = declaration.version().is_ok_and(|version| version.as_ref() == b"1.0");
        let is_utf8 = match declaration.encoding() {
            None => true,
            Some(encoding) => encoding.is_ok_and(|encoding| encoding.eq_ignore_ascii_case(b"utf-8")),
        };
        if is_version_1_0 && is_utf8 {
            Ok(())
        } else {
            Err(self.malformed("XML 1.0 in UTF-8 is read, nothing else"))
        }
    }

    fn comment(&mut self) -> Result<(), Error> {
        let splits_text = self.open.last().is_some_and(
            |parent| matches!(parent.children.last(), Some(Node::Text(text)) if !is_blank(text)),
        );
        if self.comments == Comments::Refuse || splits_text {
            return Err(self.forbidden("a comment"));
        }
        self.is_after_comment = true;
        Ok(())
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        self.is_after_comment = false;
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Error::TooMany { what: "elements", limit: MAX_ELEMENTS });
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Error::TooMany { what: "levels of elements", limit: MAX_DEPTH });
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.malformed("a document has one root"));
        }
        let (namespace, _) = self.reader.resolver().resolve_element(start.name());
        let namespace = self.namespace(&namespace)?;
        let (prefix, local) = self.qualified(start.name())?;
        let mut element = Element {
            prefix,
            namespace,
            local,
            declarations: Vec::new(),
            attributes: Vec::new(),
            children: Vec::new(),
        };
        for (count, attribute) in start.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(Error::TooMany { what: "attributes of one element", limit: MAX_ATTRIBUTES });
            }
            let attribute = attribute.map_err(|_ignored| self.malformed("attribute"))?;
            self.attribute(&attribute, &mut element)?;
        }
        element.attributes.sort_by(|one, two| one.name().cmp(&two.name()));
        let is_twice = |pair: &[Attribute]| matches!(pair, [one, two] if one.name() == two.name());
        if element.attributes.windows(2).any(is_twice) {
            return Err(self.malformed("an attribute is given twice"));
        }
        element.declarations.sort();
        let around: usize = self.open.iter().map(|outer| outer.declarations.len()).sum();
        if around + element.declarations.len() > MAX_DECLARATIONS {
            return Err(Error::TooMany { what: "namespaces in scope", limit: MAX_DECLARATIONS });
        }
        self.open.push(element);
        Ok(())
    }

    fn attribute(&self, attribute: &RawAttribute<'_>, element: &mut Element) -> Result<(), Error> {
        if attribute.value.contains(&b'<') {
            return Err(self.malformed("'<' in the value of an attribute"));
        }
        if let Some(declared) = attribute.key.as_namespace_binding() {
            let prefix = match declared {
                PrefixDeclaration::Default => b"",
                PrefixDeclaration::Named(prefix) => prefix,
            };
            let namespace = self.utf8(&attribute.value)?;
            // quick-xml does not unescape namespaces, and libxml2 cannot canonicalise what is no URI.
            let is_uri = namespace.contains(':')
                && namespace.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"&<>\\^`{|}".contains(&byte));
            let is_undeclared = prefix.is_empty() && namespace.is_empty();
            if !is_uri && !is_undeclared {
                return Err(self.malformed("a namespace is an absolute URI"));
            }
            let prefix = self.utf8(prefix)?;
            if !prefix.is_empty() && !name::is_ncname(&prefix) {
                return Err(self.malformed("name"));
            }
            element.declarations.push((prefix, namespace));
            return Ok(());
        }
        let (namespace, _) = self.reader.resolver().resolve_attribute(attribute.key);
        let namespace = self.namespace(&namespace)?;
        let (prefix, local) = self.qualified(attribute.key)?;
        let value = attribute
            .normalized_value(XmlVersion::Explicit1_0)
            .map_err(|_ignored| self.malformed("a reference to an entity that XML does not define"))?
            .into_owned();
        self.legal(&value, || element.shown())?;
        element.attributes.push(Attribute { namespace, local, prefix, value });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        self.is_after_comment = false;
        let Some(closed) = self.open.pop() else { return Err(self.malformed("an end without a start")) };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(closed)),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn text(&mut self, text: &BytesText<'_>) -> Result<(), Error> {
        let text = text.xml10_content().map_err(|_ignored| self.malformed("UTF-8"))?;
        if text.contains("]]>") {
            return Err(self.malformed("']]>' in a text"));
        }
        self.push_text(&text)
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Error> {
        let unknown = "a reference to an entity that XML does not define";
        if self.open.is_empty() {
            return Err(self.malformed("text beside the root"));
        }
        let character = reference.resolve_char_ref().map_err(|_ignored| self.malformed(unknown))?;
        if let Some(character) = character {
            return self.push_text(character.encode_utf8(&mut [0; 4]));
        }
        let entity = self.utf8(reference)?;
        let text = resolve_predefined_entity(&entity).ok_or_else(|| self.malformed(unknown))?;
        self.push_text(text)
    }

    fn push_text(&mut self, text: &str) -> Result<(), Error> {
        self.legal(text, || self.open.last().map(Element::shown).unwrap_or_default())?;
        if self.is_after_comment && !is_blank(text) {
            return Err(self.forbidden("a comment"));
        }
        match self.open.last_mut() {
            Some(parent) => parent.push_text(text),
            None if is_blank(text) => {}
            None => return Err(self.malformed("text beside the root")),
        }
        Ok(())
    }

    fn qualified(&self, name: QName<'_>) -> Result<(String, String), Error> {
        let (local, prefix) = name.decompose();
        let local = self.utf8(local.as_ref())?;
        let prefix = prefix.map(|prefix| self.utf8(prefix.as_ref())).transpose()?;
        if !name::is_ncname(&local) || prefix.as_deref().is_some_and(|prefix| !name::is_ncname(prefix)) {
            return Err(self.malformed("name"));
        }
        Ok((prefix.unwrap_or_default(), local))
    }

    fn namespace(&self, resolved: &ResolveResult<'_>) -> Result<String, Error> {
        match resolved {
            ResolveResult::Unbound => Ok(String::new()),
            ResolveResult::Bound(namespace) => self.utf8(namespace.as_ref()),
            ResolveResult::Unknown(_) => Err(self.malformed("a prefix that is not declared")),
        }
    }

    fn legal(&self, text: &str, element: impl Fn() -> String) -> Result<(), Error> {
        match text.chars().find(|character| !name::is_legal(*character)) {
            None => Ok(()),
            Some(character) => Err(Error::IllegalCharacter { element: element(), character }),
        }
    }

    fn utf8(&self, bytes: &[u8]) -> Result<String, Error> {
        String::from_utf8(bytes.to_vec()).map_err(|_ignored| self.malformed("UTF-8"))
    }

    fn malformed(&self, rule: &'static str) -> Error {
        Error::Malformed { offset: self.reader.buffer_position(), rule }
    }

    fn forbidden(&self, construct: &'static str) -> Error {
        Error::Forbidden { construct, offset: self.reader.buffer_position() }
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
