//! Where a cloud is, who we are there, and what the driver needs from its surroundings.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::base::Clock;
use crate::rpc::AccessKey;

use super::retry::Retry;

/// One cloud: its endpoints, our key, and how we enter its accounts.
#[derive(Clone, Debug)]
pub struct Site {
    /// STS.
    pub sts: Endpoint,
    /// RAM.
    pub ram: Endpoint,
    /// IMS.
    pub ims: Endpoint,
    /// ResourceDirectoryMaster.
    pub resource_directory: Endpoint,
    /// The key of the management account.
    pub key: AccessKey,
    /// The role to assume in a member: `AliyunServiceRoleForCloudSSO` on the local cloud,
    /// `ResourceDirectoryAccountAccessRole` on the real one.
    pub entry_role: String,
    /// How long to wait for one answer.
    pub timeouts: Timeouts,
    /// How often and how patiently to try again.
    pub retry: Retry,
}

/// Where the vendor serves the four APIs to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// STS.
    pub sts: Endpoint,
    /// RAM.
    pub ram: Endpoint,
    /// IMS.
    pub ims: Endpoint,
    /// ResourceDirectoryMaster.
    pub resource_directory: Endpoint,
}

/// Regions whose STS is the central one, by the vendor's own table of endpoints.
const WITHOUT_STS: [&str; 7] =
    ["ap-south-1", "ap-southeast-2", "cn-edge-1", "cn-fujian", "cn-wuhan", "cn-yushanfang", "cn-zhangbei"];

impl Endpoints {
    /// The vendor's public endpoints as seen from `region`, such as `ap-southeast-1`. STS stands in every
    /// region (`sts.<region>.aliyuncs.com`), and what it gives out is good everywhere; RAM, IMS and
    /// ResourceDirectoryMaster are central. Without a region STS is central too.
    ///
    /// `None` where `region` is not letters, digits and hyphens with a hyphen inside.
    pub fn of_region(region: Option<&str>) -> Option<Self> {
        let sts = match region {
            None => "sts.aliyuncs.com".to_owned(),
            Some(region) if !is_region(region) => return None,
            Some(region) if WITHOUT_STS.contains(&region) => "sts.aliyuncs.com".to_owned(),
            Some(region) => format!("sts.{region}.aliyuncs.com"),
        };
        Some(Self {
            sts: Endpoint::parse(&sts)?,
            ram: Endpoint::parse("ram.aliyuncs.com")?,
            ims: Endpoint::parse("ims.aliyuncs.com")?,
            resource_directory: Endpoint::parse("resourcedirectory.aliyuncs.com")?,
        })
    }

    /// The same endpoint for all, as the local cloud has it.
    pub fn all_at(endpoint: &Endpoint) -> Self {
        Self {
            sts: endpoint.clone(),
            ram: endpoint.clone(),
            ims: endpoint.clone(),
            resource_directory: endpoint.clone(),
        }
    }
}

fn is_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let is_part = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    (2..=5).contains(&parts.len()) && parts.iter().all(is_part) && text.len() <= 40
}

/// Where one API is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    host: String,
}

impl Endpoint {
    /// Reads `host`, `host:port`, `https://host` or `http://host:port`; without a scheme it is https.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, host) = match text.split_once("://") {
            Some(("https", host)) => ("https", host),
            Some(("http", host)) => ("http", host),
            Some(_) => return None,
            None => ("https", text),
        };
        let host = host.strip_suffix('/').unwrap_or(host);
        let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        (!host.is_empty() && host.bytes().all(is_host_byte))
            .then(|| Self { scheme, host: host.to_ascii_lowercase() })
    }

    /// Host and port as they are signed.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn url(&self, query: &str) -> String {
        format!("{}://{}/?{query}", self.scheme, self.host)
    }
}

/// How long one attempt may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// To connect, TLS included.
    pub connect: Duration,
    /// From the first byte to the last.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// Sixteen random bytes, or nothing when the generator fails.
pub type Entropy = Arc<dyn Fn() -> Option<[u8; 16]> + Send + Sync>;

/// What the driver takes from outside, so that tests hold it still.
#[derive(Clone)]
pub struct Surroundings {
    /// The time that is signed, and by which credentials age.
    pub clock: Clock,
    /// Randomness for nonces and jitter.
    pub entropy: Entropy,
    /// How to wait between attempts.
    pub pause: Pause,
}

/// How to wait.
#[derive(Clone)]
pub struct Pause(Arc<dyn Fn(Duration) + Send + Sync>);

impl Pause {
    /// Waits by calling `wait`; a test notes the duration and returns.
    pub fn new(wait: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self(Arc::new(wait))
    }

    /// Blocks the calling thread: the driver runs on worker threads that have nothing else to do.
    pub fn blocking() -> Self {
        Self::new(|duration| {
            // A condition that nobody signals: unlike parking, it cannot be woken by a stray unpark.
            let never = Mutex::new(());
            let guard = never.lock().unwrap_or_else(PoisonError::into_inner);
            drop(Condvar::new().wait_timeout_while(guard, duration, |()| true));
        })
    }

    pub(super) fn wait(&self, duration: Duration) {
        (self.0)(duration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_of_a_region() {
        let of = |region| Endpoints::of_region(region).map(|endpoints| endpoints.sts.host().to_owned());
        for (region, sts) in [
            (None, Some("sts.aliyuncs.com")),
            (Some("cn-hangzhou"), Some("sts.cn-hangzhou.aliyuncs.com")),
            (Some("ap-southeast-1"), Some("sts.ap-southeast-1.aliyuncs.com")),
            (Some("ap-south-1"), Some("sts.aliyuncs.com")),
            (Some(""), None),
            (Some("hangzhou"), None),
            (Some("cn-hangzhou.evil.example/"), None),
            (Some("CN-HANGZHOU"), None),
        ] {
            assert_eq!(of(region).as_deref(), sts, "{region:?}");
        }
        let all = Endpoints::of_region(Some("eu-central-1")).unwrap();
        let central = [&all.ram, &all.ims, &all.resource_directory].map(Endpoint::host);
        assert_eq!(central, ["ram.aliyuncs.com", "ims.aliyuncs.com", "resourcedirectory.aliyuncs.com"]);
    }

    #[test]
    fn a_blocking_pause_ends_by_itself() {
        Pause::blocking().wait(Duration::from_millis(1));
    }
}
