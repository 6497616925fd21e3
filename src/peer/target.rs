//! The address of a request, as somebody wrote it.

use url::Url;

use super::Error;

/// Characters of an address.
const LONGEST: usize = 2048;

/// Reads an http or https URL. What it stands for is judged when it is connected to.
///
/// # Errors
/// [`Error::Address`]: another scheme, no host, user-info, a fragment, too long. Neither path nor query is quoted,
/// since they may hold what opens the door.
pub(super) fn parse(text: &str) -> Result<Url, Error> {
    let refused = |expected, received: &str| Error::Address { expected, received: received.to_owned() };
    if text.len() > LONGEST {
        return Err(refused("a URL of at most 2048 characters", &format!("{} characters", text.len())));
    }
    let url = Url::parse(text).map_err(|error| refused("an https URL", &error.to_string()))?;
    check(url)
}

/// Where a redirect leads from `url`.
///
/// # Errors
/// As [`parse`]; [`Error::Address`] also where it leads from https to http.
pub(super) fn follow(url: &Url, location: &str) -> Result<Url, Error> {
    let refused = |expected, received: String| Error::Address { expected, received };
    if location.len() > LONGEST {
        let received = format!("{} characters", location.len());
        return Err(refused("a redirect to a URL of at most 2048 characters", received));
    }
    let next = url.join(location).map_err(|error| refused("a redirect to a URL", error.to_string()))?;
    let next = check(next)?;
    if url.scheme() == "https" && next.scheme() != "https" {
        return Err(refused("a redirect to an https URL", shown(&next)));
    }
    Ok(next)
}

fn check(url: Url) -> Result<Url, Error> {
    let refused = |expected| Err(Error::Address { expected, received: shown(&url) });
    if !matches!(url.scheme(), "https" | "http") {
        return refused("an https URL");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refused("a URL with a host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("a URL without user name and password");
    }
    if url.fragment().is_some() {
        return refused("a URL without fragment");
    }
    Ok(url)
}

/// Scheme and host.
pub(super) fn shown(url: &Url) -> String {
    match url.host_str() {
        Some(host) => format!("{}://{host}", url.scheme()),
        None => format!("{}:", url.scheme()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_web_and_plain() {
        assert_eq!(parse("https://sp.example/saml?a=b").unwrap().as_str(), "https://sp.example/saml?a=b");
        assert!(parse("http://127.0.0.1:8080").is_ok());
        let long = format!("https://sp.example/{}", "x".repeat(2048));
        for (text, expected) in [
            ("file:///etc/passwd", "an https URL"),
            ("gopher://sp.example/", "an https URL"),
            ("javascript:alert(1)", "an https URL"),
            ("/metadata", "an https URL"),
            ("", "an https URL"),
            ("https://", "an https URL"),
            ("https://user@sp.example/", "a URL without user name and password"),
            ("https://:hush@sp.example/", "a URL without user name and password"),
            ("https://sp.example/#top", "a URL without fragment"),
            (long.as_str(), "a URL of at most 2048 characters"),
        ] {
            match parse(text).unwrap_err() {
                Error::Address { expected: told, received } => {
                    assert_eq!(told, expected, "{text}");
                    assert!(!received.contains("hush"), "{received}");
                }
                other => panic!("{text}: {other}"),
            }
        }
    }

    #[test]
    fn a_redirect_leads_to_such_an_address_and_stays_encrypted() {
        let from = |url: &str, location: &str| follow(&Url::parse(url).unwrap(), location);
        assert_eq!(from("https://a.example/x", "/y").unwrap().as_str(), "https://a.example/y");
        assert_eq!(from("https://a.example/x", "//b.example").unwrap().as_str(), "https://b.example/");
        assert_eq!(from("http://a.example/x", "https://b.example/").unwrap().as_str(), "https://b.example/");
        for location in
            ["http://a.example/", "file:///etc/passwd", "https://me@a.example/", "https://a.example/#x"]
        {
            assert!(
                matches!(from("https://a.example/x", location), Err(Error::Address { .. })),
                "{location}"
            );
        }
    }
}
