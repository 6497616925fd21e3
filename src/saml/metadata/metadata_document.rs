//! A document with the metadata of one entity or of many (saml-metadata-2.0-os §2.3.1), brought by somebody who is
//! trusted, or signed by somebody who is (§3, and sstc-metadata-iop §2.1).

use crate::crypto::{BlockedAlgorithms, Certificate};

use super::super::document::{Comments, Element};
use super::super::{Error, gate, verify};
use super::entity::{Entity, Validity};

/// Entities that a document may have.
const MAX_ENTITIES: usize = 1_000;

/// The entities of a document, of at most 256 KiB and 1,000 entities.
#[derive(Clone, Debug)]
pub struct MetadataDocument {
    entities: Vec<Entity>,
}

impl MetadataDocument {
    /// Reads an `md:EntityDescriptor` or an `md:EntitiesDescriptor` that an administrator brought. A signature in it is
    /// not looked at.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::TooMany`]; [`Error::Value`] for what is no metadata, and for a `validUntil` or
    /// `cacheDuration` that is none; else why it is no XML.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        Self::read(Element::parse(xml, Comments::Skip)?)
    }

    /// As [`Self::parse`], of a document whose root is signed by one of `certificates`, and by nothing that is `blocked`;
    /// only what was signed is read. A certificate in the document is not looked at.
    ///
    /// # Errors
    /// As [`Self::parse`]; [`Error::Blocked`]; [`Error::Unsigned`] when the root is not signed, [`Error::NoCertificate`] when there are no
    /// keys, [`Error::Signature`] when none verifies, [`Error::NotWhatWasSigned`] when the signature covers something
    /// else than was read, [`Error::Misplaced`] for a signature elsewhere, and the algorithms that are not accepted.
    pub fn parse_signed(
        xml: &str,
        certificates: &[Certificate],
        blocked: BlockedAlgorithms,
    ) -> Result<Self, Error> {
        let root = Element::parse(xml, Comments::Skip)?;
        gate::check_metadata(&root)?;
        Self::read(verify::reduce(&root, &root, certificates, blocked)?)
    }

    /// The ids of the service providers in it, in their order.
    pub fn service_provider_ids(&self) -> Vec<&str> {
        let providers =
            self.entities.iter().filter(|entity| entity.element.all("md:SPSSODescriptor").next().is_some());
        providers.filter_map(|entity| entity.id().ok()).collect()
    }

    /// The one entity of this id; without an id, the one entity that there is.
    ///
    /// # Errors
    /// [`Error::Value`] when there is none such, or more than one.
    pub(super) fn entity(&self, entity_id: Option<&str>) -> Result<&Entity, Error> {
        let is_meant = |entity: &&Entity| {
            entity_id.is_none_or(|wanted| entity.element.attribute("entityID") == Some(wanted))
        };
        let found: Vec<_> = self.entities.iter().filter(is_meant).collect();
        if let [entity] = found.as_slice() {
            return Ok(entity);
        }
        let received = match entity_id {
            Some(id) => format!("{} of {id:?}", found.len()),
            None => found.len().to_string(),
        };
        Err(Error::Value { what: "md:EntityDescriptor", expected: "exactly one", received })
    }

    fn read(root: Element) -> Result<Self, Error> {
        let mut entities = Vec::new();
        if root.is("md:EntityDescriptor") {
            entities.push(Entity { element: root, inherited: Validity::default() });
        } else if root.is("md:EntitiesDescriptor") {
            gather(&root, Validity::default(), &mut entities)?;
        } else {
            let (what, expected) = ("metadata", "md:EntityDescriptor or md:EntitiesDescriptor");
            return Err(Error::Value { what, expected, received: root.shown() });
        }
        Ok(Self { entities })
    }
}

/// Adds the entities of a list, and of the lists in it.
fn gather(list: &Element, inherited: Validity, entities: &mut Vec<Entity>) -> Result<(), Error> {
    let inherited = inherited.and(list)?;
    for child in list.children() {
        if child.is("md:EntitiesDescriptor") {
            gather(child, inherited, entities)?;
        } else if child.is("md:EntityDescriptor") {
            if entities.len() >= MAX_ENTITIES {
                return Err(Error::TooMany { what: "md:EntityDescriptor", limit: MAX_ENTITIES });
            }
            entities.push(Entity { element: child.clone(), inherited });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
