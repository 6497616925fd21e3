//! Where an application's metadata is fetched anew by itself: what administrators decide of it, what came of it, and
//! when it is due again.

use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::base::{ApplicationId, Timestamp};
use crate::crypto::Certificate;

use super::{Error, text};

const HOUR: Duration = Duration::from_secs(3600);
/// Between two refreshes where the metadata does not say for how long it may be kept.
const USUAL: Duration = Duration::from_secs(6 * 3600);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// After the first failure; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// Certificates one of which must have signed the metadata.
const SIGNERS: usize = 8;

/// Where an application's metadata is fetched, as administrators decide it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataOrigin {
    /// The address.
    pub url: String,
    /// Certificates of keys one of which must have signed it; none where https is all that vouches for it.
    pub signers: Vec<Certificate>,
    /// Whether what they signed counts without anybody's yes, but for another entity id.
    pub auto_approve_signed: bool,
}

impl MetadataOrigin {
    /// Checks every field; what an address stands for is judged when it is fetched.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        text::check("MetadataUrl", &self.url, 2048)?;
        if self.signers.len() > SIGNERS {
            return Err(Error::invalid("MetadataSigner", format_args!("must be at most {SIGNERS}")));
        }
        if self.auto_approve_signed && self.signers.is_empty() {
            return Err(Error::invalid("AutoApproveSigned", "needs the certificate of a signer"));
        }
        Ok(())
    }

    /// Whose metadata the address asks for, where it is one of the metadata query protocol: it ends with `/entities/`
    /// and an entity id, percent-encoded. Ids that are no URI, and those that are hashed, are not told apart from the
    /// names of files.
    pub fn queried_entity(&self) -> Option<String> {
        let path = self.url.split(['?', '#']).next()?;
        let (list, name) = path.rsplit_once('/')?;
        let id = percent_decode_str(name).decode_utf8().ok()?;
        (list.ends_with("/entities") && id.contains(':')).then(|| id.into_owned())
    }
}

/// Metadata that waits for an administrator's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMetadata {
    /// One `md:EntityDescriptor`.
    pub metadata: String,
    /// Since when.
    pub since: Timestamp,
}

/// Where an application's metadata is fetched, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataSource {
    /// The application.
    pub application_id: ApplicationId,
    /// What administrators decide.
    pub origin: MetadataOrigin,
    /// Grows by one with every write.
    pub version: i64,
    /// The `ETag` of what was sent last.
    pub etag: Option<String>,
    /// The `Last-Modified` of what was sent last.
    pub last_modified: Option<String>,
    /// When it was last fetched and found to be good.
    pub refreshed_at: Option<Timestamp>,
    /// When it is due again.
    pub next_refresh_at: Timestamp,
    /// How often it failed since it was last good.
    pub failures: i64,
    /// Why it failed last, if it failed since it was last good.
    pub last_error: Option<String>,
    /// What waits for a yes.
    pub pending: Option<PendingMetadata>,
    /// SHA-256 in hexadecimal of what an administrator said no to.
    pub dismissed_digest: Option<String>,
}

impl MetadataSource {
    /// One that was never fetched, and is due.
    pub const fn new(application_id: ApplicationId, origin: MetadataOrigin, now: Timestamp) -> Self {
        Self {
            application_id,
            origin,
            version: 1,
            etag: None,
            last_modified: None,
            refreshed_at: None,
            next_refresh_at: now,
            failures: 0,
            last_error: None,
            pending: None,
            dismissed_digest: None,
        }
    }

    /// Notes that what was fetched is good. It is due again after `cache_duration`, held to an hour and a day, and
    /// before the metadata that is in use stops being true.
    pub fn note_success(
        &mut self,
        now: Timestamp,
        cache_duration: Option<Duration>,
        valid_until: Option<Timestamp>,
    ) {
        let wanted = cache_duration.unwrap_or(USUAL);
        let half = valid_until.map_or(LONGEST, |end| end.since(now) / 2);
        (self.refreshed_at, self.failures, self.last_error) = (Some(now), 0, None);
        self.next_refresh_at = now.plus(self.spread(wanted.min(half).clamp(HOUR, LONGEST)));
    }

    /// Notes that it could not be fetched, or was not good. It is due again after a pause that grows with each failure,
    /// to six hours.
    pub fn note_failure(&mut self, now: Timestamp, reason: String) {
        let doublings = u32::try_from(self.failures.clamp(0, 10)).unwrap_or(0);
        self.next_refresh_at = now.plus(self.spread((FIRST_PAUSE * (1 << doublings)).min(USUAL)));
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(reason);
    }

