//! Which cloud: the table of what differs between the local cloud and the vendor's two sites.

use clap::{Args, ValueEnum};
use serde::Deserialize;

use crate::base::{Clock, Secret};
use crate::cloud::{Cloud, Endpoint, Endpoints, Limits, Pause, Retry, Site, Surroundings, Timeouts};
use crate::crypto::Random;
use crate::domain::{CloudSite, SessionEnd};
use crate::rpc::AccessKey;

/// The flags about the cloud; each has an environment name. The secret has no flag.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct CloudArguments {
    /// The cloud to use in place of the embedded local one
    #[arg(long, env = "CLOUDSSO_CLOUD_SITE")]
    cloud_site: Option<SiteName>,
    /// The region whose STS is called; the central one unless said
    #[arg(long, env = "CLOUDSSO_CLOUD_REGION")]
    cloud_region: Option<String>,
    /// Where the APIs of a local cloud elsewhere are, `host:port`
    #[arg(long, env = "CLOUDSSO_CLOUD_ENDPOINT")]
    cloud_endpoint: Option<String>,
    /// Where the pages of a local cloud elsewhere are, `http://host:port`
    #[arg(long, env = "CLOUDSSO_CLOUD_BASE_URL")]
    cloud_base_url: Option<String>,
    /// The id of the management account's AccessKey
    #[arg(long, env = "CLOUDSSO_CLOUD_ACCESS_KEY_ID")]
    cloud_access_key_id: Option<String>,
    /// What the names of our objects in the accounts of the real cloud begin with [default: CloudSSO-]
    #[arg(long, env = "CLOUDSSO_CLOUD_OBJECT_PREFIX")]
    cloud_object_prefix: Option<String>,
    /// Calls a second in one account [default: 10; 1000 for a local cloud without faults]
    #[arg(long, env = "CLOUDSSO_CLOUD_RATE")]
    cloud_rate: Option<u32>,
    /// Calls at once in one account [default: 4]
    #[arg(long, env = "CLOUDSSO_CLOUD_PARALLEL_PER_ACCOUNT")]
    cloud_parallel_per_account: Option<usize>,
    /// Calls at once in all accounts [default: 64]
    #[arg(long, env = "CLOUDSSO_CLOUD_PARALLEL")]
    cloud_parallel: Option<usize>,
}

impl CloudArguments {
    /// The section with what the arguments say in place of what the file says.
    pub(super) fn over(self, file: CloudSection, secret: Option<Secret>) -> CloudSection {
        CloudSection {
            site: self.cloud_site.or(file.site),
            region: self.cloud_region.or(file.region),
            endpoint: self.cloud_endpoint.or(file.endpoint),
            base_url: self.cloud_base_url.or(file.base_url),
            access_key_id: self.cloud_access_key_id.or(file.access_key_id),
            access_key_secret: secret.or(file.access_key_secret),
            object_prefix: self.cloud_object_prefix.or(file.object_prefix),
            rate: self.cloud_rate.or(file.rate),
            parallel_per_account: self.cloud_parallel_per_account.or(file.parallel_per_account),
            parallel: self.cloud_parallel.or(file.parallel),
        }
    }
}

/// `[cloud]` of the configuration, as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CloudSection {
    pub(super) site: Option<SiteName>,
    /// The region whose STS is called.
    pub(super) region: Option<String>,
    /// Where a local cloud's APIs are, `host:port`.
    pub(super) endpoint: Option<String>,
    /// Where a local cloud's pages are, `http://host:port`.
    pub(super) base_url: Option<String>,
    pub(super) access_key_id: Option<String>,
    pub(super) access_key_secret: Option<Secret>,
    /// What the names of our objects in an account begin with.
    pub(super) object_prefix: Option<String>,
    /// Calls a second in one account.
    pub(super) rate: Option<u32>,
    /// Calls at once in one account.
    pub(super) parallel_per_account: Option<usize>,
    /// Calls at once in all accounts.
    pub(super) parallel: Option<usize>,
}

/// What the configuration says about how hard to lean on the cloud; what it leaves out depends on which.
#[derive(Clone, Copy, Debug)]
pub(super) struct CloudLimits {
    rate: Option<u32>,
    parallel_per_account: Option<usize>,
    parallel: Option<usize>,
}

impl CloudLimits {
    /// What is not said is as at the real cloud: for a local one that throttles as that does.
    pub(super) fn as_at_the_vendor(self) -> Self {
        Self { rate: self.rate.or(Some(Limits::default().rate)), ..self }
    }
}

impl CloudSection {
    /// How hard to lean on the cloud, the embedded one included.
    pub(super) fn limits(&self) -> Result<CloudLimits, String> {
        let Self { rate, parallel_per_account, parallel, .. } = *self;
        if rate.is_some_and(|rate| !(1..=10_000).contains(&rate)) {
            return Err("cloud.rate must be 1 to 10000 calls a second".to_owned());
        }
        for (key, number) in [("parallel_per_account", parallel_per_account), ("parallel", parallel)] {
            if number.is_some_and(|number| !(1..=1_000).contains(&number)) {
                return Err(format!("cloud.{key} must be 1 to 1000 calls"));
            }
        }
        Ok(CloudLimits { rate, parallel_per_account, parallel })
    }

