//! A visitor without a browser: keeps cookies, reads forms, and says where it comes from as browsers
//! do (`Origin`, `Sec-Fetch-Site`, `SameSite`). It follows a redirect only when told to.

use std::time::Duration;

use ureq::Agent;
use ureq::config::IpFamily;
use ureq::http::{Method, Request};
use url::Url;

use super::html;

/// One person's client, with a cookie jar of its own. A clone has a copy of the jar, as a thief of
/// cookies would.
#[derive(Clone)]
pub(crate) struct Visitor {
    agent: Agent,
    cookies: Vec<Cookie>,
    headers: Vec<(String, String)>,
    hides_its_site: bool,
}

impl Visitor {
    pub(crate) fn new() -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .ip_family(IpFamily::Ipv4Only)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Self { agent, cookies: Vec::new(), headers: Vec::new(), hides_its_site: false }
    }

    /// This visitor, sending one more header with every request.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// This visitor in a browser too old for `Sec-Fetch-Site`.
    pub(crate) fn without_fetch_metadata(mut self) -> Self {
        self.hides_its_site = true;
        self
    }

    /// This visitor with a cookie of that name for `url`, as somebody who writes cookies by hand.
    pub(crate) fn with_cookie(mut self, url: &str, name: &str, value: &str) -> Self {
        self.keep(&parse(url), &format!("{name}={value}"));
        self
    }

    /// This visitor without the product's session cookie for `url`.
    pub(crate) fn without_session(mut self, url: &str) -> Self {
        let url = parse(url);
        self.cookies.retain(|cookie| cookie.name != "cloudsso" || !cookie.goes_to(&url));
        self
    }

    /// As typed into the address bar. Does not follow redirects.
    pub(crate) fn get(&mut self, url: &str) -> Page {
        self.send(None, &Method::GET, parse(url), None)
    }

    /// [`Self::get`] and [`Self::follow`].
    pub(crate) fn open(&mut self, url: &str) -> Page {
        let page = self.get(url);
        self.follow(page)
    }

    /// Sends a form from the page it stood on. Does not follow redirects.
    pub(crate) fn submit(&mut self, form: &Form) -> Page {
        let fields = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        if form.method == "POST" {
            return self.send(Some(&form.page), &Method::POST, form.action.clone(), Some(fields));
        }
        let mut url = form.action.clone();
        url.set_query(Some(&fields));
        self.send(Some(&form.page), &Method::GET, url, None)
    }

    /// Sends a body as it is, as a program does; what it is, a header must say ([`Self::with_header`]).
    pub(crate) fn post(&mut self, url: &str, body: &str) -> Page {
        self.send(None, &Method::POST, parse(url), Some(body.to_owned()))
    }

    /// Goes where `page` redirects to, ten times at most; gives the first page that does not.
    pub(crate) fn follow(&mut self, mut page: Page) -> Page {
        for _hop in 0..10 {
            let Some(target) = page.location() else { return page };
            assert!(!matches!(page.status, 307 | 308), "a form would be sent again: {}", page.describe());
            page = self.send(Some(&page.url), &Method::GET, target, None);
        }
        panic!("more than ten redirects, the last to {}", page.url);
    }

    /// [`Self::carry`], from what is typed into the address bar.
    pub(crate) fn open_through(&mut self, url: &str) -> Page {
        let page = self.get(url);
        self.carry(page)
    }

    /// Goes on for as long as pages lead on by themselves, as in a browser that runs scripts: by redirects, by
    /// refreshes, and by forms that carry a SAML message. Gives the first page that does not.
    pub(crate) fn carry(&mut self, page: Page) -> Page {
        self.carry_until(page, |_target| false)
    }

    /// As [`Self::carry`], up to the page that leads to where `is_gone`: a place that cannot be reached.
    pub(crate) fn carry_until(&mut self, mut page: Page, is_gone: impl Fn(&Url) -> bool) -> Page {
        for _hop in 0..30 {
            let next = page.location().or_else(|| page.refresh());
            let form = page.message_form().filter(|_form| next.is_none());
            match (next, form) {
                (Some(target), _) if !is_gone(&target) => {
                    assert!(
                        !matches!(page.status, 307 | 308),
                        "a form would be sent again: {}",
                        page.describe()
                    );
                    page = self.send(Some(&page.url), &Method::GET, target, None);
                }
                (None, Some(form)) if !is_gone(&form.action) => page = self.submit(&form),
                _ => return page,
            }
        }
        panic!("more than thirty pages lead on, the last to {}", page.url);
    }

    /// The value of a cookie that would be sent to `url`.
    pub(crate) fn cookie(&self, url: &str, name: &str) -> Option<&str> {
        let url = parse(url);
        self.cookies
            .iter()
            .find(|cookie| cookie.name == name && cookie.goes_to(&url))
            .map(|cookie| cookie.value.as_str())
    }

    fn send(&mut self, from: Option<&Url>, method: &Method, url: Url, form: Option<String>) -> Page {
        let site = from.map_or("none", |from| relation(from, &url));
        let mut request = Request::builder().method(method).uri(url.as_str());
        if !self.hides_its_site {
            request = request.header("Sec-Fetch-Site", site);
        }
        if let (Some(from), &Method::POST) = (from, method) {
            request = request.header("Origin", from.origin().ascii_serialization());
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let is_sent = |cookie: &&Cookie| cookie.goes_to(&url) && cookie.crosses(site, method);
        let cookies: Vec<String> = self.cookies.iter().filter(is_sent).map(Cookie::pair).collect();
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.join("; "));
        }
        let response = match form {
            Some(form) => {
                if !self.headers.iter().any(|(name, _value)| name == "Content-Type") {
                    request = request.header("Content-Type", "application/x-www-form-urlencoded");
                }
                self.agent.run(request.body(form).unwrap())
            }
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut response = response.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let status = response.status().as_u16();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect();
        for (_name, value) in headers.iter().filter(|(name, _value)| name == "set-cookie") {
            self.keep(&url, value);
        }
        Page { url, status, headers, body: response.body_mut().read_to_string().unwrap() }
    }

    fn keep(&mut self, url: &Url, header: &str) {
        let Some((cookie, is_over)) = Cookie::parse(url, header) else { return };
        self.cookies
            .retain(|old| (&old.name, &old.host, &old.path) != (&cookie.name, &cookie.host, &cookie.path));
        if !is_over {
            self.cookies.push(cookie);
        }
    }
}

