use fantoccini::key::Key;

use super::*;
use crate::support::panics;
use crate::support::site::{Reply, Site, html};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'";

const FORM: &str = "
    <link rel=icon href='data:,'><link rel=stylesheet href=/style.css>
    <form action=/greet method=post>
      <label for=who>Who's there</label><input id=who name=user value=nobody>
      <label>Code <input name=code></label><input type=hidden name=hidden value=x>
      <button name=decision value=approve>Approve</button>
      <button name=decision value=deny aria-label='Deny it'>No</button>
    </form>
    <section id=more><details><summary>More</summary><a href=/greet target=_blank>Approve</a></details></section>
    <p>It's in <span id=scheme></span>.</p><script src=/script.js></script>";

fn site() -> Site {
    Site::start(|request| {
        let plain = |kind: &str, body: &str| -> Reply {
            (200, vec![("Content-Type", kind.to_owned())], body.to_owned())
        };
        let icon = "<link rel=icon href='data:,'>";
        match request.target.as_str() {
            "/form" => html(&format!("{POLICY}; img-src data:"), FORM),
            "/greet" => {
                html(&format!("{POLICY}; img-src data:"), &format!("{icon}<p>Hello, {}</p>", request.body))
            }
            "/inline" => {
                html(&format!("{POLICY}; img-src data:"), &format!("{icon}<p>x</p><script>1</script>"))
            }
            "/handler" => html(&format!("{POLICY}; img-src data:"), &format!("{icon}<p onclick='x()'>x</p>")),
            "/style" => {
                html(&format!("{POLICY}; img-src data:"), &format!("{icon}<p style='color:red'>x</p>"))
            }
            "/throws" => html("", &format!("{icon}<p>x</p><script>throw new Error('lost')</script>")),
            "/missing" => html("", &format!("{icon}<p>x</p><img alt='' src=/nowhere>")),
            "/fair" => html(
                "",
                &format!(
                    "<html lang=en><title>x</title>{icon}<main><h1>x</h1><label>Name <input></label></main>"
                ),
            ),
            "/poor" => {
                html("", &format!("<html lang=en><title>x</title>{icon}<main><h1>x</h1><input></main>"))
            }
            "/wide" => html("", &format!("{icon}<p style='width:700px'>x</p>")),
            "/style.css" => plain(
                "text/css",
                "@media (prefers-color-scheme: dark) { #scheme::after { content: 'dark' } }",
            ),
            "/script.js" => plain(
                "text/javascript",
                "document.getElementById('scheme').textContent = innerWidth + (matchMedia('(prefers-color-scheme: dark)').matches ? ' dark' : ' light')",
            ),
            _ => (404, vec![], String::new()),
        }
    })
}

#[test]
fn a_page_is_filled_clicked_read_and_pictured() {
    let site = site();
    let browser = Browser::open(320, 600);
    browser.goto(&site.url("/form"));
    browser.wait_for_text("It's in 320 light.");
    browser.assert_no_sideways_scrolling();
    browser.fill("Who's there", "alice");
    browser.fill("code", "000");
    browser.fill("Code", "123");

    browser.click("Approve"); // the link of that text is folded away
    browser.wait_for_text("Hello, user=alice&code=123&hidden=x&decision=approve");
    assert_eq!(browser.url().path(), "/greet");

    browser.resize(1440, 900);
    browser.prefer_color_scheme("dark");
    browser.goto(&site.url("/form"));
    browser.wait_for_text("It's in 1440 dark.");
    browser.click("Deny it");
    browser.wait_for_text("decision=deny");

    browser.goto(&site.url("/form"));
    browser.fill("user", "bob");
    browser.press(&Key::Enter.to_string());
    browser.wait_for_text("Hello, user=bob");

    browser.goto(&site.url("/form"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pictures/form.png");
    browser.screenshot(&file);
    let png = fs::read(file).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
    assert_eq!(width, 1440);

    browser.click("More");
    browser.click_within("#more", "Approve");
    browser.switch_to_new_window();
    browser.wait_for_text("Hello,");
    browser.assert_clean_console();
}

#[test]
fn a_console_that_is_not_clean_is_noticed() {
    let site = site();
    let browser = Browser::open(600, 600);
    for (path, complaint) in [
        ("/inline", "script-src"),
        ("/handler", "script-src"),
        ("/style", "style-src"),
        ("/throws", "lost"),
        ("/missing", "404"),
    ] {
        browser.goto(&site.url(path));
        let errors = browser.console_errors();
        assert!(errors.iter().any(|error| error.contains(complaint)), "{path}: {errors:?}");
        browser.goto(&site.url(path));
        assert!(panics(|| browser.assert_clean_console()), "{path}");
    }
    browser.goto(&site.url("/greet"));
    browser.assert_clean_console();
    browser.goto(&site.url("/wide"));
    assert!(panics(|| browser.assert_no_sideways_scrolling()));
    browser.goto(&site.url("/fair"));
    browser.assert_accessible();
    browser.goto(&site.url("/poor"));
    assert!(panics(|| browser.assert_accessible()), "a field without a label");
}

/// The processes that name `text` on their command line, but those that only run a test.
fn named(text: &str) -> usize {
    let lines =
        fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(text)).count()
}

#[test]
fn nothing_of_it_outlives_the_test() {
    let browser = Browser::open(600, 600);
    let profile = browser.profile.path().to_string_lossy().into_owned();
    assert!(named(&profile) > 0);
    drop(browser);
    let gone = wait_for(PATIENCE, || (named(&profile) == 0).then_some(()));
    assert!(gone.is_some());
    assert!(wait_for(PATIENCE, || (!Path::new(&profile).exists()).then_some(())).is_some());
}

#[test]
fn any_text_is_a_string_of_xpath() {
    assert_eq!(quoted("a \"b\""), "'a \"b\"'");
    assert_eq!(quoted("it's"), "concat('it', \"'\", 's')");
}