    /// Up to a tenth less, by the id, so that applications that were made together are not fetched together for ever.
    fn spread(&self, pause: Duration) -> Duration {
        let number = self.application_id.as_str().bytes();
        let number = number.fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        pause - pause / 10 * (number % 256) / 256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_348_805);
    const MINUTE: Duration = Duration::from_secs(60);

    fn source() -> MetadataSource {
        let origin = MetadataOrigin {
            url: "https://sp.example/".to_owned(),
            signers: vec![],
            auto_approve_signed: false,
        };
        let id = ApplicationId::parse("app-0123456789abcdefghjk").unwrap();
        MetadataSource::new(id, origin, NOW)
    }

    /// Whether a moment is `pause` from now, or up to a tenth less.
    fn is_after(pause: Duration, moment: Timestamp) -> bool {
        (pause * 9 / 10..=pause).contains(&moment.since(NOW))
    }

    #[test]
    fn what_is_good_is_due_again_as_it_says_within_an_hour_and_a_day() {
        for (cache, end, expected) in [
            (None, None, 6 * HOUR),
            (Some(2 * HOUR), None, 2 * HOUR),
            (Some(MINUTE), None, HOUR),
            (Some(48 * HOUR), None, 24 * HOUR),
            (None, Some(NOW.plus(4 * HOUR)), 2 * HOUR),
            (None, Some(NOW), HOUR),
            (Some(8 * HOUR), Some(NOW.plus(100 * HOUR)), 8 * HOUR),
        ] {
            let mut source = source();
            source.note_failure(NOW, "no answer".to_owned());
            source.note_success(NOW, cache, end);
            assert!(
                is_after(expected, source.next_refresh_at),
                "{cache:?} {end:?}: {}",
                source.next_refresh_at
            );
            assert_eq!((source.refreshed_at, source.failures, source.last_error), (Some(NOW), 0, None));
        }
    }

    #[test]
    fn pauses_after_failures_double_to_six_hours() {
        let mut source = source();
        for minutes in [5, 10, 20, 40, 80, 160, 320, 360, 360] {
            source.note_failure(NOW, "no answer".to_owned());
            assert!(
                is_after(MINUTE * minutes, source.next_refresh_at),
                "{minutes}: {}",
                source.next_refresh_at
            );
        }
        assert_eq!((source.failures, source.last_error.as_deref()), (9, Some("no answer")));
        assert_eq!(source.refreshed_at, None);
    }

    #[test]
    fn nothing_is_approved_by_itself_that_nobody_signed() {
        let good = source().origin;
        assert_eq!(good.check(), Ok(()));
        let refused = [
            ("AutoApproveSigned", MetadataOrigin { auto_approve_signed: true, ..good.clone() }),
            ("MetadataUrl", MetadataOrigin { url: "x".repeat(2049), ..good }),
        ];
        for (field, origin) in refused {
            assert_eq!(origin.check().unwrap_err().code, format!("InvalidParameter.{field}"));
        }
    }
    #[test]
    fn an_address_of_the_metadata_query_protocol_asks_for_one_entity() {
        let queried = |url: &str| MetadataOrigin { url: url.to_owned(), ..source().origin }.queried_entity();
        for (url, expected) in [
            ("https://mdq.example/entities/https%3A%2F%2Fsp.example%2Fsaml", "https://sp.example/saml"),
            (
                "https://mdq.example/v1/entities/https%3a%2f%2fsp.example%2f%3Fa?key=x/y",
                "https://sp.example/?a",
            ),
            ("https://mdq.example/entities/urn:example:%C3%A4", "urn:example:ä"),
        ] {
            assert_eq!(queried(url).as_deref(), Some(expected), "{url}");
        }
        for url in [
            "https://sp.example/",
            "https://mdq.example/entities",
            "https://mdq.example/entities/",
            "https://mdq.example/entities/sp.xml",
            "https://mdq.example/entities/%7Bsha1%7D0123456789abcdef",
            "https://mdq.example/entities/https:/a/b",
            "https://mdq.example/entities/urn:%FF",
            "https://mdq.example/all?of=/entities/urn:a",
            "",
        ] {
            assert_eq!(queried(url), None, "{url}");
        }
    }
}
