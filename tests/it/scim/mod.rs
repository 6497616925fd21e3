//! SCIM 2.0 from its use cases up: who pushes, and what the product makes of it.

mod attack;
mod attributes;
mod client;
mod consequence;
mod cursors;
mod dialect;
mod discovery;
mod endpoints;
mod filters;
mod lifecycle;
mod mass_change;
mod paging;
mod patch;
mod request_log;
mod search;
mod transport;
mod versions;

use std::net::IpAddr;
use std::time::Duration;

use cloudsso::base::{ConnectorName, ScimConnectorId, Secret};
use cloudsso::domain::{ScimScope, Status};
use cloudsso::service::scim::credential::{self, NewScimCredential, Whose};
use cloudsso::service::scim::{ScimClient, client as clients, synchronization};
use cloudsso::service::{Error, Visit};

use crate::support::app::TestApp;
use crate::support::scim::Idp;

/// The product with SCIM served.
pub(crate) fn serving() -> TestApp {
    let app = TestApp::start();
    synchronization::set_status(&app.ctx, &app.operator, Status::Enabled).unwrap();
    app
}

/// A credential of the connector of this name, for a year.
pub(crate) fn credential_of(app: &TestApp, connector: &str, scope: ScimScope) -> NewScimCredential {
    credential_for(app, connector, scope, None)
}

/// An identity provider with a credential for users and groups.
pub(crate) fn idp(app: &TestApp) -> Idp {
    Idp::new(app, Some(credential_of(app, "okta", ScimScope::All).token))
}

fn credential_for(
    app: &TestApp,
    connector: &str,
    scope: ScimScope,
    lifetime: Option<Duration>,
) -> NewScimCredential {
    let whose = Whose::Named(ConnectorName::parse(connector).unwrap());
    credential::create(&app.ctx, &app.operator, whose, scope, lifetime).unwrap()
}

fn visit_from(app: &TestApp, address: &str) -> Visit {
    let address: IpAddr = address.parse().unwrap();
    Visit { request_id: app.ctx.request_id().unwrap(), address, user_agent: String::new() }
}

fn authenticate(app: &TestApp, token: &Secret) -> Result<ScimClient, Error> {
    clients::authenticate(&app.ctx, &visit_from(app, "192.0.2.1"), Some(token))
}

/// A client of the connector of this name.
fn client_of(app: &TestApp, connector: &str) -> ScimClient {
    authenticate(app, &credential_of(app, connector, ScimScope::All).token).unwrap()
}

fn connector_id(client: &ScimClient) -> ScimConnectorId {
    client.connector_id().clone()
}

/// The code of a refusal.
#[track_caller]
fn code<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.code.into_owned(),
        Err(error) => error.to_string(),
        Ok(_) => "ok".to_owned(),
    }
}
