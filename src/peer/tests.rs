//! Requests to servers of the tests' own, on loopback: what is fetched and posted, and every way of not being led
//! elsewhere or held up.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::base::Network;

use super::*;

/// A server that hands each connection, with the head of its request, to `serve`; gives its port, and the heads.
fn server(address: &str, serve: impl Fn(TcpStream, &str) + Send + 'static) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heads, seen) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                head.extend(byte);
            }
            let head = String::from_utf8(head).unwrap();
            if heads.send(head.clone()).is_err() {
                return;
            }
            serve(stream, &head);
        }
    });
    (port, seen)
}

fn answering(text: impl Into<String>) -> (u16, Receiver<String>) {
    let text = text.into();
    server("127.0.0.1", move |mut stream, _| stream.write_all(text.as_bytes()).unwrap())
}

fn ok(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

fn local() -> PeerLimits {
    PeerLimits { admits_loopback: true, ..PeerLimits::default() }
}

fn only(network: &str) -> PeerLimits {
    PeerLimits { networks: vec![Network::parse(network).unwrap()], ..PeerLimits::default() }
}

fn get(limits: PeerLimits, url: &str) -> Result<String, Error> {
    match Peers::new(limits).get_metadata(url, &Validators::default())? {
        Fetched::Metadata { text, .. } => Ok(text),
        Fetched::Unchanged => panic!("nobody asked"),
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn metadata_comes_with_what_names_it_and_is_asked_for_by_that() {
    let (port, heads) = server("127.0.0.1", |mut stream, head| {
        let answer = if head.contains("if-none-match: \"v1\"\r\n") {
            "HTTP/1.1 304 Not Modified\r\n\r\n".to_owned()
        } else {
            let moment = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
            ok(&format!("ETag: \"v1\"\r\n{moment}Set-Cookie: a=b\r\n"), "<é/>")
        };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let (peers, url) = (Peers::new(local()), format!("http://127.0.0.1:{port}/saml?a=b"));
    let fetched = peers.get_metadata(&url, &Validators::default()).unwrap();
    let Fetched::Metadata { text, validators } = fetched else { panic!("{fetched:?}") };
    assert_eq!((text.as_str(), validators.etag.as_deref()), ("<é/>", Some("\"v1\"")));
    assert_eq!(peers.get_metadata(&url, &validators).unwrap(), Fetched::Unchanged);
    let first = heads.recv().unwrap().to_lowercase();
    assert!(first.starts_with("get /saml?a=b http/1.1\r\n"), "{first}");
    assert!(first.contains("accept-encoding: identity\r\n") && !first.contains("if-"), "{first}");
    let second = heads.recv().unwrap().to_lowercase();
    assert!(second.contains("if-modified-since: sun, 06 nov 1994 08:49:37 gmt\r\n"), "{second}");
    assert!(!second.contains("cookie"), "{second}");
}

#[test]
fn nobody_is_told_that_nothing_changed_who_did_not_ask() {
    let (port, _heads) = answering("HTTP/1.1 304 Not Modified\r\n\r\n");
    let refusal = get(local(), &format!("http://127.0.0.1:{port}/")).unwrap_err().to_string();
    assert!(refusal.ends_with("expected status 200, received status 304"), "{refusal}");
}

#[test]
fn a_message_is_posted_and_its_answer_read() {
    let (port, heads) = answering(ok("", "<answer/>"));
    let url = format!("http://localhost:{port}/slo");
    assert_eq!(Peers::new(local()).post_soap(&url, "<question/>").unwrap(), "<answer/>");
    let head = heads.recv().unwrap().to_lowercase();
    assert!(head.starts_with("post /slo "), "{head}");
    assert!(head.contains("content-type: text/xml; charset=utf-8\r\n"), "{head}");
    assert!(head.contains("soapaction: \"http://www.oasis-open.org/committees/security\"\r\n"), "{head}");
    let (port, _heads) = answering(redirect(&url));
    let refusal = Peers::new(local()).post_soap(&format!("http://localhost:{port}/slo"), "<question/>");
    assert!(refusal.unwrap_err().to_string().ends_with("received status 302"));
    assert!(heads.try_recv().is_err(), "the redirect was followed");
}

#[test]
fn what_is_inside_is_not_reached_unless_it_is_allowed() {
    let (port, heads) = answering(ok("", "secret"));
    for host in
        ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"]
    {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            let refusal = get(PeerLimits::default(), &url).unwrap_err();
            assert!(matches!(refusal, Error::Inside { .. }), "{url}: {refusal}");
            let refusal = Peers::new(PeerLimits::default()).post_soap(&url, "<question/>").unwrap_err();
            assert!(matches!(refusal, Error::Inside { .. }), "{url}: {refusal}");
        }
    }
    for url in ["http://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "http://[fe80::1]/"] {
        assert!(matches!(get(local(), url), Err(Error::Inside { .. })), "{url}");
    }
    assert!(heads.try_recv().is_err(), "the server was reached");
    assert_eq!(get(local(), &format!("http://127.0.0.1:{port}/")).unwrap(), "secret");
    assert_eq!(get(only("127.0.0.0/8"), &format!("http://[::ffff:127.0.0.1]:{port}/")).unwrap(), "secret");
}

#[test]
fn a_name_is_what_it_stands_for() {
    let (port, heads) = answering(ok("", "found"));
    let url = format!("http://sp.example:{port}/");
    let named = |limits: PeerLimits, addresses: &[&str]| {
        let addresses: Vec<_> = addresses.iter().map(|text| address(text)).collect();
        let names = Names::new(move |host| if host == "sp.example" { addresses.clone() } else { vec![] });
        PeerLimits { names, ..limits }
    };
    let inside = Error::Inside { host: "sp.example".to_owned(), address: address("127.0.0.1") };
    assert_eq!(get(named(PeerLimits::default(), &["127.0.0.1"]), &url), Err(inside.clone()));
    assert_eq!(
        get(named(PeerLimits::default(), &["8.8.8.8", "127.0.0.1"]), &url.replace("http", "https")),
        Err(inside)
    );
    let refusal = get(named(local(), &["127.0.0.1", "10.0.0.1"]), &url).unwrap_err();
    assert!(matches!(refusal, Error::Inside { .. }), "{refusal}");
    let refusal = get(named(local(), &["8.8.8.8"]), &url).unwrap_err().to_string();
    assert_eq!(refusal, "the address is refused: expected an https URL, received http://sp.example");
    let refusal = get(named(local(), &[]), &url).unwrap_err().to_string();
    assert_eq!(refusal, "http://sp.example gives no answer: there is no such host");
    assert!(heads.try_recv().is_err(), "the server was reached");
    assert_eq!(get(named(local(), &["127.0.0.1"]), &url).unwrap(), "found");
}

#[test]
fn a_redirect_leads_nowhere_that_an_address_does_not() {
    let (inside, reached) = answering(ok("", "secret"));
    for to in [
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        format!("http://127.0.0.1:{inside}/"),
        format!("//127.0.0.1:{inside}/"),
        format!("https://127.0.0.1:{inside}/"),
    ] {
        let text = redirect(&to);
        let (port, _heads) =
            server("127.0.0.2", move |mut stream, _| stream.write_all(text.as_bytes()).unwrap());
        let refusal = get(only("127.0.0.2"), &format!("http://127.0.0.2:{port}/")).unwrap_err();
        assert!(matches!(refusal, Error::Inside { .. }), "{to}: {refusal}");
    }
    for to in
        ["file:///etc/passwd", "gopher://127.0.0.1/", "http://me:hush@127.0.0.1/", "http://127.0.0.1/#a"]
    {
        let (port, _heads) = answering(redirect(to));
        let refusal = get(local(), &format!("http://127.0.0.1:{port}/")).unwrap_err();
        assert!(matches!(refusal, Error::Address { .. }), "{to}: {refusal}");
        assert!(!refusal.to_string().contains("hush"), "{refusal}");
    }
    assert!(reached.try_recv().is_err(), "the server was reached");
    let (port, _heads) = answering(redirect(&format!("http://127.0.0.1:{inside}/")));
    assert_eq!(get(local(), &format!("http://127.0.0.1:{port}/")).unwrap(), "secret");
}

#[test]
fn three_redirects_are_followed_and_no_fourth() {
    let (port, heads) = server("127.0.0.1", |mut stream, head| {
        let steps: u32 = head.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        let answer = if steps == 0 { ok("", "there") } else { redirect(&format!("/{}", steps - 1)) };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    assert_eq!(get(local(), &format!("http://127.0.0.1:{port}/3")).unwrap(), "there");
    let refusal = get(local(), &format!("http://127.0.0.1:{port}/4")).unwrap_err().to_string();
    assert!(refusal.ends_with("expected at most 3 redirects, received another"), "{refusal}");
    assert_eq!(heads.try_iter().count(), 8);
}

#[test]
fn nobody_is_held_up() {
    let impatient = || PeerLimits {
        metadata: Duration::from_millis(200),
        message: Duration::from_millis(200),
        ..local()
    };
    // Says a little, and then nothing until we hang up.
    let (port, _heads) = server("127.0.0.1", |mut stream, head| {
        let begun = if head.contains(" /body ") {
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<a"
        } else {
            "HTTP/1"
        };
        stream.write_all(begun.as_bytes()).unwrap();
        let _hung_up = stream.read_to_end(&mut Vec::new());
    });
    for path in ["body", "head"] {
        let url = format!("http://127.0.0.1:{port}/{path}");
        let told = "http://127.0.0.1 gives no answer: it takes too long";
        assert_eq!(get(impatient(), &url).unwrap_err().to_string(), told);
        assert_eq!(Peers::new(impatient()).post_soap(&url, "").unwrap_err().to_string(), told);
    }
    let (port, _heads) = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<a");
    let refusal = get(local(), &format!("http://127.0.0.1:{port}/")).unwrap_err();
    assert!(matches!(refusal, Error::Unreachable { .. }), "{refusal}");
}

/// However much a peer sends, little of it is read.
#[test]
fn no_more_is_read_than_is_taken() {
    let (written, amounts) = channel();
    let (port, _heads) = server("127.0.0.1", move |mut stream, head| {
        let head = match head.split(' ').nth(1).unwrap() {
            "/long" => "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n",
            "/endless" => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
            _ => "HTTP/1.1 200 OK\r\nX-Head: ",
        };
        stream.write_all(head.as_bytes()).unwrap();
        let block = [b'a'; 64 * 1024];
        let blocks = (0..1600).take_while(|_| stream.write_all(&block).is_ok()).count();
        written.send(blocks).unwrap();
    });
    for (path, expected) in [
        ("long", "expected at most 256 KiB, received more"),
        ("endless", "expected at most 256 KiB, received more"),
        ("head", "http://127.0.0.1 gives no answer: "),
    ] {
        let refusal = get(local(), &format!("http://127.0.0.1:{port}/{path}")).unwrap_err().to_string();
        assert!(refusal.contains(expected), "{path}: {refusal}");
        let blocks = amounts.recv().unwrap();
        assert!(blocks < 800, "{path}: {blocks} blocks of 64 KiB were taken");
    }
    let refusal = Peers::new(local()).post_soap(&format!("http://127.0.0.1:{port}/long"), "").unwrap_err();
    assert!(refusal.to_string().ends_with("expected at most 64 KiB, received more"), "{refusal}");
}

#[test]
fn as_much_is_read_as_is_said() {
    let most = "a".repeat(256 * 1024);
    let (port, _heads) = answering(ok("", &most));
    assert_eq!(get(local(), &format!("http://127.0.0.1:{port}/")).unwrap(), most);
    let (port, _heads) = answering(ok("", &format!("{most}a")));
    assert!(matches!(get(local(), &format!("http://127.0.0.1:{port}/")), Err(Error::Answer { .. })));
}

#[test]
fn nothing_is_decoded() {
    for (headers, body, expected) in [
        ("Content-Encoding: gzip\r\n", "bomb", "expected no content encoding, received gzip"),
        ("", "\u{1f}", ""),
    ] {
        let (port, _heads) = answering(ok(headers, body));
        match get(local(), &format!("http://127.0.0.1:{port}/")) {
            Ok(text) => assert_eq!((text.as_str(), expected), (body, "")),
            Err(refusal) => {
                assert!(!expected.is_empty() && refusal.to_string().ends_with(expected), "{refusal}")
            }
        }
    }
    let (port, _heads) = server("127.0.0.1", |mut stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00").unwrap();
    });
    let refusal = get(local(), &format!("http://127.0.0.1:{port}/")).unwrap_err().to_string();
    assert!(refusal.contains("expected UTF-8"), "{refusal}");
}

#[test]
fn an_answer_that_is_none_is_told() {
    for (text, expected) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "expected status 200, received status 404"),
        (
            "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
            "expected a redirect that says where, received none",
        ),
        ("SSH-2.0-server\r\n", "gives no answer: "),
    ] {
        let (port, _heads) = answering(text);
        let refusal = get(local(), &format!("http://127.0.0.1:{port}/?key=hush")).unwrap_err().to_string();
        assert!(refusal.contains(expected) && !refusal.contains("hush"), "{refusal}");
    }
}
