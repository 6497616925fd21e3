//! Style sheet, icon and the one script: built into the program, named by their content, so that a browser may keep
//! them for ever.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::crypto::hash;

struct Asset {
    name: String,
    content_type: &'static str,
    text: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("console", "css", "text/css; charset=utf-8", include_str!("asset/console.css"))
});
static PASSKEY_SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("passkey", "js", "text/javascript; charset=utf-8", include_str!("asset/passkey.js"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("cloud", "svg", "image/svg+xml", include_str!("asset/cloud.svg")));

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, text: &'static str) -> Self {
        let digest: String = hash::sha256_hex(text.as_bytes()).chars().take(12).collect();
        Self { name: format!("{stem}.{digest}.{extension}"), content_type, text }
    }
}

/// The style sheet's address.
pub(super) fn style_url() -> String {
    format!("/assets/{}", STYLE.name)
}

/// The address of the script that pages with passkeys have.
pub(super) fn passkey_script_url() -> String {
    format!("/assets/{}", PASSKEY_SCRIPT.name)
}

/// The icon's address.
pub(super) fn icon_url() -> String {
    format!("/assets/{}", ICON.name)
}

/// The answer with the asset of this name, if there is one.
pub(super) fn answer(name: &str) -> Option<HttpResponse> {
    let asset = [&*STYLE, &*ICON, &*PASSKEY_SCRIPT].into_iter().find(|asset| asset.name == name)?;
    let mut response = HttpResponse::build(StatusCode::OK);
    response
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
    Some(response.body(asset.text))
}
