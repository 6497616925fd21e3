//! Where a role takes messages (saml-metadata-2.0-os §2.2.2 and §2.2.3).

use super::super::document::Element;
use super::super::writer::Writer;
use super::super::{Error, name};
use super::text::{MAX_URI, index, is_said, is_web_address, said};

/// Endpoints of one kind that a role may have.
const MAX_ENDPOINTS: usize = 256;

/// Where a service provider takes Responses by POST.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// Where logout messages are taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SingleLogoutService {
    /// By what.
    pub binding: LogoutBinding,
    /// Where requests go.
    pub url: String,
    /// Where answers go.
    pub response_url: String,
}

impl LogoutBinding {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Redirect, Self::Post, Self::Soap];

    /// The URI of the binding (saml-bindings-2.0-os §3).
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Redirect => name::HTTP_REDIRECT,
            Self::Post => name::HTTP_POST,
            Self::Soap => name::SOAP,
        }
    }
}

impl AssertionConsumerService {
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        let index = self.index.to_string();
        let mut attributes = vec![("Binding", name::HTTP_POST), ("Location", &self.url), ("index", &index)];
        attributes.extend(self.is_default.map(|is_default| ("isDefault", said(is_default))));
        writer.empty("md:AssertionConsumerService", &attributes)
    }

    /// Those of a role that take Responses by POST, one or more.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, [`Error::Value`] for an address that is no web address and for an index
    /// that is none or stands twice, [`Error::TooMany`].
    pub(super) fn read_all(role: &Element) -> Result<Vec<Self>, Error> {
        let (mut services, mut indexes) = (Vec::new(), Vec::new());
        for endpoint in role.all("md:AssertionConsumerService") {
            let index = index(endpoint, &mut indexes, "index of md:AssertionConsumerService")?;
            if indexes.len() > MAX_ENDPOINTS {
                return Err(Error::TooMany { what: "md:AssertionConsumerService", limit: MAX_ENDPOINTS });
            }
            if endpoint.attribute("Binding") != Some(name::HTTP_POST) {
                continue;
            }
            services.push(Self {
                index,
                url: location(endpoint, "Location", "Location of md:AssertionConsumerService")?.to_owned(),
                is_default: endpoint.attribute("isDefault").map(|_said| is_said(endpoint, "isDefault")),
            });
        }
        if services.is_empty() {
            return Err(role.lacks("md:AssertionConsumerService by POST"));
        }
        Ok(services)
    }
}

impl SingleLogoutService {
    /// One that takes requests and answers at the same address.
    pub fn new(binding: LogoutBinding, url: impl Into<String>) -> Self {
        let url = url.into();
        Self { binding, response_url: url.clone(), url }
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        let mut attributes = vec![("Binding", self.binding.uri()), ("Location", &self.url)];
        if self.response_url != self.url {
            attributes.push(("ResponseLocation", &self.response_url));
        }
        writer.empty("md:SingleLogoutService", &attributes)
    }

    /// Those of a role by a binding that we know.
    ///
    /// # Errors
    /// [`Error::Value`] for an address that is no web address, [`Error::TooMany`].
    pub(super) fn read_all(role: &Element) -> Result<Vec<Self>, Error> {
        let mut services = Vec::new();
        for endpoint in role.all("md:SingleLogoutService") {
            let stated = endpoint.attribute("Binding");
            let binding = LogoutBinding::ALL.into_iter().find(|binding| stated == Some(binding.uri()));
            let Some(binding) = binding else { continue };
            if services.len() >= MAX_ENDPOINTS {
                return Err(Error::TooMany { what: "md:SingleLogoutService", limit: MAX_ENDPOINTS });
            }
            let url = location(endpoint, "Location", "Location of md:SingleLogoutService")?;
            let what = "ResponseLocation of md:SingleLogoutService";
            let response_url = match endpoint.attribute("ResponseLocation") {
                None => url,
                Some(_) => location(endpoint, "ResponseLocation", what)?,
            };
            let (url, response_url) = (url.to_owned(), response_url.to_owned());
            services.push(Self { binding, url, response_url });
        }
        Ok(services)
    }
}

/// The address of an endpoint, in this attribute; `what` says to people which. Browsers are sent there, so nothing
/// that a browser would run instead of visit, and nothing that two readers could take for two addresses.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Value`] when it is no http or https URL of at most 2048 characters.
pub(super) fn location<'e>(
    endpoint: &'e Element,
    attribute: &'static str,
    what: &'static str,
) -> Result<&'e str, Error> {
    let location = endpoint.need_attribute(attribute)?;
    if is_web_address(location) && location.len() <= MAX_URI {
        return Ok(location);
    }
    let expected = "an http or https URL of at most 2048 characters, without fragment";
    Err(Error::Value { what, expected, received: location.chars().take(MAX_URI).collect() })
}

/// Refuses an address that others on the way could read: it must be https, or of this very machine.
///
/// # Errors
/// [`Error::Value`], naming `what`.
pub(super) fn check_transport(url: &str, what: &'static str) -> Result<(), Error> {
    let host = |url: &str| {
        let authority = url.strip_prefix("http://")?.split(['/', '?']).next()?.to_owned();
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        match authority.rsplit_once(':') {
            Some((host, port)) if is_port(port) => Some(host.to_owned()),
            _ => Some(authority),
        }
    };
    let is_local = host(url).is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str()));
    if url.starts_with("https://") || is_local {
        return Ok(());
    }
    Err(Error::Value { what, expected: "an https URL", received: url.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_encryption_are_of_this_machine_only() {
        for url in [
            "https://app.example.com/acs",
            "http://localhost/acs",
            "http://localhost:8080/acs",
            "http://127.0.0.1:1?x",
            "http://[::1]",
            "http://[::1]:8080/acs",
        ] {
            assert!(check_transport(url, "Location").is_ok(), "{url}");
        }
        for url in [
            "http://app.example.com/acs",
            "http://localhost.evil.example/",
            "http://localhost:8080@evil.example/",
            "http://localhost@evil.example/",
            "http://127.0.0.1.evil.example:80/",
            "ftp://localhost/",
        ] {
            let refusal = check_transport(url, "Location").unwrap_err().to_string();
            assert!(refusal.starts_with("Location: expected an https URL, received \""), "{refusal}");
        }
    }
}