/// How `to` looks from `from`, as `Sec-Fetch-Site` says it. Hosts are compared whole.
fn relation(from: &Url, to: &Url) -> &'static str {
    if from.origin() == to.origin() {
        "same-origin"
    } else if (from.scheme(), from.host()) == (to.scheme(), to.host()) {
        "same-site"
    } else {
        "cross-site"
    }
}

fn parse(url: &str) -> Url {
    Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// RFC 6265: belongs to a host, whatever the port.
#[derive(Clone)]
struct Cookie {
    name: String,
    value: String,
    host: String,
    path: String,
    is_secure: bool,
    same_site: String,
}

impl Cookie {
    /// The cookie of a `Set-Cookie` header, and whether the header deletes it.
    fn parse(url: &Url, header: &str) -> Option<(Self, bool)> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            host: url.host_str()?.to_owned(),
            path: "/".to_owned(),
            is_secure: false,
            same_site: "unsaid".to_owned(),
        };
        let mut is_over = false;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.to_ascii_lowercase().as_str() {
                "path" => value.clone_into(&mut cookie.path),
                "secure" => cookie.is_secure = true,
                "samesite" => cookie.same_site = value.to_ascii_lowercase(),
                "max-age" => is_over = value.starts_with('-') || value == "0",
                _ => {}
            }
        }
        Some((cookie, is_over))
    }

    fn pair(&self) -> String {
        format!("{}={}", self.name, self.value)
    }

    fn goes_to(&self, url: &Url) -> bool {
        let is_trusted = url.scheme() == "https" || matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        let behind = url.path().strip_prefix(self.path.trim_end_matches('/'));
        url.host_str() == Some(&self.host)
            && (is_trusted || !self.is_secure)
            && behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/'))
    }

    /// A cookie that says nothing of it goes along with forms of other sites, in some browsers for as long as it is
    /// young.
    fn crosses(&self, site: &str, method: &Method) -> bool {
        match self.same_site.as_str() {
            _ if site != "cross-site" => true,
            "none" | "unsaid" => true,
            "strict" => false,
            _ => method == Method::GET,
        }
    }
}

