//! What people are shown of an entity (sstc-saml-metadata-ui-v1.0 §2.1).

use super::super::document::Element;
use super::super::writer::Writer;
use super::super::{Error, name};
use super::text::{LocalizedText, MAX_NAME, MAX_TEXT, MAX_TEXTS, extensions, is_web_address, language};

/// Characters of the address of a logo that has the picture in it.
const MAX_PICTURE: usize = 64 * 1024;
/// Characters of the address of a logo that has it elsewhere.
const MAX_ADDRESS: usize = 2048;
/// Pixels of a logo, either way.
const MAX_PIXELS: u32 = 10_000;

/// What people are shown of an entity, in as many languages as it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UiInfo {
    /// Its names, of at most 256 characters each.
    pub display_names: Vec<LocalizedText>,
    /// What it is for, of at most 4096 characters each.
    pub descriptions: Vec<LocalizedText>,
    /// Pages about it.
    pub information_urls: Vec<LocalizedText>,
    /// What it does with personal data.
    pub privacy_statement_urls: Vec<LocalizedText>,
    /// Its logos, in different sizes and languages.
    pub logos: Vec<Logo>,
}

/// A picture that stands for an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Its address: `https:`, or `data:image/`.
    pub url: String,
    /// Its width in pixels, at least 1.
    pub width: u32,
    /// Its height in pixels, at least 1.
    pub height: u32,
    /// The language of what stands in it, if any does.
    pub language: Option<String>,
}

impl UiInfo {
    /// The name in this language, or else in English, or else the first.
    pub fn display_name(&self, language: &str) -> Option<&str> {
        let names = &self.display_names;
        let find = |language: &str| names.iter().find(|name| name.language.eq_ignore_ascii_case(language));
        let name = find(language).or_else(|| find("en")).or(names.first());
        name.map(|name| name.text.as_str())
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Writes the element, and nothing where there is nothing in it.
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        writer.element("mdui:UIInfo", &[("xmlns:mdui", name::MDUI)], |writer| {
            for (element, texts) in [
                ("mdui:DisplayName", &self.display_names),
                ("mdui:Description", &self.descriptions),
                ("mdui:InformationURL", &self.information_urls),
                ("mdui:PrivacyStatementURL", &self.privacy_statement_urls),
            ] {
                texts.iter().try_for_each(|text| text.write(writer, element))?;
            }
            self.logos.iter().try_for_each(|logo| logo.write(writer))
        })
    }

    /// Reads that of a role. What is out of its bounds, and a logo of another address, is passed over.
    pub(super) fn read(role: &Element) -> Self {
        let Some(info) = extensions(role, "mdui:UIInfo").next() else { return Self::default() };
        Self {
            display_names: LocalizedText::read_all(info, "mdui:DisplayName", MAX_NAME),
            descriptions: LocalizedText::read_all(info, "mdui:Description", MAX_TEXT),
            information_urls: LocalizedText::read_pages(info, "mdui:InformationURL"),
            privacy_statement_urls: LocalizedText::read_pages(info, "mdui:PrivacyStatementURL"),
            logos: info.all("mdui:Logo").filter_map(Logo::read).take(MAX_TEXTS).collect(),
        }
    }
}

impl Logo {
    fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        let (width, height) = (self.width.to_string(), self.height.to_string());
        let mut attributes = vec![("height", height.as_str()), ("width", width.as_str())];
        attributes.extend(self.language.as_deref().map(|language| ("xml:lang", language)));
        writer.text("mdui:Logo", &attributes, &self.url)
    }

    fn read(element: &Element) -> Option<Self> {
        let pixels = |attribute| {
            let number = element.attribute(attribute)?.trim().parse().ok()?;
            (1..=MAX_PIXELS).contains(&number).then_some(number)
        };
        let text = element.text().ok()?.trim();
        let url = if text.starts_with("data:image/") && text.len() <= MAX_PICTURE {
            // Base 64 comes in lines.
            text.split_ascii_whitespace().collect()
        } else if text.starts_with("https://") && text.len() <= MAX_ADDRESS && is_web_address(text) {
            text.to_owned()
        } else {
            return None;
        };
        Some(Self {
            url,
            width: pixels("width")?,
            height: pixels("height")?,
            language: language(element).map(str::to_owned),
        })
    }
}
