//! From somebody who is signed in to an [`Entitlement`] to enter an application: the check, the session there and the
//! audit row are one transaction.

use std::borrow::Cow;
use std::sync::Arc;

use crate::domain::{Action, ApplicationSession, Event, Status, Subject, User};
use crate::saml::{AuthnContext, NameId, NameIdFormat, Refusal};
use crate::storage::{
    Conn, application, application_assignment, application_session, session as sessions, user as users,
};

use super::super::context::Change;
use super::super::registry::Registered;
use super::super::session::find_enabled;
use super::super::{Context, Entitlement, Error, PortalSession, Principal, Visit};
use super::release::Release;
use super::{SignOnRequest, name_id};

/// Why somebody is not let in: what the service provider is told, and what the audit log is.
pub(super) struct Denied {
    pub(super) refusal: Refusal,
    pub(super) reason: String,
}

impl Denied {
    pub(super) fn new(refusal: Refusal, reason: impl Into<String>) -> Self {
        Self { refusal, reason: reason.into() }
    }
}

/// Lets somebody into an application if they may enter, and records the answer.
pub(super) fn entitle(
    ctx: &Context,
    (visit, portal): (&Visit, &PortalSession),
    registered: &Arc<Registered>,
    request: &SignOnRequest,
    authn_context: AuthnContext,
) -> Result<Result<Entitlement, Denied>, Error> {
    let change = ctx.change(&visit.origin(&portal.session().principal));
    let issuer = ctx.identity_provider.entity_id_for(&registered.application.settings).to_owned();
    let scope = ctx.identity_provider.scope().to_owned();
    let (portal, registered, request) = (portal.clone(), Arc::clone(registered), request.clone());
    ctx.store.write(move |conn| {
        let entry = Entry {
            change: &change,
            portal: &portal,
            registered: &registered,
            request: &request,
            issuer: &issuer,
            scope: &scope,
        };
        entry.decide(conn, authn_context)
    })
}

struct Entry<'a> {
    change: &'a Change,
    portal: &'a PortalSession,
    registered: &'a Registered,
    request: &'a SignOnRequest,
    issuer: &'a str,
    scope: &'a str,
}

