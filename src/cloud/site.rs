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
    fn a_blocking_pause_ends_by_itself() {
        Pause::blocking().wait(Duration::from_millis(1));
    }
}
