//! The files that pages link to, compiled in.
//!
//! A file's address holds a fingerprint of its content, so that browsers may keep it for a year and
//! still see a new release at once.

use std::fmt;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

/// One static file.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    content_type: &'static str,
    body: &'static [u8],
    fingerprint: u64,
}

/// The one style sheet of the portal.
pub static STYLE: Asset =
    Asset::new("portal.css", "text/css; charset=utf-8", include_bytes!("../../static/portal.css"));
/// What the administrators' desk has beside it.
pub static ADMIN_STYLE: Asset =
    Asset::new("admin.css", "text/css; charset=utf-8", include_bytes!("../../static/admin.css"));
/// What makes forms kinder where scripts run: showing a typed password, `/` for the search field.
pub static FORM_SCRIPT: Asset =
    Asset::new("form.js", "text/javascript; charset=utf-8", include_bytes!("../../static/form.js"));
/// Submits the one form of the page that carries a SAML response.
pub static CONTINUE_SCRIPT: Asset =
    Asset::new("continue.js", "text/javascript; charset=utf-8", include_bytes!("../../static/continue.js"));
/// The brand mark for the browser's tab.
pub static ICON: Asset = Asset::new("icon.svg", "image/svg+xml", include_bytes!("../../static/icon.svg"));
/// The same mark for browsers that ask for `/favicon.ico`.
pub static FAVICON: Asset =
    Asset::new("favicon.ico", "image/x-icon", include_bytes!("../../static/favicon.ico"));

static ALL: [&Asset; 6] = [&STYLE, &ADMIN_STYLE, &FORM_SCRIPT, &CONTINUE_SCRIPT, &ICON, &FAVICON];

const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";
const ASK_EACH_TIME: &str = "public, no-cache";

impl Asset {
    const fn new(name: &'static str, content_type: &'static str, body: &'static [u8]) -> Self {
        Self { name, content_type, body, fingerprint: fnv1a(body) }
    }

    fn answer(&self, cache: &'static str) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, self.content_type))
            .insert_header((CACHE_CONTROL, cache))
            .body(self.body)
    }
}

/// The file's address: `/assets/<16 hexadecimal digits>/<name>`.
impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/assets/{:016x}/{}", self.fingerprint, self.name)
    }
}

/// Adds `/assets/…` and `/favicon.ico` to a listener.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/assets/{fingerprint}/{name}")
                .route(web::get().to(serve))
                .route(web::head().to(serve)),
        )
        .service(web::resource("/favicon.ico").route(web::get().to(favicon)).route(web::head().to(favicon)));
}

/// A known name under another release's fingerprint gets today's file, and no long life: while
/// replicas are being replaced, a page may come from one release and its style sheet from the next.
async fn serve(path: web::Path<(String, String)>) -> HttpResponse {
    let (fingerprint, name) = path.into_inner();
    match ALL.into_iter().find(|asset| asset.name == name) {
        Some(asset) if format!("{:016x}", asset.fingerprint) == fingerprint => asset.answer(FOR_A_YEAR),
        Some(asset) => asset.answer(ASK_EACH_TIME),
        None => HttpResponse::NotFound().insert_header((CACHE_CONTROL, ASK_EACH_TIME)).finish(),
    }
}

async fn favicon() -> HttpResponse {
    FAVICON.answer(FOR_A_DAY)
}

/// 64-bit FNV-1a: tells releases apart, at compile time. It defends nothing, so it need not be
/// cryptographic.
const fn fnv1a(mut bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    while let Some((first, rest)) = bytes.split_first() {
        hash = (hash ^ *first as u64).wrapping_mul(0x0000_0100_0000_01b3);
        bytes = rest;
    }
    hash
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::{App, test};

    use super::*;

    async fn ask(address: &str) -> (StatusCode, String, String, usize) {
        let app = test::init_service(App::new().configure(routes)).await;
        let answer = test::call_service(&app, test::TestRequest::get().uri(address).to_request()).await;
        let header = |name| {
            let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        let (status, content_type, cache) = (answer.status(), header(CONTENT_TYPE), header(CACHE_CONTROL));
        (status, content_type, cache, test::read_body(answer).await.len())
    }

    #[actix_web::test]
    async fn every_file_is_served_at_its_own_address_for_a_year() {
        for asset in ALL {
            let (status, content_type, cache, length) = ask(&asset.to_string()).await;
            assert_eq!(status, StatusCode::OK, "{asset}");
            assert_eq!(content_type, asset.content_type);
            assert_eq!(cache, FOR_A_YEAR);
            assert_eq!(length, asset.body.len());
        }
    }

    #[actix_web::test]
    async fn another_release_s_fingerprint_is_answered_but_not_kept() {
        let (status, _, cache, _) = ask("/assets/0000000000000000/portal.css").await;
        assert_eq!((status, cache.as_str()), (StatusCode::OK, ASK_EACH_TIME));
    }

    #[actix_web::test]
    async fn an_unknown_file_is_not_found() {
        for address in
            ["/assets/0000000000000000/nothing.css", "/assets/0/..%2f..%2fCargo.toml", "/assets/portal.css"]
        {
            assert_eq!(ask(address).await.0, StatusCode::NOT_FOUND, "{address}");
        }
    }

    #[actix_web::test]
    async fn browsers_find_the_icon_where_they_guess_it() {
        let (status, content_type, ..) = ask("/favicon.ico").await;
        assert_eq!((status, content_type.as_str()), (StatusCode::OK, "image/x-icon"));
    }

    #[::core::prelude::v1::test]
    fn the_fingerprint_is_fnv_1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[::core::prelude::v1::test]
    fn the_first_load_stays_small() {
        assert!(STYLE.body.len() < 15_000, "the style sheet has {} bytes", STYLE.body.len());
        assert!(ADMIN_STYLE.body.len() < 15_000, "the desk's has {} bytes", ADMIN_STYLE.body.len());
        assert!(FORM_SCRIPT.body.len() + CONTINUE_SCRIPT.body.len() < 3_000);
    }
}
