//! The catalogue of ready templates, as this installation has it.

use crate::domain::ApplicationTemplate;

use super::super::Context;

/// The templates that an application can be made by. Consoles of the cloud that this installation provisions are not
/// among them: those are entered by access configurations, and an application that is called like one is refused.
pub fn catalogue(ctx: &Context) -> Vec<&'static ApplicationTemplate> {
    ApplicationTemplate::ALL.into_iter().filter(|template| !template.is_console_of(&ctx.site)).collect()
}

/// The template of the catalogue with this key.
pub fn find_template(ctx: &Context, key: &str) -> Option<&'static ApplicationTemplate> {
    catalogue(ctx).into_iter().find(|template| template.key == key)
}
