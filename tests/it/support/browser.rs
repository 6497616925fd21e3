//! A real browser: Chromium without a window, driven by chromedriver on a free port. Both end with
//! the test. Every wait is for something on the page, and bounded.

use std::env;
use std::fs;
use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use data_encoding::BASE64;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use ureq::http::Method;
use url::{ParseError, Url};

use super::process::{Process, signal};
use super::wait_for;

/// How long something on a page may take, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// Quiet, and the same on every machine.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-US",
    // Colours on their way to others are of no contrast that anybody chose.
    "--force-prefers-reduced-motion",
];

/// Tells the console of each violation of the page's policy, also of kinds that the browser itself
/// mentions only in a report.
const WATCH_POLICY: &str = "addEventListener('securitypolicyviolation', event =>
    console.error('securitypolicyviolation', event.effectiveDirective, event.blockedURI))";

/// A browser with a fresh profile.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    chromium: Option<u32>,
    profile: TempDir,
    _driver: Process,
}

impl Browser {
    /// Opens one with a viewport of that many CSS pixels.
    pub(crate) fn open(width: u32, height: u32) -> Self {
        let (driver, port) = drive();
        let profile = tempfile::tempdir().unwrap();
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": flags }));
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));

        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let client = runtime
            .block_on(ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&url))
            .unwrap_or_else(|error| panic!("no browser: {error}"));
        let chromium =
            client.capabilities().and_then(|known| known.get("goog:processID")).and_then(Value::as_u64);
        let chromium = chromium.and_then(|id| u32::try_from(id).ok());
        let browser = Self { runtime, client: Some(client), chromium, profile, _driver: driver };
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": WATCH_POLICY }));
        browser.resize(width, height);
        browser
    }

    /// Changes the viewport, in CSS pixels. Narrower than a window may be is fine.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Asks pages for their dark or their light face.
    pub(crate) fn prefer_color_scheme(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Opens an address and waits until the page is loaded.
    pub(crate) fn goto(&self, url: &str) {
        self.run(|client| async move { client.goto(url).await });
    }

    pub(crate) fn url(&self) -> Url {
        self.run(|client| async move { client.current_url().await })
    }

    /// The page's text as it is shown.
    pub(crate) fn text(&self) -> String {
        self.evaluate("return document.body ? document.body.innerText : ''")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the page shows `text`.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, text: &str) {
        let found = wait_for(PATIENCE, || self.text().contains(text).then_some(()));
        assert!(found.is_some(), "{} does not show {text:?} but: {}", self.url(), self.text());
    }

    /// Clears the one visible field of that name or label, and types `value` into it.
    #[track_caller]
    pub(crate) fn fill(&self, name_or_label: &str, value: &str) {
        let wanted = quoted(name_or_label);
        let label = format!("label[normalize-space(.)={wanted}]");
        let field = self.only(
            "body",
            &format!(
                ".//*[self::input or self::textarea][@name={wanted} or @id=//{label}/@for or ancestor::{label}]"
            ),
        );
        self.run(|_client| async {
            field.clear().await?;
            field.send_keys(value).await
        });
    }

    /// Clicks the one visible button, link or summary that says exactly `text` (or is labelled so).
    #[track_caller]
    pub(crate) fn click(&self, text: &str) {
        self.click_within("body", text);
    }

    /// As [`Self::click`], in the first element that matches the CSS selector `scope`.
    #[track_caller]
    pub(crate) fn click_within(&self, scope: &str, text: &str) {
        let text = quoted(text);
        let says =
            format!("normalize-space(.)={text} or @aria-label={text} or (self::input and @value={text})");
        let kinds = "self::button or self::a or self::summary or self::input[@type='submit']";
        let target = self.only(scope, &format!(".//*[{kinds}][{says}]"));
        self.run(|_client| async move { target.click().await });
    }

    /// Presses keys on whatever has the focus: text, or a `fantoccini::key::Key`.
    pub(crate) fn press(&self, keys: &str) {
        self.run(|client| async move { client.active_element().await?.send_keys(keys).await });
    }

    /// Goes on in the window that opened last.
    pub(crate) fn switch_to_new_window(&self) {
        let windows = wait_for(PATIENCE, || {
            let windows = self.run(|client| async move { client.windows().await });
            (windows.len() > 1).then_some(windows)
        });
        let newest = windows.and_then(|mut windows| windows.pop()).unwrap_or_else(|| panic!("no new window"));
        self.run(|client| async move { client.switch_to_window(newest).await });
    }

    /// Runs the body of a function in the page; gives what it returns.
    pub(crate) fn evaluate(&self, script: &str) -> Value {
        self.run(|client| async move { client.execute(script, Vec::new()).await })
    }

    /// Saves the whole page, below the fold too, as PNG.
    pub(crate) fn screenshot(&self, file: &Path) {
        let size = &self.devtools("Page.getLayoutMetrics", &json!({}))["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", &wanted);
        let png = BASE64.decode(picture["data"].as_str().unwrap().as_bytes()).unwrap();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, png).unwrap();
    }

    /// As [`Self::screenshot`], under this name in the folder of `CLOUDSSO_TEST_PICTURES`, for whoever set that
    /// to look at what the tests see.
    #[expect(clippy::disallowed_methods, reason = "where somebody wants pictures is no part of the product")]
    pub(crate) fn picture(&self, name: &str) {
        if let Ok(folder) = env::var("CLOUDSSO_TEST_PICTURES") {
            self.screenshot(&Path::new(&folder).join(format!("{name}.png")));
        }
    }

    /// Errors and violations of the page's policy that the console has seen since the last call.
    pub(crate) fn console_errors(&self) -> Vec<String> {
        let log = self.send("se/log", json!({ "type": "browser" }));
        let entries = log.as_array().unwrap_or_else(|| panic!("no log: {log}"));
        let is_bad = |entry: &&Value| {
            let message = entry["message"].as_str().unwrap_or_default();
            let words = ["Content Security Policy", "Content-Security-Policy", "securitypolicyviolation"];
            entry["level"] == "SEVERE" || words.iter().any(|word| message.contains(word))
        };
        entries.iter().filter(is_bad).map(Value::to_string).collect()
    }

    /// Fails when the console has seen an error, or the page has broken its own policy.
    #[track_caller]
    pub(crate) fn assert_clean_console(&self) {
        let errors = self.console_errors();
        assert!(errors.is_empty(), "the console of {} says:\n{}", self.url(), errors.join("\n"));
    }

    /// Fails when axe-core finds fault with how accessible the page is, by all the rules that it has on.
    #[track_caller]
    pub(crate) fn assert_accessible(&self) {
        self.evaluate(accessibility::axe());
        let violations = self.evaluate_later(accessibility::RUN);
        assert_eq!(violations, json!([]), "{} is not accessible to everybody", self.url());
    }

    /// As [`Self::evaluate`], for a function that gives what it has to its last argument.
    fn evaluate_later(&self, script: &str) -> Value {
        self.run(|client| async move { client.execute_async(script, Vec::new()).await })
    }

    /// Fails when the page is wider than the viewport.
    #[track_caller]
    pub(crate) fn assert_no_sideways_scrolling(&self) {
        let root = "const root = document.documentElement;";
        let excess = self.evaluate(&format!("{root} return root.scrollWidth - root.clientWidth")).as_i64();
        assert_eq!(excess, Some(0), "{} is that many pixels too wide", self.url());
    }

    /// The one visible element that the XPath finds below the CSS selector; waits for it.
    #[track_caller]
    fn only(&self, scope: &str, path: &str) -> Element {
        let mut count = 0;
        let found = wait_for(PATIENCE, || {
            let mut visible = self.try_run(|client| visible(client, scope, path)).ok()?;
            count = visible.len();
            if count == 1 { visible.pop() } else { None }
        });
        found.unwrap_or_else(|| {
            panic!("{} has {count} of {path} in {scope}, one is wanted: {}", self.url(), self.text())
        })
    }

    /// A command of the browser's own protocol.
    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.send("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    fn send(&self, path: &'static str, body: Value) -> Value {
        self.run(|client| async move { client.issue_cmd(Extension { path, body }).await })
    }

    #[track_caller]
    fn run<T, F: Future<Output = Result<T, CmdError>>>(&self, work: impl FnOnce(Client) -> F) -> T {
        self.try_run(work).unwrap_or_else(|error| panic!("the browser: {error}"))
    }

    fn try_run<T, F: Future<Output = Result<T, CmdError>>>(
        &self,
        work: impl FnOnce(Client) -> F,
    ) -> Result<T, CmdError> {
        let client = self.client.clone().unwrap();
        self.runtime.block_on(work(client))
    }
}

