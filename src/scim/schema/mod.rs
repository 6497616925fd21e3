//! Schemas and resource types (RFC 7643 §§3–8): the objects that `/Schemas` and `/ResourceTypes` print, and by
//! which everything else here reads, checks and shows attributes.

mod enterprise;
mod group;
mod resource_type;
mod shared;
#[cfg(test)]
mod tests;
mod user;
mod user_lists;

pub use enterprise::ENTERPRISE_USER;
pub use group::GROUP;
pub use resource_type::{GROUP_TYPE, Named, RESOURCE_TYPES, Resolved, ResourceType, USER_TYPE};
pub use shared::COMMON;
pub use user::USER;

/// What type an attribute's values have (RFC 7643 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 7643 §2.3")]
pub enum Kind {
    String,
    Boolean,
    Decimal,
    Integer,
    DateTime,
    Reference,
    Binary,
    Complex,
}

/// Who may write an attribute, and when (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 7643 §7")]
pub enum Mutability {
    ReadOnly,
    ReadWrite,
    Immutable,
    WriteOnly,
}

/// When an attribute stands in answers (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 7643 §7")]
pub enum Returned {
    Always,
    Never,
    Default,
    Request,
}

/// Among what a value is unique (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by RFC 7643 §7")]
pub enum Uniqueness {
    None,
    Server,
    Global,
}

/// An attribute or a sub-attribute with all its characteristics (RFC 7643 §7).
#[derive(Debug)]
pub struct Attribute {
    /// The name, in its one spelling; names are compared without case.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether it has any number of values.
    pub is_multi_valued: bool,
    /// For people.
    pub description: &'static str,
    /// Whether a resource must have it.
    pub is_required: bool,
    /// Suggested values; others are taken too.
    pub canonical_values: &'static [&'static str],
    /// Whether the case of a text matters.
    pub is_case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it stands in answers.
    pub returned: Returned,
    /// Among what it is unique.
    pub uniqueness: Uniqueness,
    /// What a reference may lead to.
    pub reference_types: &'static [&'static str],
    /// The parts of a complex one.
    pub sub_attributes: &'static [Attribute],
}

impl Attribute {
    /// A single text that may be read and written by everybody and whose case does not matter: what most
    /// attributes differ from in a thing or two.
    pub const TEXT: Self = Self {
        name: "",
        kind: Kind::String,
        is_multi_valued: false,
        description: "",
        is_required: false,
        canonical_values: &[],
        is_case_exact: false,
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        uniqueness: Uniqueness::None,
        reference_types: &[],
        sub_attributes: &[],
    };

    /// The sub-attribute of this name, in whatever case.
    pub fn sub(&self, name: &str) -> Option<&'static Self> {
        self.sub_attributes.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }
}

/// A schema: a set of attributes under a URN.
#[derive(Debug)]
pub struct Schema {
    /// The URN.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// The attributes.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute of this name, in whatever case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}
