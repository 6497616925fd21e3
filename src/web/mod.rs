//! Bytes into calls and results into bytes: the portal, the administrators' desk, sign-in, the identity provider's
//! face to SAML service providers, SCIM, and the CloudSSO OpenAPI. Decides nothing; every decision is a call of
//! `service`.
//!
//! Every request passes [`guard`] first: it checks the Host, gives the request its id, and puts the
//! security headers on whatever comes back.

mod admin;
pub mod asset;
mod client;
mod console_sessions;
mod cookie;
mod error;
mod form;
pub mod guard;
mod health;
mod login;
mod login_mfa;
mod openapi;
pub mod page;
mod pass;
mod portal;
mod post_on;
mod reply;
mod saml;
mod saml_address;
mod scim;
mod user_agent;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};

use crate::base::Network;
use crate::service::Context;

pub use health::{Health, routes as health_routes};
pub use openapi::{
    ACTION_NAMES as OPENAPI_ACTIONS, OWN_ACTION_NAMES as OPENAPI_OWN_ACTIONS, VERSION as OPENAPI_VERSION,
};

/// What the handlers need beside the use cases.
#[derive(Clone)]
pub struct Face {
    /// The use cases' context.
    pub ctx: Arc<Context>,
    /// The address that people use; decides cookie names and which Host is ours.
    pub public_url: url::Url,
    /// Proxies whose forwarded addresses are believed.
    pub trusted_proxies: Vec<Network>,
}

impl Face {
    fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// Everything on the public listener.
pub fn routes(config: &mut ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(form::LIMIT))
        // In the order in which they are looked through: first what is asked for the most.
        .configure(saml::routes)
        .configure(asset::routes)
        .configure(login::routes)
        .configure(login_mfa::routes)
        .configure(portal::routes)
        .configure(console_sessions::routes)
        .configure(admin::routes)
        .configure(openapi::routes)
        .configure(scim::routes)
        .default_service(web::to(error::not_found));
}