    /// The cloud that the section names; `None` where it names none.
    pub(super) fn settle(self) -> Result<Option<CloudSettings>, String> {
        let Some(site) = self.site else {
            let is_empty = self.endpoint.is_none() && self.access_key_id.is_none();
            return if is_empty { Ok(None) } else { Err("cloud.site is missing".to_owned()) };
        };
        vendor_endpoints(self.region.as_deref())?;
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
                    region: self.region,
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
    Vendor { site: SiteName, region: Option<String>, prefix: String },
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
            Place::Vendor { site, region, prefix } => {
                set("site", if *site == SiteName::China { "china" } else { "international" });
                if let Some(region) = region {
                    set("region", region);
                }
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
            Place::Local { base_url, .. } => CloudSite::local_cloud(base_url),
            Place::Vendor { site: SiteName::International, prefix, .. } => {
                vendor_site(&INTERNATIONAL, prefix)
            }
            Place::Vendor { prefix, .. } => vendor_site(&CHINA, prefix),
        }
    }

    /// The cloud as the driver reaches it.
    pub(super) fn driver(&self, clock: Clock, random: Random, limits: CloudLimits) -> Result<Cloud, String> {
        let endpoints = match &self.place {
            Place::Local { endpoint, .. } => Endpoint::parse(&format!("http://{endpoint}"))
                .map(|endpoint| Endpoints::all_at(&endpoint))
                .ok_or_else(|| format!("cloud.endpoint: {endpoint:?} is none"))?,
            Place::Vendor { region, .. } => vendor_endpoints(region.as_deref())?,
        };
        let site = Site {
            sts: endpoints.sts,
            ram: endpoints.ram,
            ims: endpoints.ims,
            resource_directory: endpoints.resource_directory,
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
        Ok(Cloud::with_limits(site, surroundings, self.limits(limits)))
    }

    /// A local cloud throttles nobody unless its rules of faults say so.
    fn limits(&self, said: CloudLimits) -> Limits {
        let usual = match &self.place {
            Place::Local { .. } => Limits { rate: 1_000, ..Limits::default() },
            Place::Vendor { .. } => Limits::default(),
        };
        Limits {
            rate: said.rate.unwrap_or(usual.rate),
            parallel_per_account: said.parallel_per_account.unwrap_or(usual.parallel_per_account),
            parallel: said.parallel.unwrap_or(usual.parallel),
            ..usual
        }
    }
}

fn vendor_endpoints(region: Option<&str>) -> Result<Endpoints, String> {
    Endpoints::of_region(region)
        .ok_or_else(|| format!("cloud.region: {:?} is no region", region.unwrap_or_default()))
}

/// In what the vendor's two sites differ.
struct VendorNames {
    domain: &'static str,
    role_sso_audience: &'static str,
    user_sso_acs_url: &'static str,
    console_url: &'static str,
}

const CHINA: VendorNames = VendorNames {
    domain: "aliyun.com",
    role_sso_audience: "urn:alibaba:cloudcomputing",
    user_sso_acs_url: "https://signin.aliyun.com/saml/SSO",
    console_url: "https://homenew.console.aliyun.com",
};

const INTERNATIONAL: VendorNames = VendorNames {
    domain: "alibabacloud.com",
    role_sso_audience: "urn:alibaba:cloudcomputing:international",
    user_sso_acs_url: "https://signin-intl.aliyun.com/saml/SSO",
    console_url: "https://home.console.alibabacloud.com",
};

/// The vendor's sites. It keeps the prefix `AliyunReserved…` for itself, hence one of our own.
fn vendor_site(names: &VendorNames, prefix: &str) -> CloudSite {
    let domain = names.domain;
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
        role_sso_audience: names.role_sso_audience.to_owned(),
        console_url: names.console_url.to_owned(),
        relay_state_pages: pages.iter().map(|page| format!("*.{page}")).collect(),
        object_prefix: prefix.to_owned(),
        entry_role: "ResourceDirectoryAccountAccessRole".to_owned(),
        user_sso_acs_url: names.user_sso_acs_url.to_owned(),
        user_sso_audience_base: "https://signin.aliyun.com".to_owned(),
        marks_provision_type: false,
        session_end: SessionEnd::DenyOlder("acs:TokenIssueTime".to_owned()),
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
    fn a_region_is_checked_and_kept() {
        let bad =
            toml::from_str::<CloudSection>(&format!("site = \"china\"\nregion = \"x\"\n{KEY}")).unwrap();
        assert_eq!(bad.settle().unwrap_err(), "cloud.region: \"x\" is no region");
        let own = settled(&format!("site = \"china\"\nregion = \"cn-shanghai\"\n{KEY}")).unwrap();
        assert_eq!(own.to_toml().get("region").and_then(toml::Value::as_str), Some("cn-shanghai"));
    }

    #[test]
    fn limits_depend_on_the_cloud_unless_said() {
        let limits = |text: &str| {
            let section: CloudSection = toml::from_str(text).unwrap();
            let said = section.limits().unwrap();
            section.settle().unwrap().unwrap().limits(said)
        };
        let local = "site = \"local\"\nendpoint = \"127.0.0.1:1\"\nbase_url = \"http://localhost:1\"";
        assert_eq!(limits(&format!("site = \"china\"\n{KEY}")), Limits::default());
        assert_eq!(limits(&format!("{local}\n{KEY}")).rate, 1_000);
        let said = limits(&format!("{local}\nrate = 5\nparallel = 2\nparallel_per_account = 1\n{KEY}"));
        assert_eq!((said.rate, said.parallel, said.parallel_per_account), (5, 2, 1));
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
