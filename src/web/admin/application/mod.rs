//! Applications: listed, added, set up, changed, tried and ended. What each page shows and asks is in a file of its own.

mod assignments;
mod exchanges;
mod lifecycle;
mod list;
mod metadata_source;
mod new;
mod new_by_address;
mod provider_metadata;
mod set_up;
mod setting_form;
mod settings;
mod subject;
mod test_logon;

use actix_web::web::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .configure(list::routes)
        .configure(new::routes)
        .configure(new_by_address::routes)
        .configure(assignments::routes)
        .configure(exchanges::routes)
        .configure(test_logon::routes)
        .configure(set_up::routes)
        .configure(provider_metadata::routes)
        .configure(metadata_source::routes)
        .configure(lifecycle::routes)
        .configure(settings::routes);
}
