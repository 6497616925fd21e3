//! The identity provider's face to SAML service providers: metadata, sign-on by HTTP-Redirect and HTTP-POST
//! (saml-bindings-2.0-os §3.4, §3.5), and single logout by these and by SOAP (§3.2). Messages come from other sites, so nothing here asks for a form token; whatever
//! has to be done with a session is done after a redirect within our own site, which brings its cookie.

mod metadata;
mod slo;
mod sso;
mod start;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.configure(metadata::routes).configure(sso::routes).configure(slo::routes).configure(start::routes);
}
