//! Which cloud: the table of what differs between the local cloud and the vendor's two sites.

use serde::{Deserialize, Serialize};

use crate::base::{Clock, Secret};
use crate::cloud::{Cloud, Endpoint, Pause, Retry, Site, Surroundings, Timeouts};
use crate::crypto::Random;
use crate::domain::CloudSite;
use crate::rpc::AccessKey;

/// `[cloud]` of the configuration: a cloud to use in place of the embedded local one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CloudSection {
    site: SiteName,
    /// Where a local cloud's APIs are, `host:port`.
    endpoint: Option<String>,
    /// Where a local cloud's pages are, `http://host:port`.
    base_url: Option<String>,
    access_key_id: String,
    access_key_secret: Secret,
    /// What the names of our objects in an account begin with.
    object_prefix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SiteName {
    Local,
    China,
    International,
}

impl CloudSection {
    /// A local cloud that listens at `endpoint`.
    pub(super) fn local(endpoint: String, base_url: String, key: &AccessKey) -> Self {
        Self {
            site: SiteName::Local,
            endpoint: Some(endpoint),
            base_url: Some(base_url),
            access_key_id: key.id.clone(),
            access_key_secret: key.secret.clone(),
            object_prefix: None,
        }
    }

    /// The section as TOML, for the configuration of another replica.
    pub(super) fn to_toml(&self) -> toml::Table {
        let mut table = toml::Table::new();
        let mut set = |name: &str, value: &str| table.insert(name.to_owned(), value.into());
        set("site", "local");
        set("endpoint", self.endpoint.as_deref().unwrap_or_default());
        set("base_url", self.base_url.as_deref().unwrap_or_default());
        set("access_key_id", &self.access_key_id);
        set("access_key_secret", self.access_key_secret.expose());
        table
    }

    /// The cloud as console logons and provisioning see it.
    pub(super) fn console(&self) -> Result<CloudSite, String> {
        Ok(match self.site {
            SiteName::Local => local_site(self.base_url.as_deref().ok_or("cloud.base_url is missing")?),
            SiteName::China => vendor_site("aliyun.com", "urn:alibaba:cloudcomputing", self.prefix()),
            SiteName::International => {
                vendor_site("alibabacloud.com", "urn:alibaba:cloudcomputing:international", self.prefix())
            }
        })
    }

    /// The cloud as the driver reaches it.
    pub(super) fn driver(&self, clock: Clock, random: Random) -> Result<Cloud, String> {
        let endpoint =
            |text: &str| Endpoint::parse(text).ok_or_else(|| format!("cloud.endpoint: {text:?} is none"));
        let own = self.endpoint.as_ref().map(|endpoint| format!("http://{endpoint}"));
        let is_local = self.site == SiteName::Local;
        let at = |name: &str| match &own {
            Some(own) if is_local => endpoint(own),
            None if is_local => Err("cloud.endpoint is missing".to_owned()),
            _ => endpoint(&format!("{name}.aliyuncs.com")),
        };
        let site = Site {
            sts: at("sts")?,
            ram: at("ram")?,
            ims: at("ims")?,
            resource_directory: at("resourcedirectory")?,
            key: AccessKey {
                id: self.access_key_id.clone(),
                secret: self.access_key_secret.clone(),
                security_token: None,
            },
            entry_role: self.console()?.entry_role,
            timeouts: Timeouts::default(),
            retry: Retry::default(),
        };
        let surroundings = Surroundings {
            clock,
            entropy: std::sync::Arc::new(move || random.bytes::<16>().ok()),
            pause: Pause::blocking(),
        };
        Ok(Cloud::new(site, surroundings))
    }

    fn prefix(&self) -> &str {
        self.object_prefix.as_deref().unwrap_or("CloudSSO-")
    }
}

fn local_site(base_url: &str) -> CloudSite {
    CloudSite {
        role_sso_acs_url: format!("{base_url}/saml-role/sso"),
        role_sso_audience: "urn:alibaba:cloudcomputing".to_owned(),
        console_url: format!("{base_url}/console"),
        relay_state_pages: vec![format!("{base_url}/")],
        object_prefix: "AliyunReservedSSO-".to_owned(),
        entry_role: "AliyunServiceRoleForCloudSSO".to_owned(),
    }
}

/// The vendor's sites. It keeps the prefix `AliyunReserved…` for itself, hence one of our own.
fn vendor_site(domain: &str, audience: &str, prefix: &str) -> CloudSite {
    let pages = [
        "aliyun.com",
        "hichina.com",
        "yunos.com",
        "taobao.com",
        "tmall.com",
        "alibabacloud.com",
        "alipay.com",
    ];
    CloudSite {
        role_sso_acs_url: format!("https://signin.{domain}/saml-role/sso"),
        role_sso_audience: audience.to_owned(),
        console_url: format!("https://home.console.{domain}"),
        relay_state_pages: pages.iter().map(|page| format!("*.{page}")).collect(),
        object_prefix: prefix.to_owned(),
        entry_role: "ResourceDirectoryAccountAccessRole".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vendor_s_sites_differ_in_address_and_audience() {
        let section = |site: &str| -> CloudSection {
            toml::from_str(&format!("site = {site:?}\naccess_key_id = \"a\"\naccess_key_secret = \"b\""))
                .unwrap()
        };
        let china = section("china").console().unwrap();
        let international = section("international").console().unwrap();
        assert_eq!(china.role_sso_acs_url, "https://signin.aliyun.com/saml-role/sso");
        assert_eq!(international.role_sso_acs_url, "https://signin.alibabacloud.com/saml-role/sso");
        assert_eq!(international.role_sso_audience, "urn:alibaba:cloudcomputing:international");
        assert_eq!(china.object_prefix, "CloudSSO-");
        assert_eq!(china.entry_role, "ResourceDirectoryAccountAccessRole");
    }

    #[test]
    fn a_local_cloud_elsewhere_needs_its_addresses() {
        let bare: CloudSection =
            toml::from_str("site = \"local\"\naccess_key_id = \"a\"\naccess_key_secret = \"b\"").unwrap();
        assert_eq!(bare.console().err().as_deref(), Some("cloud.base_url is missing"));
    }

    #[test]
    fn what_is_written_for_a_replica_can_be_read() {
        let key = AccessKey { id: "id".to_owned(), secret: Secret::new("s\"ecret"), security_token: None };
        let section = CloudSection::local("127.0.0.1:1".to_owned(), "http://localhost:1".to_owned(), &key);
        let read: CloudSection = toml::from_str(&section.to_toml().to_string()).unwrap();
        assert_eq!(read.access_key_secret.expose(), "s\"ecret");
        assert_eq!(read.console(), section.console());
    }
}
