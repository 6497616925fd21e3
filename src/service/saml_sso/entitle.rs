//! From a browser's session to an [`Entitlement`] to enter an application: who is signed in, whether they may enter, the
//! session there and the audit row are one transaction.

use std::sync::Arc;
use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::token;
use crate::domain::{Action, ApplicationSession, Event, PrincipalId, Status, Subject, User};
use crate::saml::{AuthnContext, NameId, NameIdFormat, Refusal};
use crate::storage::{Conn, application, application_assignment, application_session};

use super::super::context::Change;
use super::super::registry::Registered;
use super::super::{Context, Entitlement, Error, PortalSession, Principal, Visit, authn_context, session};
use super::release::Release;
use super::{SignOnRequest, name_id};

/// A session at an application is remembered for so much longer than it lasts, as long as the browser's session does,
/// so that not every sign-on writes it anew.
const REMEMBERED: Duration = Duration::from_secs(300);

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

/// What a request gets.
pub(super) enum Decision {
    /// This person may enter.
    Entitled(PrincipalId, Box<Entitlement>),
    /// Nobody is signed in, or not as the request wants it.
    SignIn,
    /// Whoever is signed in is not let in; or nobody is, and nobody may be asked.
    Denied(Option<PrincipalId>, Denied),
}

/// Lets whoever is signed in into an application if they may enter, and records the answer.
pub(super) async fn entitle(
    ctx: &Context,
    (visit, session_token): (&Visit, Option<&str>),
    registered: &Arc<Registered>,
    request: &SignOnRequest,
) -> Result<Decision, Error> {
    let Some(token) = session_token else {
        return Ok(wanted(registered, request, None).err().unwrap_or(Decision::SignIn));
    };
    let (change, token_digest) = (ctx.change(&visit.origin("anonymous")), token::digest(token));
    let issuer = ctx.identity_provider.entity_id_for(&registered.application.settings).to_owned();
    let scope = ctx.identity_provider.scope().to_owned();
    let (registered, request) = (Arc::clone(registered), request.clone());
    let decide = move |conn: &mut Conn| {
        let portal = session::hold(conn, &token_digest, change.now)?;
        let (portal, authn_context) = match wanted(&registered, &request, portal) {
            Ok(wanted) => wanted,
            Err(otherwise) => return Ok(otherwise),
        };
        let principal = portal.session().principal.clone();
        let entry = Entry {
            change: &change.by(&principal),
            portal: &portal,
            registered: &registered,
            request: &request,
            issuer: &issuer,
            scope: &scope,
        };
        Ok::<_, Error>(match entry.decide(conn, authn_context)? {
            Ok(entitlement) => Decision::Entitled(principal, Box::new(entitlement)),
            Err(denied) => Decision::Denied(Some(principal), denied),
        })
    };
    ctx.store.write_async(decide).await
}

/// Who is signed in and how, where that is what the request wants; else what it gets.
fn wanted(
    registered: &Registered,
    request: &SignOnRequest,
    portal: Option<PortalSession>,
) -> Result<(PortalSession, AuthnContext), Decision> {
    let denied = |portal: Option<&PortalSession>, refusal, reason: &str| {
        let principal = portal.map(|portal| portal.session().principal.clone());
        Decision::Denied(principal, Denied::new(refusal, reason))
    };
    if request.wants_other_binding {
        let reason = "the answer was to come by another binding";
        return Err(denied(portal.as_ref(), Refusal::UnsupportedBinding, reason));
    }
    let is_fresh = |portal: &PortalSession| portal.session().created_at > request.received_at();
    let Some(portal) = portal.filter(|portal| !request.force_authn || is_fresh(portal)) else {
        return Err(if request.is_passive {
            denied(None, Refusal::NoPassive, "nobody is signed in as it asks")
        } else {
            Decision::SignIn
        });
    };
    let method = portal.session().method;
    let least = registered.application.settings.minimum_strength;
    let is_strong = least.is_none_or(|least| authn_context::strength(method) >= least);
    match authn_context::answer(method, request.authn_context().as_ref()).filter(|_| is_strong) {
        Some(context) => Ok((portal, context)),
        None => {
            let reason = "the person did not sign in as strongly as it asks";
            Err(denied(Some(&portal), Refusal::NoAuthnContext, reason))
        }
    }
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
            Some(name_id::persistent(conn, self.change, &application.entity_id, user)?)
        } else {
            None
        };
        let subject = Subject {
            user,
            groups: &release.groups(conn, user)?,
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
        let session = self.open(conn, user, &named)?;
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
            session_expires_at: self.ends_at(),
            signed: application.settings.signed,
            signature_key: application.settings.signature_key,
            recipient: self.registered.recipient()?,
            relay_state: self.request.relay_state.clone(),
            lands_on: application.settings.landing_origins.clone(),
            place: application.name.to_string(),
            identity: user.shown_name().to_owned(),
        }))
    }

    /// The person, if they are assigned to the application, which stays so until the transaction ends.
    fn find_user(&self, conn: &mut Conn) -> Result<Result<&User, Denied>, Error> {
        let application = &self.registered.application;
        let denied = |reason: &str| Ok(Err(Denied::new(Refusal::RequestDenied, reason)));
        let Principal::User(user) = self.portal.principal() else {
            return denied("administrators are no users of applications");
        };
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

    /// When the session at the application is over.
    fn ends_at(&self) -> Timestamp {
        let lasts = self.registered.application.settings.session();
        self.portal.session().expires_at().min(self.change.now.plus(lasts))
    }

    /// The session at the application: the one that the browser session has there, or a new one.
    fn open(&self, conn: &mut Conn, user: &User, named: &Named) -> Result<ApplicationSession, Error> {
        let expires_at = self.portal.session().expires_at().min(self.ends_at().plus(REMEMBERED));
        let name_id = named.name_id.as_ref().map_or_else(String::new, |name_id| name_id.value.clone());
        if let Some(before) = &named.before {
            if before.name_id == name_id && before.expires_at >= self.ends_at() {
                return Ok(before.clone());
            }
            let session = ApplicationSession { name_id, expires_at, ..before.clone() };
            application_session::update(conn, &session)?;
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
