//! Whom an assertion is for, as expressions see them.

use std::collections::{BTreeMap, BTreeSet};

/// What is known of an application: what administrators call it, and what its metadata says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience<'a> {
    /// Its entity id.
    pub entity_id: &'a str,
    /// Its name.
    pub application_name: &'a str,
    /// The values of what its metadata says of it as an entity, by the name to the letter (saml-metadata-attr-v1.0 §2).
    pub entity_attributes: BTreeMap<&'a str, Vec<&'a str>>,
    /// The names of the attributes that its metadata asks for, in the set that the request chose (saml-metadata-2.0-os
    /// §2.4.4.1).
    pub requested: BTreeSet<&'a str>,
}

impl<'a> Audience<'a> {
    /// The values of an attribute of the entity, none of them empty; none where it has no such attribute.
    pub fn entity_attribute(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let values = self.entity_attributes.get(name).map(Vec::as_slice).unwrap_or_default();
        values.iter().copied().filter(|value| !value.is_empty())
    }
}
