//! A query as it travelled: which of the binding's parameters stand in it, each once, and in which octets.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::saml::Error;

/// The names of the binding. Whatever else stands in the query is not looked at.
pub(super) const NAMES: [&str; 6] =
    ["SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"];

/// A parameter's value.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a> {
    /// The octets between its `=` and the next `&`.
    pub(super) octets: &'a str,
    name: &'static str,
}

impl Raw<'_> {
    /// What the octets say.
    ///
    /// # Errors
    /// [`Error::Value`] when that is not UTF-8.
    pub(super) fn text(&self) -> Result<String, Error> {
        decoded(self.octets).ok_or_else(|| self.refused("text in UTF-8"))
    }

    /// That the value is not what it should be.
    pub(super) fn refused(&self, expected: &'static str) -> Error {
        let received = self.octets.chars().take(256).collect();
        Error::Value { what: self.name, expected, received }
    }
}

/// The parameters of the binding in a query.
pub(super) struct Query<'a>([Option<&'a str>; NAMES.len()]);

impl<'a> Query<'a> {
    /// Finds them.
    ///
    /// # Errors
    /// [`Error::TooMany`] for one that stands twice: which of them counts is what receivers differ in.
    /// [`Error::Value`] for one whose name is spelled with escapes, so that only some would know it.
    pub(super) fn split(query: &'a str) -> Result<Self, Error> {
        let mut found = [None; NAMES.len()];
        for part in query.split('&') {
            let (name, octets) = part.split_once('=').unwrap_or((part, ""));
            let said = decoded(name);
            let known =
                NAMES.iter().zip(found.iter_mut()).find(|(known, _)| said.as_deref() == Some(**known));
            let Some((known, place)) = known else { continue };
            if name != *known {
                let received = name.chars().take(256).collect();
                return Err(Error::Value { what: known, expected: "its name as it is", received });
            }
            if place.replace(octets).is_some() {
                return Err(Error::TooMany { what: known, limit: 1 });
            }
        }
        Ok(Self(found))
    }

    /// The parameter of this name, one of [`NAMES`].
    pub(super) fn get(&self, name: &'static str) -> Option<Raw<'a>> {
        let place = NAMES.iter().position(|known| *known == name)?;
        let octets = (*self.0.get(place)?)?;
        Some(Raw { octets, name })
    }
}

/// What octets say once `+` and the escapes are undone; `None` when that is not UTF-8.
fn decoded(octets: &str) -> Option<String> {
    percent_decode_str(&octets.replace('+', " ")).decode_utf8().ok().map(Cow::into_owned)
}
