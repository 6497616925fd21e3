//! What connectors did and is not written down yet. It is kept in memory, so that no request waits for a
//! durable write: a thread writes it down once a second, and what is lost with the process is only lost to the
//! log.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::{ScimConnectorId, ScimCredentialId, Timestamp};
use crate::domain::{LastRefusal, LastSynchronization, SCIM_REQUESTS_KEPT, ScimRequest};

/// Of one connector.
#[derive(Clone, Default)]
pub(super) struct Pending {
    /// The newest requests, no more than are kept.
    pub(super) requests: VecDeque<ScimRequest>,
    /// When and from where each credential was used last.
    pub(super) uses: BTreeMap<ScimCredentialId, (Timestamp, String)>,
    pub(super) last: LastSynchronization,
}

impl Pending {
    fn push(&mut self, request: ScimRequest) {
        self.last.request_at = self.last.request_at.max(Some(request.at));
        if request.status < 400 && request.is_write() {
            self.last.write_at = self.last.write_at.max(Some(request.at));
        }
        if let Some(refusal) = request.refusal() {
            self.last.refusal = Some(refusal);
        }
        self.requests.push_back(request);
        self.cut();
    }

    fn cut(&mut self) {
        while self.requests.len() > SCIM_REQUESTS_KEPT {
            self.requests.pop_front();
        }
    }

    /// The same with what came after it.
    fn followed_by(mut self, later: Self) -> Self {
        self.requests.extend(later.requests);
        self.cut();
        self.uses.extend(later.uses);
        let last = later.last;
        Self {
            last: LastSynchronization {
                request_at: last.request_at.max(self.last.request_at),
                write_at: last.write_at.max(self.last.write_at),
                refusal: last.refusal.or(self.last.refusal),
            },
            ..self
        }
    }
}

/// Of every connector.
#[derive(Default)]
pub(super) struct RequestRing {
    pending: Mutex<BTreeMap<ScimConnectorId, Pending>>,
    flushing: Mutex<()>,
}

impl RequestRing {
    /// Keeps a request to be written down; the oldest goes where there are too many.
    pub(super) fn push(&self, request: ScimRequest) {
        let request = request.masked();
        self.lock().entry(request.connector_id.clone()).or_default().push(request);
    }

    /// Keeps that a credential was used.
    pub(super) fn touch(
        &self,
        connector: &ScimConnectorId,
        credential: &ScimCredentialId,
        at: Timestamp,
        from: String,
    ) {
        self.lock().entry(connector.clone()).or_default().uses.insert(credential.clone(), (at, from));
    }

    /// Keeps that a credential of a connector was refused.
    pub(super) fn refuse(&self, connector: &ScimConnectorId, refusal: LastRefusal) {
        self.lock().entry(connector.clone()).or_default().last.refusal = Some(refusal);
    }

    /// Everything that is not written down.
    pub(super) fn take(&self) -> BTreeMap<ScimConnectorId, Pending> {
        mem::take(&mut *self.lock())
    }

    /// Puts back what could not be written down, before what came meanwhile.
    pub(super) fn put_back(&self, connector: ScimConnectorId, pending: Pending) {
        let mut all = self.lock();
        let later = all.remove(&connector).unwrap_or_default();
        all.insert(connector, pending.followed_by(later));
    }

    /// Held by whoever writes down, so that another who looks afterwards finds it written.
    pub(super) fn flushing(&self) -> MutexGuard<'_, ()> {
        self.flushing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ScimConnectorId, Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn request(number: usize, method: &str, status: u16) -> ScimRequest {
        ScimRequest {
            request_id: format!("req-{number:04}"),
            at: Timestamp::from_seconds(i64::try_from(number).unwrap()),
            connector_id: ScimConnectorId::parse("scimconn-1").unwrap(),
            credential_id: ScimCredentialId::parse("scimcred-1").unwrap(),
            source_address: String::new(),
            method: method.to_owned(),
            path: "/Users?access_token=hunter2".to_owned(),
            status,
            scim_type: None,
            detail: String::new(),
            understood: Value::Null,
            body_bytes: 0,
            duration_micros: 1,
        }
    }

    #[test]
    fn the_newest_are_kept_and_their_secrets_are_not() {
        let ring = RequestRing::default();
        for number in 0..1_003 {
            ring.push(request(number, "GET", 200));
        }
        let (_, pending) = ring.take().pop_first().unwrap();
        assert_eq!(pending.requests.len(), 1_000);
        assert_eq!(pending.requests[0].request_id, "req-0003");
        assert!(pending.requests.iter().all(|request| !request.path.contains("hunter2")));
        assert!(ring.take().is_empty());
    }

    #[test]
    fn what_could_not_be_written_comes_before_what_came_since() {
        let ring = RequestRing::default();
        ring.push(request(1, "POST", 201));
        ring.push(request(2, "POST", 409));
        let (connector, pending) = ring.take().pop_first().unwrap();
        ring.push(request(3, "GET", 200));
        ring.put_back(connector, pending);
        let (_, pending) = ring.take().pop_first().unwrap();
        let ids: Vec<_> = pending.requests.iter().map(|request| request.request_id.as_str()).collect();
        assert_eq!(ids, ["req-0001", "req-0002", "req-0003"]);
        let last = pending.last;
        assert_eq!(last.request_at, Some(Timestamp::from_seconds(3)));
        assert_eq!(last.write_at, Some(Timestamp::from_seconds(1)));
        assert_eq!(last.refusal.map(|refusal| refusal.code), Some("409".to_owned()));
    }
}
