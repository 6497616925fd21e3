//! Which cloud: the table of what differs between the local cloud and the vendor's two sites.

use clap::ValueEnum;
use serde::Deserialize;

use crate::base::{Clock, Secret};
use crate::cloud::{Cloud, Endpoint, Pause, Retry, Site, Surroundings, Timeouts};
use crate::crypto::Random;
use crate::domain::CloudSite;
use crate::rpc::AccessKey;

/// `[cloud]` of the configuration, as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CloudSection {
    pub(super) site: Option<SiteName>,
    /// Where a local cloud's APIs are, `host:port`.
    pub(super) endpoint: Option<String>,
    /// Where a local cloud's pages are, `http://host:port`.
    pub(super) base_url: Option<String>,
    pub(super) access_key_id: Option<String>,
    pub(super) access_key_secret: Option<Secret>,
    /// What the names of our objects in an account begin with.
    pub(super) object_prefix: Option<String>,
}

impl CloudSection {
    /// The cloud that the section names; `None` where it names none.
    pub(super) fn settle(self) -> Result<Option<CloudSettings>, String> {
        let Some(site) = self.site else {
            let is_empty = self.endpoint.is_none() && self.access_key_id.is_none();
            return if is_empty { Ok(None) } else { Err("cloud.site is missing".to_owned()) };
        };
        let need = |key: &str, value: Option<String>| value.ok_or_else(|| format!("cloud.{key} is missing"));
        Ok(Some(CloudSettings {
            access_key_id: need("access_key_id", self.access_key_id)?,
            access_key_secret: self.access_key_secret.ok_or("cloud.access_key_secret is missing")?,
            place: match site {
                SiteName::Local => Place::Local {
                    endpoint: need("endpoint", self.endpoint)?,
                    base_url: need("base_url", self.base_url)?.trim_end_matches('/').to_owned(),
                },
                SiteName::China | SiteName::International => Place::Vendor {
                    site,
                    prefix: self.object_prefix.unwrap_or_else(|| "CloudSSO-".to_owned()),
                },
            },
        }))
    }
}

/// A cloud and our key there.
#[derive(Clone, Debug)]
pub(super) struct CloudSettings {
    place: Place,
    access_key_id: String,
    access_key_secret: Secret,
}

#[derive(Clone, Debug)]
enum Place {
    Local { endpoint: String, base_url: String },
    Vendor { site: SiteName, prefix: String },
}

/// Which cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum SiteName {
    /// A local cloud that runs elsewhere.
    Local,
    /// The vendor's China site.
    China,
    /// The vendor's international site.
    International,
}

impl CloudSettings {
    /// A local cloud that listens at `endpoint`.
    pub(super) fn local(endpoint: String, base_url: String, key: &AccessKey) -> Self {
        Self {
            place: Place::Local { endpoint, base_url },
            access_key_id: key.id.clone(),
            access_key_secret: key.secret.clone(),
        }
    }

    /// The section as TOML, for the configuration of another replica.
    pub(super) fn to_toml(&self) -> toml::Table {
        let mut table = toml::Table::new();
        let mut set = |name: &str, value: &str| table.insert(name.to_owned(), value.into());
        match &self.place {
            Place::Local { endpoint, base_url } => {
                set("site", "local");
                set("endpoint", endpoint);
                set("base_url", base_url);
            }
            Place::Vendor { site, prefix } => {
                set("site", if *site == SiteName::China { "china" } else { "international" });
                set("object_prefix", prefix);
            }
        }
        set("access_key_id", &self.access_key_id);
        set("access_key_secret", self.access_key_secret.expose());
        table
    }

    /// The cloud as console logons and provisioning see it.
    pub(super) fn console(&self) -> CloudSite {
        match &self.place {
            Place::Local { base_url, .. } => local_site(base_url),
            Place::Vendor { site: SiteName::International, prefix } => {
                vendor_site("alibabacloud.com", "urn:alibaba:cloudcomputing:international", prefix)
            }
            Place::Vendor { prefix, .. } => vendor_site("aliyun.com", "urn:alibaba:cloudcomputing", prefix),
        }
    }

    /// The cloud as the driver reaches it.
    pub(super) fn driver(&self, clock: Clock, random: Random) -> Result<Cloud, String> {
        let at = |product: &str| {
            let address = match &self.place {
                Place::Local { endpoint, .. } => format!("http://{endpoint}"),
                Place::Vendor { .. } => format!("https://{product}.aliyuncs.com"),
            };
            Endpoint::parse(&address).ok_or_else(|| format!("cloud.endpoint: {address:?} is none"))
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
            entry_role: self.console().entry_role,
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

    fn settled(text: &str) -> Result<CloudSettings, String> {
        let section: CloudSection = toml::from_str(text).unwrap();
        section.settle().map(Option::unwrap)
    }

    const KEY: &str = "access_key_id = \"a\"\naccess_key_secret = \"b\"";

    #[test]
    fn the_vendor_s_sites_differ_in_address_and_audience() {
        let site = |name: &str| settled(&format!("site = {name:?}\n{KEY}")).unwrap().console();
        let (china, international) = (site("china"), site("international"));
        assert_eq!(china.role_sso_acs_url, "https://signin.aliyun.com/saml-role/sso");
        assert_eq!(international.role_sso_acs_url, "https://signin.alibabacloud.com/saml-role/sso");
        assert_eq!(international.role_sso_audience, "urn:alibaba:cloudcomputing:international");
        assert_eq!(china.object_prefix, "CloudSSO-");
        assert_eq!(china.entry_role, "ResourceDirectoryAccountAccessRole");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(CloudSection::default().settle().unwrap().is_none());
        for (text, key) in [
            (KEY.to_owned(), "cloud.site"),
            ("site = \"china\"".to_owned(), "cloud.access_key_id"),
            (format!("site = \"local\"\n{KEY}"), "cloud.endpoint"),
            (format!("site = \"local\"\nendpoint = \"127.0.0.1:1\"\n{KEY}"), "cloud.base_url"),
        ] {
            let error = toml::from_str::<CloudSection>(&text).unwrap().settle().unwrap_err();
            assert_eq!(error, format!("{key} is missing"));
        }
    }

    #[test]
    fn what_is_written_for_a_replica_can_be_read() {
        let key = AccessKey { id: "id".to_owned(), secret: Secret::new("s\"ecret"), security_token: None };
        let own = CloudSettings::local("127.0.0.1:1".to_owned(), "http://localhost:1".to_owned(), &key);
        let read = settled(&own.to_toml().to_string()).unwrap();
        assert_eq!(read.access_key_secret.expose(), "s\"ecret");
        assert_eq!(read.console(), own.console());
        let vendor = settled(&format!("site = \"china\"\nobject_prefix = \"Own-\"\n{KEY}")).unwrap();
        assert_eq!(settled(&vendor.to_toml().to_string()).unwrap().console(), vendor.console());
    }
}
