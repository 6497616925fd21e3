//! The administrators' desk. Every page and every form asks [`desk::enter`] first: whoever is not signed in goes to the
//! sign-in page and comes back, and whoever is no administrator finds that there is nothing here.

mod application;
mod desk;
mod inspector;
mod keys;
mod overview;

use actix_web::Resource;
use actix_web::web::{PayloadConfig, ServiceConfig, resource, to};

use super::error;

/// Bytes of a form: metadata of 256 KiB, with its signs escaped.
const LONGEST_FORM: usize = 1024 * 1024;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .configure(overview::routes)
        .configure(application::routes)
        .configure(inspector::routes)
        .configure(keys::routes);
}

/// An address of the desk, which takes long forms, and no method but those that are added.
fn address(path: &str) -> Resource {
    resource(path).app_data(PayloadConfig::new(LONGEST_FORM)).default_service(to(error::method_not_allowed))
}
