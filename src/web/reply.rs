//! Pages and redirects.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use askama::Template;

use super::error::Refused;

/// A page.
pub(super) fn page(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Refused> {
    let body = page.render().map_err(Refused::broken)?;
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body))
}

/// A redirect to a page of ours, to be fetched by GET.
pub(super) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