impl Entry<'_> {
    fn decide(
        &self,
        conn: &mut Conn,
        authn_context: AuthnContext,
    ) -> Result<Result<Entitlement, Denied>, Error> {
        let application = &self.registered.application;
        let user = match self.find_user(conn)? {
            Ok(user) => user,
            Err(denied) => return Ok(Err(denied)),
        };
        let (provider, chosen) = (&self.registered.provider, self.request.attribute_consuming_service);
        let release = Release::new(application, &application.settings, provider, chosen);
        let persistent_name = if release.needs_pairwise_id() {
            Some(name_id::persistent(conn, self.change, &application.entity_id, &user)?)
        } else {
            None
        };
        let subject = Subject {
            user: &user,
            groups: &release.groups(conn, &user)?,
            scope: self.scope,
            persistent_name: persistent_name.as_deref(),
            audience: &release.audience,
        };
        let named = match self.name(conn, &subject)? {
            Ok(named) => named,
            Err(denied) => return Ok(Err(denied)),
        };
        let attributes = match release.attributes(&subject) {
            Ok(attributes) => attributes,
            Err(reason) => return Ok(Err(Denied::new(Refusal::RequestDenied, reason))),
        };
        let session = self.open(conn, &user, &named)?;
        let detail = serde_json::json!({
            "application_session_id": session.id,
            "name_id": session.name_id,
            "authn_context": authn_context.uri(),
            "acs_url": self.request.acs_url,
            "in_response_to": self.request.id,
        });
        self.change.record(conn, &Event::new(Action::SamlSsoIssued, &application.id).with(detail))?;
        Ok(Ok(Entitlement {
            issuer: self.issuer.to_owned(),
            acs_url: self.request.acs_url.clone(),
            in_response_to: self.request.message_id()?,
            audience: application.entity_id.clone(),
            name_id: named.name_id,
            attributes,
            authn_instant: self.portal.session().created_at,
            authn_context,
            session_index: session.id.to_string(),
            session_expires_at: session.expires_at,
            signed: application.settings.signed,
            signature_key: application.settings.signature_key,
            recipient: self.registered.recipient.clone(),
            relay_state: self.request.relay_state.clone(),
            lands_on: application.settings.landing_origins.clone(),
            place: application.name.to_string(),
            identity: user.shown_name().to_owned(),
        }))
    }

    /// The person, if they are assigned to the application, both as they are now and until the transaction ends.
    fn find_user(&self, conn: &mut Conn) -> Result<Result<Cow<'_, User>, Denied>, Error> {
        let application = &self.registered.application;
        let denied = |reason: &str| Ok(Err(Denied::new(Refusal::RequestDenied, reason)));
        let Principal::User(known) = self.portal.principal() else {
            return denied("administrators are no users of applications");
        };
        // Whoever asks was found to be enabled a moment ago; mostly nothing has changed since.
        let user = if users::lock_version(conn, &known.id)? == Some(known.version) {
            Cow::Borrowed(&**known)
        } else {
            match find_enabled(conn, &self.portal.session().principal)? {
                Some(Principal::User(user)) => Cow::Owned(*user),
                _ => return denied("the user is disabled"),
            }
        };
        if !sessions::exists(conn, &self.portal.session().id)? {
            return denied("the session was ended");
        }
        if application::share_version(conn, &application.id)? != Some(application.version) {
            return denied("the application was changed at the same moment");
        }
        if application.status != Status::Enabled {
            return denied("the application is disabled");
        }
        if !application_assignment::share_assigned(conn, &application.id, &user.id)? {
            return denied("the application is not assigned to the user");
        }
        Ok(Ok(user))
    }

    /// What the person is named by, and what the browser session has at the application by such a name.
    fn name(&self, conn: &mut Conn, subject: &Subject<'_>) -> Result<Result<Named, Denied>, Error> {
        let kind = match name_id::kind(self.registered, self.request) {
            Ok(kind) => kind,
            Err(refusal) => {
                return Ok(Err(Denied::new(refusal, "the kind of name that it asks for is not given")));
            }
        };
        let format = name_id::format(kind).map_or_else(String::new, |format| format.uri().to_owned());
        let application = &self.registered.application.id;
        let before = application_session::find(conn, &self.portal.session().id, application, &format)?;
        let of = (self.registered, self.issuer);
        let named = name_id::name(conn, self.change, of, (kind, before.as_ref()), subject)?;
        let name_id = match named {
            Ok(name_id) => name_id,
            Err(reason) => return Ok(Err(Denied::new(Refusal::InvalidNameIdPolicy, reason))),
        };
        let is_other = |wanted: NameId| !name_id.as_ref().is_some_and(|name_id| is_meant(name_id, &wanted));
        if self.request.subject().is_some_and(is_other) {
            return Ok(Err(Denied::new(Refusal::UnknownPrincipal, "the request is about somebody else")));
        }
        Ok(Ok(Named { name_id, format, before }))
    }

    /// The session at the application: the one that the browser session has there, or a new one.
    fn open(&self, conn: &mut Conn, user: &User, named: &Named) -> Result<ApplicationSession, Error> {
        let settings = &self.registered.application.settings;
        let name_id = named.name_id.as_ref().map_or_else(String::new, |name_id| name_id.value.clone());
        let expires_at = self.portal.session().expires_at().min(self.change.now.plus(settings.session()));
        if let Some(before) = &named.before {
            let session = ApplicationSession { name_id, expires_at, ..before.clone() };
            if session != *before {
                application_session::update(conn, &session)?;
            }
            return Ok(session);
        }
        let session = ApplicationSession {
            id: self.change.id()?,
            session_id: self.portal.session().id.clone(),
            user_id: user.id.clone(),
            application_id: self.registered.application.id.clone(),
            name_id_format: named.format.clone(),
            name_id,
            started_at: self.change.now,
            expires_at,
        };
        application_session::insert(conn, &session)?;
        Ok(session)
    }
}

struct Named {
    name_id: Option<NameId>,
    format: String,
    before: Option<ApplicationSession>,
}

/// Whether a request for `wanted` is about whom we know by this name; it need not say the format.
fn is_meant(name_id: &NameId, wanted: &NameId) -> bool {
    let format = wanted.format_in_effect();
    let is_format = *format == NameIdFormat::Unspecified || format == name_id.format_in_effect();
    is_format && name_id.value == wanted.value
}