/// What came back.
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Page {
    /// The first header of that name, in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _value)| key == name).map(|(_key, value)| value.as_str())
    }

    /// Every header of that name, in small letters.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _value)| key == name).map(|(_key, value)| value.as_str())
    }

    /// Where the page redirects to.
    pub(crate) fn location(&self) -> Option<Url> {
        let target = self.header("location").filter(|_target| (300..400).contains(&self.status))?;
        Some(self.url.join(target).unwrap_or_else(|error| panic!("Location {target:?}: {error}")))
    }

    /// Where a refresh of the page leads.
    fn refresh(&self) -> Option<Url> {
        html::refresh(&self.body).map(|target| self.url.join(&target).unwrap())
    }

    /// The form of a page that posts a SAML message by itself.
    fn message_form(&self) -> Option<Form> {
        let carries =
            |form: &Form| ["SAMLRequest", "SAMLResponse"].iter().any(|name| form.field(name).is_some());
        self.forms().into_iter().find(|form| form.method == "POST" && carries(form))
    }

    pub(crate) fn forms(&self) -> Vec<Form> {
        let complete = |form: html::RawForm| Form {
            page: self.url.clone(),
            action: self.url.join(&form.action).unwrap(),
            method: form.method,
            fields: form.fields,
            buttons: form.buttons,
        };
        html::forms(&self.body).into_iter().map(complete).collect()
    }

    /// The one form whose action contains `part`; the auto-posting one too.
    #[track_caller]
    pub(crate) fn form(&self, part: &str) -> Form {
        let mut forms = self.forms();
        forms.retain(|form| form.action.as_str().contains(part));
        let count = forms.len();
        match forms.pop() {
            Some(form) if count == 1 => form,
            _ => panic!("{count} forms to {part:?}, one is wanted: {}", self.describe()),
        }
    }

    /// The one form with the button `deed` of this value, as that button sends it.
    #[track_caller]
    pub(crate) fn deed(&self, deed: &str) -> Form {
        let mut forms = self.deeds(deed);
        assert_eq!(forms.len(), 1, "forms that do {deed:?}: {}", self.describe());
        forms.remove(0)
    }

    /// Every form with the button `deed` of this value, as that button sends it.
    pub(crate) fn deeds(&self, deed: &str) -> Vec<Form> {
        let mut forms = self.forms();
        let button = ("deed".to_owned(), deed.to_owned());
        forms.retain(|form| form.buttons.contains(&button));
        forms.into_iter().map(|form| form.with("deed", deed)).collect()
    }

    /// The token that the page's forms carry.
    #[track_caller]
    pub(crate) fn csrf_token(&self) -> String {
        let token = self.forms().iter().find_map(|form| form.field("csrf_token").map(str::to_owned));
        token.unwrap_or_else(|| panic!("no form with csrf_token: {}", self.describe()))
    }

    /// What a reader sees of it.
    pub(crate) fn text(&self) -> String {
        html::text(&self.body)
    }

    fn describe(&self) -> String {
        format!("{} answered {}: {}", self.url, self.status, self.text())
    }
}

/// A form of a page, ready to send.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    page: Url,
    pub(crate) action: Url,
    pub(crate) method: String,
    pub(crate) fields: Vec<(String, String)>,
    /// Names and values of its buttons that have both.
    buttons: Vec<(String, String)>,
}

impl Form {
    /// A form without fields, on a page of somebody else's.
    pub(crate) fn of(page: &str, action: &str) -> Self {
        let (page, action) = (parse(page), parse(action));
        Self { page, action, method: "POST".to_owned(), fields: Vec::new(), buttons: Vec::new() }
    }

    /// The form with this field set, or added: a button pressed, say.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(key, _value)| key == name) {
            Some((_key, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The form as it would come from a page at another address.
    pub(crate) fn sent_from(mut self, page: &str) -> Self {
        self.page = parse(page);
        self
    }

    /// The form sent to another address.
    pub(crate) fn sent_to(mut self, action: &str) -> Self {
        self.action = parse(action);
        self
    }

    /// The form with this field once more.
    pub(crate) fn with_another(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _value)| key != name);
        self
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _value)| key == name).map(|(_key, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests;
