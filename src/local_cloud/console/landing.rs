//! Where a browser goes after sign-in.

use url::Url;

/// Where nobody asked for another page.
pub(super) const HOME: &str = "/console";
/// What the consoles' pages begin with.
const CONSOLES: &[&str] = &["/console", "/ram", "/resource-directory"];
/// Addresses of ours that are no pages: they take forms alone.
const FORMS: &[&str] = &["/console/logout", "/console/switch"];
/// Characters of the longest address that is gone to.
const LONGEST: usize = 2048;

/// The page that `wanted` names, if it is one of the consoles' own; else the console's home.
pub(super) fn landing(base_url: &str, wanted: Option<&str>) -> String {
    wanted.and_then(|text| own_page(base_url, text)).unwrap_or_else(|| HOME.to_owned())
}

/// The page of the consoles that `text` names, as its path and query: whatever host stood there is not gone
/// to.
pub(super) fn own_page(base_url: &str, text: &str) -> Option<String> {
    let base = Url::parse(base_url).ok()?;
    let url = base.join(text).ok()?;
    let is_own = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
    let path = percent_decode(url.path());
    let is_of = |console: &str| {
        path.strip_prefix(console).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_page = CONSOLES.iter().any(|console| is_of(console)) && !FORMS.iter().any(|form| is_of(form));
    if !is_own || !is_page {
        return None;
    }
    let page = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    (page.len() <= LONGEST).then_some(page)
}

/// The path as the router reads it.
fn percent_decode(path: &str) -> String {
    // A plus sign in a path stands for itself.
    let query = format!("={}", path.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(query.as_bytes())
        .next()
        .map(|(_, path)| path.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_pages_are_gone_to() {
        let base = "http://localhost:8090";
        let long = format!("/ram?{}", "x".repeat(LONGEST));
        for (relay_state, expected) in [
            ("http://localhost:8090/console", "/console"),
            ("http://localhost:8090/console?tab=policies", "/console?tab=policies"),
            ("/console/policies", "/console/policies"),
            ("/ram/users?search=a%2Fb&tag_key=x", "/ram/users?search=a%2Fb&tag_key=x"),
            ("/ram/users/a%20b+c", "/ram/users/a%20b+c"),
            ("http://localhost:8090/resource-directory", "/resource-directory"),
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
            ("/console/logout?x", "/console"),
            ("/console/%6Cogout", "/console"),
            ("/console/x/../logout", "/console"),
            ("/console/switch", "/console"),
            ("/ramx", "/console"),
            ("/ram/../login", "/console"),
            ("/login", "/console"),
            ("/?Action=DeleteUser", "/console"),
            ("//ram/users", "/console"),
            ("/\\evil.example/ram/users", "/console"),
            ("/\tram/users", "/ram/users"),
            ("https://evil.example/", "/console"),
            (long.as_str(), "/console"),
        ] {
            assert_eq!(landing(base, Some(relay_state)), expected, "{relay_state}");
        }
        assert_eq!(landing(base, None), "/console");
    }
}
