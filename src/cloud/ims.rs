//! IMS 2019-08-15: the SAML identity providers of an account.

use data_encoding::BASE64;
use serde::Deserialize;

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;

/// A SAML identity provider of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SamlProvider {
    /// `acs:ram::<account>:saml-provider/<name>`.
    #[serde(rename = "Arn")]
    pub arn: String,
    /// The name.
    #[serde(rename = "SAMLProviderName")]
    pub name: String,
    /// Free text.
    #[serde(rename = "Description", default)]
    pub description: String,
    /// The metadata in Base64; only `GetSAMLProvider` gives it.
    #[serde(rename = "EncodedSAMLMetadataDocument", default)]
    pub encoded_metadata: String,
}

impl SamlProvider {
    /// The metadata as XML; `None` when it is not Base64.
    pub fn metadata(&self) -> Option<Vec<u8>> {
        BASE64.decode(self.encoded_metadata.as_bytes()).ok()
    }
}

/// A provider to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewSamlProvider<'a> {
    /// 1 to 128 letters, digits and `.-_`, none of which signs first or last.
    pub name: &'a str,
    /// Free text.
    pub description: &'a str,
    /// The identity provider's metadata as XML.
    pub metadata: &'a str,
}

/// What to change in a provider; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SamlProviderChanges<'a> {
    /// Free text.
    pub description: Option<&'a str>,
    /// The identity provider's metadata as XML.
    pub metadata: Option<&'a str>,
}

fn call(action: &'static str, name: &str) -> Call {
    Call::new(Product::Ims, action).with("SAMLProviderName", name)
}

/// Every function is the IMS action of the same name; its errors are [`Error`].
impl Account {
    /// Creates a provider.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the name is taken.
    pub fn create_saml_provider(&self, provider: &NewSamlProvider<'_>) -> Result<SamlProvider, Error> {
        let call = call("CreateSAMLProvider", provider.name)
            .with("Description", provider.description)
            .with_large("EncodedSAMLMetadataDocument", &BASE64.encode(provider.metadata.as_bytes()));
        Ok(self.send::<SamlProviderWire>(&call)?.provider)
    }

    /// Reads a provider with its metadata.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn get_saml_provider(&self, name: &str) -> Result<SamlProvider, Error> {
        Ok(self.send::<SamlProviderWire>(&call("GetSAMLProvider", name))?.provider)
    }

    /// Lists the account's providers without their metadata, all pages.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_saml_providers(&self) -> Result<Vec<SamlProvider>, Error> {
        self.marked(
            || Call::new(Product::Ims, "ListSAMLProviders"),
            |page: SamlProvidersWire| page.providers.provider,
        )
    }

    /// Changes a provider.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn update_saml_provider(
        &self,
        name: &str,
        changes: &SamlProviderChanges<'_>,
    ) -> Result<SamlProvider, Error> {
        let mut call = call("UpdateSAMLProvider", name).with_optional("NewDescription", changes.description);
        if let Some(metadata) = changes.metadata {
            call = call.with_large("NewEncodedSAMLMetadataDocument", &BASE64.encode(metadata.as_bytes()));
        }
        Ok(self.send::<SamlProviderWire>(&call)?.provider)
    }

    /// Deletes a provider.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn delete_saml_provider(&self, name: &str) -> Result<(), Error> {
        self.done(&call("DeleteSAMLProvider", name))
    }
}

#[derive(Deserialize)]
struct SamlProviderWire {
    #[serde(rename = "SAMLProvider")]
    provider: SamlProvider,
}

#[derive(Deserialize)]
struct SamlProvidersWire {
    #[serde(rename = "SAMLProviders")]
    providers: SamlProviderListWire,
}

#[derive(Deserialize)]
struct SamlProviderListWire {
    #[serde(rename = "SAMLProvider", default)]
    provider: Vec<SamlProvider>,
}