/// A chromedriver, and its port. It takes a port that is free by IPv6 and ends where somebody has that port by
/// IPv4, which with many tests at once happens: then there is another.
fn drive() -> (Process, String) {
    for _ in 0..10 {
        let mut driver = Process::spawn(Command::new("chromedriver").arg("--port=0"));
        let port = wait_for(PATIENCE, || {
            let has_ended = driver.ended().is_some();
            let output = driver.output();
            match output.split_once("started successfully on port ") {
                Some((_before, behind)) => Some(Some(behind.split_once('.')?.0.to_owned())),
                None => has_ended.then_some(None),
            }
        });
        match port.flatten() {
            Some(port) => return (driver, port),
            None if driver.output().contains("Address already in use") => {}
            None => panic!("chromedriver does not start: {}", driver.output()),
        }
    }
    panic!("chromedriver finds no port");
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _may_hang =
                self.runtime.block_on(async { timeout(Duration::from_secs(5), client.close()).await });
        }
        // Should it have outlived its session: ours is the one with our profile.
        if let Some(id) = self.chromium
            && let Ok(line) = fs::read(format!("/proc/{id}/cmdline"))
            && String::from_utf8_lossy(&line).contains(&*self.profile.path().to_string_lossy())
        {
            signal("KILL", id);
        }
    }
}

async fn visible(client: Client, scope: &str, path: &str) -> Result<Vec<Element>, CmdError> {
    let scope = client.find(Locator::Css(scope)).await?;
    let mut visible = Vec::new();
    for element in scope.find_all(Locator::XPath(path)).await? {
        if element.is_displayed().await? {
            visible.push(element);
        }
    }
    Ok(visible)
}

/// A string of XPath 1.0, which has no escapes.
fn quoted(text: &str) -> String {
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    if parts.len() == 1 { parts.concat() } else { format!("concat({})", parts.join(", \"'\", ")) }
}

/// A command that chromedriver adds to the standard's.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

mod accessibility;
mod form;
#[cfg(test)]
mod tests;
