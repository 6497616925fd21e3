//! A page on its way from a template to the browser.

use askama::Template;

use crate::local_cloud::refusal::Refusal;

/// A page as it goes to the browser.
pub(crate) struct Page(pub(crate) String);

/// A page that was filled in.
pub(crate) fn render(page: &impl Template) -> Result<Page, Refusal> {
    page.render().map(Page).map_err(|error| Refusal::Internal(format!("a page: {error}")))
}
