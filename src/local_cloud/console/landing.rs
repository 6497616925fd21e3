//! Where a browser goes after sign-in.

use url::Url;

/// The page that `relay_state` names, if it is a console page of ours; else the console's home.
/// Only path and query are kept, so whatever host stood there is not gone to.
pub(super) fn landing(base_url: &str, relay_state: Option<&str>) -> String {
    relay_state.and_then(|text| own_page(base_url, text)).unwrap_or_else(|| "/console".to_owned())
}

fn own_page(base_url: &str, text: &str) -> Option<String> {
    let base = Url::parse(base_url).ok()?;
    let url = base.join(text).ok()?;
    let is_own = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
    let is_page = url.path() == "/console" || url.path().starts_with("/console/");
    if !is_own || !is_page || url.path() == "/console/logout" {
        return None;
    }
    Some(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_are_gone_to() {
        let base = "http://localhost:8090";
        for (relay_state, expected) in [
            ("http://localhost:8090/console", "/console"),
            ("http://localhost:8090/console?tab=policies", "/console?tab=policies"),
            ("/console/policies", "/console/policies"),
            ("", "/console"),
            ("https://localhost:8090/console/x", "/console"),
            ("http://localhost:8091/console/x", "/console"),
            ("http://localhost:8090@evil.example/console/x", "/console"),
            ("http://user@localhost:8090/console/x", "/console"),
            ("//evil.example/console/x", "/console"),
            ("\\\\evil.example/console/x", "/console"),
            ("javascript:alert(1)", "/console"),
            ("/console/../assets/x", "/console"),
            ("/consolex", "/console"),
            ("/console/logout", "/console"),
            ("https://evil.example/", "/console"),
        ] {
            assert_eq!(landing(base, Some(relay_state)), expected, "{relay_state}");
        }
        assert_eq!(landing(base, None), "/console");
    }
}
