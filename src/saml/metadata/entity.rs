//! What the metadata of every role says in the same words: who it is, and until when it is true.

use std::time::Duration;

use crate::base::Timestamp;

use super::super::document::{Comments, Element};
use super::super::moment::time;
use super::super::{Error, name};
use super::duration::duration;

/// Characters of an entity id (saml-core-2.0-os §8.3.6).
const MAX_ENTITY_ID: usize = 1024;

/// An `md:EntityDescriptor` as it was read, with the one role in it that was looked for.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) element: Element,
    /// What the lists say that it stands in.
    pub(super) inherited: Validity,
}

/// For how long metadata is true, and for how long it may be kept before it is fetched again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Validity {
    pub(super) until: Option<Timestamp>,
    pub(super) cache: Option<Duration>,
}

impl Validity {
    /// With what an element says as well: the earlier end counts, and the shorter time.
    ///
    /// # Errors
    /// [`Error::Value`] for what is no time and no duration.
    pub(super) fn and(self, element: &Element) -> Result<Self, Error> {
        let ends = [self.until, time(element, "validUntil")?];
        let caches = [self.cache, duration(element, "cacheDuration")?];
        Ok(Self { until: ends.into_iter().flatten().min(), cache: caches.into_iter().flatten().min() })
    }
}

impl Entity {
    /// Reads one.
    ///
    /// # Errors
    /// [`Error::Value`] when it is none; else why it is no XML.
    pub(super) fn parse(xml: &str) -> Result<Self, Error> {
        let entity = Element::parse(xml, Comments::Skip)?;
        if entity.is("md:EntityDescriptor") {
            return Ok(Self { element: entity, inherited: Validity::default() });
        }
        let (what, expected) = ("metadata", "md:EntityDescriptor");
        Err(Error::Value { what, expected, received: entity.shown() })
    }

    /// Its id.
    ///
    /// # Errors
    /// [`Error::Missing`], and those of [`check_entity_id`].
    pub(super) fn id(&self) -> Result<&str, Error> {
        let id = self.element.need_attribute("entityID")?;
        check_entity_id(id).map(|()| id)
    }

    /// Its one role of this name, which must speak SAML 2.0.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Misplaced`] for a second, [`Error::Value`] for another protocol.
    pub(super) fn role(&self, name: &'static str) -> Result<&Element, Error> {
        let role = self.element.one(name)?;
        let protocols = role.need_attribute("protocolSupportEnumeration")?;
        if protocols.split_ascii_whitespace().any(|protocol| protocol == name::SAMLP) {
            return Ok(role);
        }
        let (what, received) = ("protocolSupportEnumeration", protocols.to_owned());
        Err(Error::Value { what, expected: name::SAMLP, received })
    }

    /// For how long it is true, by itself, by the role, and by the lists that it stands in.
    ///
    /// # Errors
    /// [`Error::Value`] for what is no time and no duration.
    pub(super) fn validity(&self, role: &Element) -> Result<Validity, Error> {
        self.inherited.and(&self.element)?.and(role)
    }
}

/// An entity id is 1 to 1024 characters.
///
/// # Errors
/// [`Error::Value`].
pub(super) fn check_entity_id(id: &str) -> Result<(), Error> {
    if (1..=MAX_ENTITY_ID).contains(&id.chars().count()) {
        return Ok(());
    }
    let (expected, received) = ("1 to 1024 characters", id.chars().take(MAX_ENTITY_ID).collect());
    Err(Error::Value { what: "entityID", expected, received })
}
