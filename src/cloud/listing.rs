//! Lists of what an account has, all pages of them: what a comparison needs to find an object that
//! nobody remembers.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;

const PAGE_SIZE: usize = 1_000;
/// More than any account has; ends a listing whose cloud never does.
const MOST_PAGES: usize = 1_000;

/// An object of an account by its name, and whose it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Free text.
    pub description: String,
}

impl Account {
    /// Lists the roles.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_roles(&self) -> Result<Vec<Named>, Error> {
        let call = || Call::new(Product::Ram, "ListRoles");
        self.marked(call, |page: RolesWire| (page.roles.role, page.place))
    }

    /// Lists the custom policies.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_custom_policies(&self) -> Result<Vec<Named>, Error> {
        let call = || Call::new(Product::Ram, "ListPolicies").with("PolicyType", "Custom");
        self.marked(call, |page: PoliciesWire| (page.policies.policy, page.place))
    }

    /// Lists the SAML providers.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_saml_providers(&self) -> Result<Vec<Named>, Error> {
        let call = || Call::new(Product::Ims, "ListSAMLProviders");
        self.marked(call, |page: ProvidersWire| (page.providers.provider, page.place))
    }

    fn marked<W: DeserializeOwned>(
        &self,
        call: impl Fn() -> Call,
        read: impl Fn(W) -> (Vec<NamedWire>, PlaceWire),
    ) -> Result<Vec<Named>, Error> {
        let (mut all, mut marker) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let call = call().with("MaxItems", &PAGE_SIZE).with_optional("Marker", marker.as_ref());
            let (items, place) = read(self.send(&call)?);
            all.extend(
                items.into_iter().map(|item| Named { name: item.name, description: item.description }),
            );
            if !place.is_truncated {
                return Ok(all);
            }
            marker = place.marker;
        }
        Err(Error::Malformed { expected: "a list that ends".to_owned(), request_id: String::new() })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlaceWire {
    #[serde(default)]
    is_truncated: bool,
    marker: Option<String>,
}

#[derive(Deserialize)]
struct NamedWire {
    #[serde(alias = "RoleName", alias = "PolicyName", alias = "SAMLProviderName")]
    name: String,
    #[serde(rename = "Description", default)]
    description: String,
}

#[derive(Deserialize)]
struct RolesWire {
    #[serde(rename = "Roles")]
    roles: RoleListWire,
    #[serde(flatten)]
    place: PlaceWire,
}

#[derive(Deserialize)]
struct RoleListWire {
    #[serde(rename = "Role", default)]
    role: Vec<NamedWire>,
}

#[derive(Deserialize)]
struct PoliciesWire {
    #[serde(rename = "Policies")]
    policies: PolicyListWire,
    #[serde(flatten)]
    place: PlaceWire,
}

#[derive(Deserialize)]
struct PolicyListWire {
    #[serde(rename = "Policy", default)]
    policy: Vec<NamedWire>,
}

#[derive(Deserialize)]
struct ProvidersWire {
    #[serde(rename = "SAMLProviders")]
    providers: ProviderListWire,
    #[serde(flatten)]
    place: PlaceWire,
}

#[derive(Deserialize)]
struct ProviderListWire {
    #[serde(rename = "SAMLProvider", default)]
    provider: Vec<NamedWire>,
}
