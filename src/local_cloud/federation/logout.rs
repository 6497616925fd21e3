//! Single logout in the back channel: an identity provider ends the sessions that it opened.
//!
//! A session may be ended by the keys that opened it, which are remembered with it, and by those that its
//! account trusts now under the same entity id; never by another account's, whatever entity id that claims.

use std::collections::BTreeMap;

use diesel::SqliteConnection;

use crate::base::{Timestamp, fold};
use crate::crypto::{BlockedAlgorithms, Certificate};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, Setting as _, UserSso};
use crate::local_cloud::store::console_session::{self, FederatedSession};
use crate::local_cloud::store::logout::{self, LogoutRow};
use crate::local_cloud::store::{account_setting, one_time, saml_provider};
use crate::saml::{
    CheckedLogoutRequest, IdentityProvider, MessageExpectations, MessageId, NameIdFormat,
    UnverifiedLogoutRequest,
};

use super::posted::{CLOCK_SKEW, key_digest, refusal, refused};

/// Documents that are looked through for an issuer's keys where no session says which they are.
const DOCUMENTS: i64 = 64;
/// Keys that one request is tried with.
const KEYS: usize = 256;

/// A LogoutRequest as it was posted, past the profile gate.
pub(crate) struct PostedLogout {
    request: UnverifiedLogoutRequest,
    issuer: String,
    name_id: String,
}

/// Keys of an issuer, each by its digest.
type Keys = BTreeMap<String, Certificate>;

/// A session and the digests of the keys that may end it.
struct Endable {
    session: FederatedSession,
    key_digests: Vec<String>,
}

impl PostedLogout {
    /// Reads the Base64 of a LogoutRequest.
    pub(crate) fn read(base64: &str) -> Result<Self, Refusal> {
        let request = UnverifiedLogoutRequest::decode(base64).map_err(|error| refused(&error))?;
        let claim = |claim: Option<&str>, what| {
            claim.map(str::to_owned).ok_or_else(|| refusal(format!("the LogoutRequest names no {what}")))
        };
        let issuer = claim(request.claimed_issuer(), "issuer")?;
        let name_id = claim(request.claimed_name_id(), "subject")?;
        Ok(Self { request, issuer, name_id })
    }

    /// Its ID as it claims it: what an answer answers.
    pub(crate) fn claimed_id(&self) -> Option<MessageId> {
        self.request.claimed_id()
    }

    /// Ends the sessions that the request names, as far as one of the keys that verify it may end them; how
    /// many they were. First it is made sure that no assertion which is under way opens another.
    pub(crate) fn carry_out(&self, cloud: &Cloud, now: Timestamp) -> Result<usize, Refusal> {
        let mut keys = Keys::new();
        cloud.store.read::<_, Refusal>(|connection| self.sessions(connection, &mut keys, now))?;
        let (request, verified_by) = match self.verify(cloud, &keys, now) {
            Ok(verified) => verified,
            // No session says by whose keys, or another account's alone: any provider of that name will do.
            Err(_) => {
                let keys = cloud.store.read(|connection| self.known_keys(connection))?;
                self.verify(cloud, &keys, now)?
            }
        };
        let rows = self.rows(&request, &verified_by);
        cloud.store.write::<_, Refusal>(|connection| {
            let remembered_until = request.not_on_or_after().plus(CLOCK_SKEW);
            let id = request.id().as_str();
            if !one_time::use_assertion(connection, &self.issuer, id, now, remembered_until)? {
                return Err(refusal(format!("logout request {id} was used before")));
            }
            Ok(logout::insert(connection, &rows, now.millis())?)
        })?;
        let living = cloud.store.read(|connection| self.sessions(connection, &mut keys, now))?;
        let is_ended = |endable: &&Endable| {
            names(&request, &endable.session)
                && endable.key_digests.iter().any(|digest| verified_by.contains(digest))
        };
        let ended: Vec<_> = living.iter().filter(is_ended).collect();
        if !ended.is_empty() {
            cloud.store.write::<_, Refusal>(|connection| {
                ended
                    .iter()
                    .try_for_each(|endable| Ok(console_session::delete(connection, &endable.session.row.id)?))
            })?;
        }
        Ok(ended.len())
    }

