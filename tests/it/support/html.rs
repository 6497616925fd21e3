//! Reads forms and text out of a page, well enough for pages that are well formed.

/// A form as it would be sent: names and values of its fields, in order. Buttons are left out:
/// whoever presses one sets its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RawForm {
    /// As written; empty when the form has none.
    pub(crate) action: String,
    /// In capitals; `GET` when the form has none.
    pub(crate) method: String,
    pub(crate) fields: Vec<(String, String)>,
    /// Names and values of its buttons that have both.
    pub(crate) buttons: Vec<(String, String)>,
}

/// Every form of the page.
pub(crate) fn forms(page: &str) -> Vec<RawForm> {
    let mut forms: Vec<RawForm> = Vec::new();
    let mut is_open = false;
    let mut select: Option<(String, Option<String>)> = None;
    let mut tags = Tags { rest: page };
    while let Some(tag) = tags.next() {
        match tag.name.as_str() {
            "form" => {
                is_open = true;
                let action = tag.attribute("action").unwrap_or_default();
                let method = tag.attribute("method").unwrap_or("GET".to_owned()).to_ascii_uppercase();
                forms.push(RawForm { action, method, ..RawForm::default() });
            }
            "/form" => is_open = false,
            "select" => select = tag.attribute("name").map(|name| (name, None)),
            "option" => {
                if let Some((_name, value)) = &mut select
                    && (value.is_none() || tag.attribute("selected").is_some())
                {
                    *value = tag.attribute("value");
                }
            }
            _ => {}
        }
        let Some(form) = forms.last_mut().filter(|_form| is_open) else { continue };
        match (tag.name.as_str(), tag.attribute("name")) {
            ("button", Some(name)) => {
                form.buttons.push((name, tag.attribute("value").unwrap_or_default()));
            }
            ("input", Some(name)) if tag.is_sent() => {
                form.fields.push((name, tag.attribute("value").unwrap_or_default()));
            }
            ("textarea", Some(name)) => {
                let text = tags.rest.split("</textarea").next().unwrap_or_default();
                form.fields.push((name, decode(text.strip_prefix('\n').unwrap_or(text))));
            }
            ("/select", _) => {
                if let Some((name, Some(value))) = select.take() {
                    form.fields.push((name, value));
                }
            }
            _ => {}
        }
    }
    forms
}

/// Where the page leads by itself, after no time: the address of its `<meta http-equiv="refresh">`.
pub(crate) fn refresh(page: &str) -> Option<String> {
    let mut tags = Tags { rest: page };
    while let Some(tag) = tags.next() {
        let is_refresh = tag.name == "meta"
            && tag.attribute("http-equiv").is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"));
        if is_refresh {
            return tag.attribute("content")?.strip_prefix("0; url=").map(str::to_owned);
        }
    }
    None
}

/// What a reader sees: the text without tags, scripts and styles, with single spaces.
pub(crate) fn text(page: &str) -> String {
    let mut text = String::new();
    let mut tags = Tags { rest: page };
    loop {
        let before = tags.rest;
        let Some(tag) = tags.next() else {
            text.push_str(before);
            break;
        };
        text.push_str(&before[..tag.start]);
        text.push(' ');
        if matches!(tag.name.as_str(), "script" | "style" | "template") {
            let end = tags.rest.find(&format!("</{}", tag.name)).unwrap_or(tags.rest.len());
            tags.rest = &tags.rest[end..];
        }
    }
    decode(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A tag; the name of a closing one begins with a slash.
struct Tag {
    /// Bytes before it, counted from where the search began.
    start: usize,
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(key, _value)| key == name).map(|(_key, value)| value.clone())
    }

    /// Whether a browser would send this input without a click on it.
    fn is_sent(&self) -> bool {
        let kind = self.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let is_button = matches!(kind.as_str(), "submit" | "button" | "reset" | "image");
        let is_unchecked =
            matches!(kind.as_str(), "checkbox" | "radio") && self.attribute("checked").is_none();
        !is_button && !is_unchecked && self.attribute("disabled").is_none()
    }
}

struct Tags<'a> {
    rest: &'a str,
}

impl Tags<'_> {
    fn next(&mut self) -> Option<Tag> {
        let mut start = 0;
        loop {
            start += self.rest[start..].find('<')?;
            let inner = &self.rest[start + 1..];
            if inner.starts_with("!--") {
                start += inner.find("-->")?;
            } else if inner.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/') {
                let end = inner.find(|char: char| char.is_whitespace() || char == '>')?;
                let (attributes, rest) = attributes(&inner[end..]);
                let name = inner[..end].to_ascii_lowercase();
                self.rest = rest;
                return Some(Tag { start, name, attributes });
            }
            start += 1;
        }
    }
}

/// Reads `name=value`, quoted or not, up to and with `>`; gives what is behind.
fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || char == '/');
        if rest.is_empty() {
            return (attributes, rest);
        }
        if let Some(behind) = rest.strip_prefix('>') {
            return (attributes, behind);
        }
        let end = rest.find(|char: char| char.is_whitespace() || "=>/".contains(char)).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|first| matches!(first, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                None => behind.split_at(behind.find([' ', '\n', '\t', '>']).unwrap_or(behind.len())),
            };
        } else if end == 0 {
            rest = rest.get(1..).unwrap_or("");
        }
        attributes.push((name, decode(value)));
    }
}

fn decode(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        decoded.push_str(before);
        let character = behind.split_once(';').and_then(|(name, after)| Some((entity(name)?, after)));
        match character {
            Some((character, after)) => {
                decoded.push(character);
                rest = after;
            }
            None => {
                decoded.push('&');
                rest = behind;
            }
        }
    }
    decoded + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[test]
fn a_form_is_read_as_a_browser_would_send_it() {
    let page = r#"<p>x<form action="/a?x=1&amp;y=2" method=post><!-- <input name=no value=no> -->
        <input type=hidden name=csrf_token value='a&#x2b;b"'><INPUT NAME="user" disabled><input name=empty />
        <input type=checkbox name=off value=1><input type=checkbox name=on value=1 checked>
        <select name=role><option value=one>1</option><option value=two selected>2</option></select>
        <textarea name=note>
a &lt; b</textarea><button name=decision value=approve>Yes</button></form><form></form><input name=outside>"#;
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let first = RawForm {
        action: "/a?x=1&y=2".to_owned(),
        method: "POST".to_owned(),
        fields: vec![
            field("csrf_token", "a+b\""),
            field("empty", ""),
            field("on", "1"),
            field("role", "two"),
            field("note", "a < b"),
        ],
        buttons: vec![field("decision", "approve")],
    };
    let second = RawForm { method: "GET".to_owned(), ..RawForm::default() };
    assert_eq!(forms(page), vec![first, second]);
}

#[test]
fn text_is_what_a_reader_sees() {
    let page =
        "<title>T</title><style>p{}</style><p>a &amp;\n  b<script>if (1<2) x()</script><br>c &unknown; 1 < 2";
    assert_eq!(text(page), "T a & b c &unknown; 1 < 2");
}

#[test]
fn a_page_leads_where_its_refresh_says() {
    let page =
        r#"<meta charset=utf-8><meta http-equiv="refresh" content="0; url=https://a.example/?b=1&amp;c=2">"#;
    assert_eq!(refresh(page).as_deref(), Some("https://a.example/?b=1&c=2"));
    assert_eq!(refresh(r#"<meta http-equiv="refresh" content="60">"#), None);
    assert_eq!(refresh("<!-- <meta http-equiv=refresh content='0; url=/a'> --><p>http-equiv"), None);
}
