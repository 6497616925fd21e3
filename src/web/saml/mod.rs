//! The identity provider's face to SAML service providers: metadata, and sign-on by HTTP-Redirect and HTTP-POST
//! (saml-bindings-2.0-os §3.4, §3.5). Messages come from other sites, so nothing here asks for a form token; whatever
//! has to be done with a session is done after a redirect within our own site, which brings its cookie.

mod metadata;
mod sso;
mod start;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(metadata::routes).configure(sso::routes).configure(start::routes);
}
