//! Texts in metadata, with their bounds. What we act on is refused where it is out of bounds; what only people read
//! is passed over, since nobody's sign-in should fail for the length of a description.

use super::super::document::Element;
use super::super::writer::Writer;
use super::super::{Error, name};

/// Texts of one kind that an entity may have: one in each language, and then some.
pub(super) const MAX_TEXTS: usize = 128;
/// Characters of a name that people read.
pub(super) const MAX_NAME: usize = 256;
/// Characters of a text that people read.
pub(super) const MAX_TEXT: usize = 4096;
/// Characters of an address or of another URI.
pub(super) const MAX_URI: usize = 2048;

const ENGLISH: &str = "en";
/// As long as RFC 5646 §4.4.1 says that a language should ever need.
const MAX_LANGUAGE: usize = 35;

/// A text, or the address of a page, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocalizedText {
    /// The language (RFC 5646).
    pub language: String,
    /// The text.
    pub text: String,
}

impl LocalizedText {
    /// A text in English.
    pub fn english(text: impl Into<String>) -> Self {
        Self { language: ENGLISH.to_owned(), text: text.into() }
    }

    pub(super) fn write(&self, writer: &mut Writer, element: &'static str) -> Result<(), Error> {
        writer.text(element, &[("xml:lang", &self.language)], &self.text)
    }

    /// The texts in `parent` that have this name; English where they do not say.
    pub(super) fn read_all(parent: &Element, element: &'static str, limit: usize) -> Vec<Self> {
        let texts = parent.all(element).filter_map(|element| {
            let text = readable(element, limit)?;
            Some(Self { language: language(element).unwrap_or(ENGLISH).to_owned(), text })
        });
        texts.take(MAX_TEXTS).collect()
    }

    /// As [`Self::read_all`], of pages: web addresses alone.
    pub(super) fn read_pages(parent: &Element, element: &'static str) -> Vec<Self> {
        let mut pages = Self::read_all(parent, element, MAX_URI);
        pages.retain(|page| is_web_address(&page.text));
        pages
    }
}

/// The language that an element is in, if it says so.
pub(super) fn language(element: &Element) -> Option<&str> {
    let language = element.qualified_attribute("xml:lang")?;
    let is_tag = language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_tag && (1..=MAX_LANGUAGE).contains(&language.len())).then_some(language)
}

/// The text of an element for people to read: nothing where there is none, or too much.
pub(super) fn readable(element: &Element, limit: usize) -> Option<String> {
    let text = element.text().ok()?.trim();
    (!text.is_empty() && text.chars().count() <= limit).then(|| text.to_owned())
}

/// A URI or name that we compare with.
///
/// # Errors
/// [`Error::Value`], naming `what`, when it is empty or longer than 1024 characters.
pub(super) fn identifier(what: &'static str, text: &str) -> Result<String, Error> {
    const MAX: usize = 1024;
    let text = text.trim();
    if (1..=MAX).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let (expected, received) = ("1 to 1024 characters", text.chars().take(MAX).collect());
    Err(Error::Value { what, expected, received })
}

/// Whether a browser may be sent there: nothing that it would run instead of visit, and nothing that two readers
/// could take for two addresses.
pub(super) fn is_web_address(address: &str) -> bool {
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let is_plain = !address.chars().any(|character| character.is_whitespace() || character.is_control());
    is_web && is_plain && !address.contains(['\\', '#'])
}

/// Whether an attribute says yes.
pub(super) fn is_said(element: &Element, attribute: &str) -> bool {
    matches!(element.attribute(attribute).map(str::trim), Some("true" | "1"))
}

/// How yes and no are written.
pub(super) fn said(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

/// The number by which requests choose this element, which must be in none of the `seen`.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Value`] for what is no such number, and for a second of the same.
pub(super) fn index(element: &Element, seen: &mut Vec<u16>, what: &'static str) -> Result<u16, Error> {
    let received = element.need_attribute("index")?;
    match received.trim().parse() {
        Ok(number) if !seen.contains(&number) => {
            seen.push(number);
            Ok(number)
        }
        _ => {
            let expected = "a number from 0 to 65535 that no other has";
            Err(Error::Value { what, expected, received: received.to_owned() })
        }
    }
}

/// Writes `md:Extensions` around what `content` writes, and nothing where that is nothing.
pub(super) fn write_extensions(
    writer: &mut Writer,
    content: impl FnOnce(&mut Writer) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut inside = Writer::with_capacity(1024);
    content(&mut inside)?;
    let inside = inside.finish();
    if inside.is_empty() {
        return Ok(());
    }
    writer.element("md:Extensions", &[], |writer| {
        writer.canonical(&inside);
        Ok(())
    })
}

/// What stands in the extensions of an element, under this name.
pub(super) fn extensions<'e>(element: &'e Element, name: &'static str) -> impl Iterator<Item = &'e Element> {
    element.all("md:Extensions").flat_map(move |extensions| extensions.all(name))
}

/// The URIs of the algorithms that an element or else another lists in its extensions (saml-metadata-algsupport-v1.0
/// §2.3): the nearer list counts.
///
/// # Errors
/// Those of [`identifier`], and [`Error::TooMany`].
pub(super) fn algorithms(near: &Element, far: &Element, element: &'static str) -> Result<Vec<String>, Error> {
    const MAX: usize = 64;
    let list = |of: &Element| {
        let methods = extensions(of, element).take(MAX + 1);
        let methods = methods.map(|method| identifier(element, method.need_attribute("Algorithm")?));
        methods.collect::<Result<Vec<_>, _>>()
    };
    let found = list(near)?;
    let found = if found.is_empty() { list(far)? } else { found };
    if found.len() > MAX { Err(Error::TooMany { what: element, limit: MAX }) } else { Ok(found) }
}

/// Writes what [`algorithms`] reads.
pub(super) fn write_algorithms(
    writer: &mut Writer,
    element: &'static str,
    methods: &[impl AsRef<str>],
) -> Result<(), Error> {
    methods.iter().try_for_each(|method| {
        writer.empty(element, &[("xmlns:alg", name::ALG), ("Algorithm", method.as_ref())])
    })
}
