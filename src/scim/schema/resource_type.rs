//! Resource types (RFC 7643 §6), and what a name means on one.

use std::fmt;

use super::super::path::AttributePath;
use super::{Attribute, COMMON, ENTERPRISE_USER, GROUP, Schema, USER};

/// A kind of resource and its endpoint (RFC 7643 §6).
#[derive(Debug)]
pub struct ResourceType {
    /// The name, `User`.
    pub name: &'static str,
    /// The endpoint below the base, `/Users`.
    pub endpoint: &'static str,
    /// For people.
    pub description: &'static str,
    /// The core schema.
    pub schema: &'static Schema,
    /// Extensions; none is required.
    pub extensions: &'static [&'static Schema],
}

/// An attribute that a name was found to mean; shown as its full name in the one spelling.
#[derive(Clone, Copy, Debug)]
pub struct Resolved {
    /// The schema extension that it belongs to; `None` for the core schema and the common attributes.
    pub extension: Option<&'static Schema>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// The sub-attribute.
    pub sub: Option<&'static Attribute>,
}

impl Resolved {
    /// The one whose value it is: the sub-attribute where there is one.
    pub fn leaf(&self) -> &'static Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    /// The same attribute with this sub-attribute.
    #[must_use]
    pub const fn with(self, sub: &'static Attribute) -> Self {
        Self { sub: Some(sub), ..self }
    }
}

impl fmt::Display for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(extension) = self.extension {
            write!(f, "{}:", extension.id)?;
        }
        f.write_str(self.attribute.name)?;
        self.sub.map_or(Ok(()), |sub| write!(f, ".{}", sub.name))
    }
}

/// What a text names on a resource type.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    /// A whole schema, by its URN alone; `None` is the core schema.
    Schema(Option<&'static Schema>),
    /// An attribute.
    Attribute(Resolved),
}

impl ResourceType {
    /// What a name means here: with a URN in front of it, an attribute of that schema; without one, an
    /// attribute of the core schema or a common one (RFC 7643 §3.1). All names without case.
    pub fn resolve(&'static self, path: &AttributePath) -> Option<Resolved> {
        self.resolve_parts(path.schema.as_deref(), &path.attribute, path.sub.as_deref())
    }

    /// What a text names here: `userName`, `name.givenName`, either with a URN and a colon in front of it, or
    /// a URN alone. All without case; the last colon ends the URN (RFC 7644 §3.10).
    pub fn named(&'static self, text: &str) -> Option<Named> {
        let (urn, name) = match text.rsplit_once(':') {
            None => (None, text),
            Some(_) if text.eq_ignore_ascii_case(self.schema.id) => return Some(Named::Schema(None)),
            Some((urn, name)) => match self.extension(text) {
                Some(extension) => return Some(Named::Schema(Some(extension))),
                None => (Some(urn), name),
            },
        };
        self.resolve_parts(urn, attribute(name), sub(name)).map(Named::Attribute)
    }

    /// What a name without a URN means inside a schema: the extension, or the core one.
    pub fn named_in(&'static self, extension: Option<&'static Schema>, name: &str) -> Option<Resolved> {
        self.resolve_parts(extension.map(|extension| extension.id), attribute(name), sub(name))
    }

    fn resolve_parts(
        &'static self,
        urn: Option<&str>,
        attribute: &str,
        sub: Option<&str>,
    ) -> Option<Resolved> {
        let (extension, attribute) = match urn {
            None => (None, self.core_attribute(attribute)?),
            Some(urn) if urn.eq_ignore_ascii_case(self.schema.id) => (None, self.core_attribute(attribute)?),
            Some(urn) => {
                let extension = self.extension(urn)?;
                (Some(extension), extension.attribute(attribute)?)
            }
        };
        let sub = match sub {
            None => None,
            Some(name) => Some(attribute.sub(name)?),
        };
        Some(Resolved { extension, attribute, sub })
    }

    /// The extension under this URN, in whatever case.
    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().find(|extension| extension.id.eq_ignore_ascii_case(urn)).copied()
    }

    /// Every attribute of the extension, or of the core schema and the common ones.
    pub fn attributes(&self, extension: Option<&'static Schema>) -> impl Iterator<Item = &'static Attribute> {
        let (common, own) = match extension {
            None => (COMMON, self.schema.attributes),
            Some(extension) => (Default::default(), extension.attributes),
        };
        common.iter().chain(own)
    }

    fn core_attribute(&self, name: &str) -> Option<&'static Attribute> {
        let common = COMMON.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
        common.or_else(|| self.schema.attribute(name))
    }
}

/// The name before the first dot.
fn attribute(name: &str) -> &str {
    name.split_once('.').map_or(name, |(attribute, _)| attribute)
}

/// The name behind the first dot.
fn sub(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, sub)| sub)
}

/// The resource types that are served.
pub static RESOURCE_TYPES: &[&ResourceType] = &[&USER_TYPE, &GROUP_TYPE];

/// Users.
pub static USER_TYPE: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: &USER,
    extensions: &[&ENTERPRISE_USER],
};

/// Groups.
pub static GROUP_TYPE: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group",
    schema: &GROUP,
    extensions: &[],
};