    /// The request, checked, and the digests of the keys that verify it, of which there is one at least.
    fn verify(
        &self,
        cloud: &Cloud,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<(CheckedLogoutRequest, Vec<String>), Refusal> {
        let destination = cloud.logout_url();
        let expectations = MessageExpectations {
            issuer: &self.issuer,
            destination: &destination,
            now,
            clock_skew: CLOCK_SKEW,
        };
        let mut verified = None;
        let mut verified_by = Vec::new();
        for (digest, key) in keys.iter().take(KEYS) {
            if let Ok(request) = self.request.verify(std::slice::from_ref(key), BlockedAlgorithms::NONE) {
                verified = Some(request);
                verified_by.push(digest.clone());
            }
        }
        let verified = verified.ok_or_else(|| {
            refusal(format!("no key of {:?} verifies the LogoutRequest, {} tried", self.issuer, keys.len()))
        })?;
        let request = verified.check(&expectations).map_err(|error| refused(&error))?;
        Ok((request, verified_by))
    }

    /// The living sessions of the subject, each with the keys that may end it, which join `keys`.
    fn sessions(
        &self,
        connection: &mut SqliteConnection,
        keys: &mut Keys,
        now: Timestamp,
    ) -> Result<Vec<Endable>, Refusal> {
        let mut endable = Vec::new();
        for session in console_session::of_subject(connection, &self.issuer, &self.name_id, now.millis())? {
            let mut key_digests = Vec::new();
            for document in [session.metadata.clone(), current_metadata(connection, &session)?] {
                for (digest, key) in document.map(|text| self.keys_in(&text)).transpose()?.unwrap_or_default()
                {
                    key_digests.push(digest.clone());
                    keys.insert(digest, key);
                }
            }
            endable.push(Endable { session, key_digests });
        }
        Ok(endable)
    }

    /// The keys under this issuer's name that any account trusts.
    fn known_keys(&self, connection: &mut SqliteConnection) -> Result<Keys, Refusal> {
        let spelled = self.issuer.replace('&', "&amp;");
        let mut documents = saml_provider::metadata_with(connection, &spelled, DOCUMENTS)?;
        for document in account_setting::documents_with(connection, UserSso::KIND, &spelled, DOCUMENTS)? {
            documents.extend(serde_json::from_str::<UserSso>(&document).map(|sso| sso.metadata));
        }
        let mut keys = Keys::new();
        for document in documents.iter().filter(|document| !document.is_empty()) {
            keys.extend(self.keys_in(document)?);
        }
        Ok(keys)
    }

    /// The keys in metadata, if it is that of the issuer.
    fn keys_in(&self, document: &str) -> Result<Keys, Refusal> {
        let provider = IdentityProvider::parse(document)
            .map_err(|error| Refusal::Internal(format!("stored metadata: {error}")))?;
        if provider.entity_id() != self.issuer {
            return Ok(Keys::new());
        }
        let keys = provider.signing_certificates().iter();
        keys.map(|key| Ok((key_digest(key)?, key.clone()))).collect()
    }

    /// What is remembered of the request.
    fn rows(&self, request: &CheckedLogoutRequest, verified_by: &[String]) -> Vec<LogoutRow> {
        let all = [String::new()];
        let indexes = match request.session_indexes() {
            [] => &all[..],
            some => some,
        };
        let row = |index: &String, digest: &String| LogoutRow {
            issuer: self.issuer.clone(),
            name_id: request.name_id().value.clone(),
            session_index: index.clone(),
            key_digest: digest.clone(),
            issued_at: request.issue_instant().millis(),
            expires_at: request.not_on_or_after().plus(CLOCK_SKEW).millis(),
        };
        indexes.iter().flat_map(|index| verified_by.iter().map(move |digest| row(index, digest))).collect()
    }
}

/// The metadata by which such a session would come in now, if its provider is still there.
fn current_metadata(
    connection: &mut SqliteConnection,
    session: &FederatedSession,
) -> Result<Option<String>, Refusal> {
    let account_id = session.account_id.as_str();
    match &session.row.provider_name {
        Some(name) => {
            let provider = saml_provider::find(connection, account_id, &fold(name))?;
            Ok(provider.map(|row| row.metadata))
        }
        None => {
            let settings: UserSso = setting::read(connection, account_id)?;
            Ok(Some(settings.metadata).filter(|text| !text.is_empty()))
        }
    }
}

/// Whether the request names this session of its subject. A format that one of the two leaves open agrees
/// with every other.
fn names(request: &CheckedLogoutRequest, session: &FederatedSession) -> bool {
    let open = NameIdFormat::Unspecified;
    let asked = request.name_id().format_in_effect();
    let had = session.row.name_id_format.as_deref().map_or(open.clone(), NameIdFormat::from_uri);
    let is_subject = session.row.name_id.as_deref() == Some(request.name_id().value.as_str())
        && (*asked == had || *asked == open || had == open);
    let indexes = request.session_indexes();
    let is_session =
        indexes.is_empty() || session.row.session_index.as_ref().is_some_and(|index| indexes.contains(index));
    is_subject && is_session
}
