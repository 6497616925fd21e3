//! What conditions may ask of every request, whoever makes it and whatever for.

use crate::base::Timestamp;
use crate::policy::Context;

use super::channel::Channel;

/// When and how a request came, and what is known of the sign-in behind it. Policies of identities, session
/// and control policies and trust policies all see it alike, for a call of an API, a page of the console and
/// somebody who is let in by an identity provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) channel: Channel,
    pub(crate) now: Timestamp,
    /// Whether a second factor was passed here: see [`super::identity::Identity::mfa_present`].
    pub(crate) mfa_present: bool,
}

impl Circumstances {
    /// Those of somebody whom an identity provider vouches for: it may have asked for a second factor, and
    /// the account does not know.
    pub(crate) const fn by_provider(channel: Channel, now: Timestamp) -> Self {
        Self { channel, now, mfa_present: false }
    }

    /// The context with `acs:CurrentTime`, `acs:SecureTransport`, `acs:MFAPresent` and, where we know it,
    /// `acs:SourceIp`. Whether a second factor was passed is always said: were the key absent where none was,
    /// a statement that denies under `Bool acs:MFAPresent false` would bite nobody.
    pub(crate) fn tell(self, context: Context) -> Context {
        let context = context
            .with("acs:CurrentTime", self.now.rfc3339())
            .with("acs:SecureTransport", self.channel.is_secure.to_string())
            .with("acs:MFAPresent", self.mfa_present.to_string());
        match self.channel.source {
            Some(source) => context.with("acs:SourceIp", source.to_canonical().to_string()),
            None => context,
        }
    }
}
