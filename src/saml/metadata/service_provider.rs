//! Metadata of somebody else's service provider (saml-metadata-2.0-os §2.4.4).

use std::collections::BTreeSet;

use crate::base::Timestamp;
use crate::crypto::Certificate;

use super::super::document::Element;
use super::super::{AcsChoice, Error, NameIdFormat, name};
use super::entity::{Entity, certificates, location};

/// Endpoints of one kind that a role may have.
const MAX_ENDPOINTS: usize = 256;

/// What a service provider says of itself. That it says so makes it so only where an administrator, or a signature
/// that they trust, stands behind it.
#[derive(Clone, Debug)]
pub struct ServiceProvider {
    /// Its entity id.
    pub entity_id: String,
    /// The certificates of the keys that it signs with, in the order of the metadata; none where it does not sign.
    pub signing_certificates: Vec<Certificate>,
    /// The certificates of the keys that may be encrypted to; none where it does not decrypt.
    pub encryption_certificates: Vec<Certificate>,
    /// Where Responses are taken by POST, one or more, in the order of the metadata.
    pub assertion_consumer_services: Vec<AssertionConsumerService>,
    /// Where logout messages are taken.
    pub single_logout_services: Vec<SingleLogoutService>,
    /// The name identifiers that it takes, the best first; any where it says nothing.
    pub name_id_formats: Vec<NameIdFormat>,
    /// Whether it signs its requests, so that one which is not signed is not its own.
    pub signs_requests: bool,
    /// Whether it wants the assertion signed, and not the Response alone.
    pub wants_assertions_signed: bool,
    /// When the metadata stops being true, if it says so.
    pub valid_until: Option<Timestamp>,
}

/// Where a service provider takes Responses by POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionConsumerService {
    /// Its index, which no other has.
    pub index: u16,
    /// Its address.
    pub url: String,
    /// Whether it says that it is the default, or is not.
    pub is_default: Option<bool>,
}

/// By what logout messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogoutBinding {
    /// In an address, through the browser.
    Redirect,
    /// In a form, through the browser.
    Post,
    /// From server to server.
    Soap,
}

/// Where a service provider takes logout messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleLogoutService {
    /// By what.
    pub binding: LogoutBinding,
    /// Where requests go.
    pub url: String,
    /// Where answers go.
    pub response_url: String,
}

impl ServiceProvider {
    /// Reads an `md:EntityDescriptor` with one `md:SPSSODescriptor`, of at most 256 KiB. Endpoints of bindings that we
    /// do not send by are passed over.
    ///
    /// # Errors
    /// [`Error::Missing`] when it takes no Responses by POST, [`Error::Value`] for an address that is no web address
    /// and for an index that is none or stands twice, [`Error::Crypto`] for a certificate that cannot be used,
    /// [`Error::TooMany`]; else why it is not metadata.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        let entity = Entity::parse(xml)?;
        let role = entity.role("md:SPSSODescriptor")?;
        let formats = role.all("md:NameIDFormat").take(MAX_ENDPOINTS);
        let formats = formats.map(|format| Ok(NameIdFormat::from_uri(format.text()?.trim())));
        Ok(Self {
            entity_id: entity.id()?.to_owned(),
            signing_certificates: certificates(role, "signing")?,
            encryption_certificates: certificates(role, "encryption")?,
            assertion_consumer_services: assertion_consumer_services(role)?,
            single_logout_services: single_logout_services(role)?,
            name_id_formats: formats.collect::<Result<_, Error>>()?,
            signs_requests: is_said(role, "AuthnRequestsSigned"),
            wants_assertions_signed: is_said(role, "WantAssertionsSigned"),
            valid_until: entity.valid_until(role)?,
        })
    }

    /// Where an answer goes that is asked for like this; `None` where the metadata has no such place. By default it is
    /// the first that says it is the default, or else the first that does not say it is not, or else the first
    /// (saml-metadata-2.0-os §2.2.3).
    pub fn assertion_consumer_service(&self, choice: &AcsChoice) -> Option<&AssertionConsumerService> {
        let all = &self.assertion_consumer_services;
        match choice {
            AcsChoice::Url(url) => all.iter().find(|service| service.url == *url),
            AcsChoice::Index(index) => all.iter().find(|service| service.index == *index),
            AcsChoice::Default => {
                let said = all.iter().find(|service| service.is_default == Some(true));
                said.or_else(|| all.iter().find(|service| service.is_default.is_none())).or(all.first())
            }
        }
    }
}

fn assertion_consumer_services(role: &Element) -> Result<Vec<AssertionConsumerService>, Error> {
    let (mut services, mut indexes) = (Vec::new(), BTreeSet::new());
    for endpoint in role.all("md:AssertionConsumerService") {
        let index = endpoint.need_attribute("index")?;
        let number = index.trim().parse().ok().filter(|number| indexes.insert(*number));
        let Some(number) = number else {
            let (expected, received) = ("a number from 0 to 65535 that no other has", index.to_owned());
            return Err(Error::Value { what: "index", expected, received });
        };
        if indexes.len() > MAX_ENDPOINTS {
            return Err(Error::TooMany { what: "md:AssertionConsumerService", limit: MAX_ENDPOINTS });
        }
        if endpoint.attribute("Binding") != Some(name::HTTP_POST) {
            continue;
        }
        services.push(AssertionConsumerService {
            index: number,
            url: location(endpoint, "Location")?.to_owned(),
            is_default: endpoint.attribute("isDefault").map(|_said| is_said(endpoint, "isDefault")),
        });
    }
    if services.is_empty() { Err(role.lacks("md:AssertionConsumerService by POST")) } else { Ok(services) }
}

fn single_logout_services(role: &Element) -> Result<Vec<SingleLogoutService>, Error> {
    let mut services = Vec::new();
    for endpoint in role.all("md:SingleLogoutService") {
        let binding = match endpoint.attribute("Binding") {
            Some(name::HTTP_REDIRECT) => LogoutBinding::Redirect,
            Some(name::HTTP_POST) => LogoutBinding::Post,
            Some(name::SOAP) => LogoutBinding::Soap,
            _ => continue,
        };
        if services.len() >= MAX_ENDPOINTS {
            return Err(Error::TooMany { what: "md:SingleLogoutService", limit: MAX_ENDPOINTS });
        }
        let url = location(endpoint, "Location")?;
        let response_url = match endpoint.attribute("ResponseLocation") {
            None => url,
            Some(_) => location(endpoint, "ResponseLocation")?,
        };
        let (url, response_url) = (url.to_owned(), response_url.to_owned());
        services.push(SingleLogoutService { binding, url, response_url });
    }
    Ok(services)
}

/// Whether an attribute says yes.
fn is_said(element: &Element, attribute: &str) -> bool {
    matches!(element.attribute(attribute).map(str::trim), Some("true" | "1"))
}
