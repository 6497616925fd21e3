//! Single logout against a server that takes forms.

use super::*;

const MESSAGE: &str = "A+/=";

/// What the server answers to one logout: a status and a body, or `None` to hang up.
type Said = Option<(u16, Vec<u8>)>;

fn said(status: u16, body: &str) -> Said {
    Some((status, body.as_bytes().to_vec()))
}

/// A server that answers `answers` in their order; joined, it gives the heads and bodies that it got.
fn service(answers: Vec<Said>) -> (String, JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let take = |answer: Said| {
            let (mut stream, _) = listener.accept().unwrap();
            let (head, body) = receive(&mut stream);
            if let Some((status, said)) = answer {
                let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", said.len());
                let more = "Location: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n";
                // Whoever got too much has hung up.
                let _ = stream.write_all(&[head.as_bytes(), more.as_bytes(), &said].concat());
            }
            (head, String::from_utf8(body).unwrap())
        };
        answers.into_iter().map(take).collect()
    });
    (origin, thread)
}

#[test]
fn a_logout_is_a_form_without_a_signature() {
    let (origin, thread) = service(vec![said(200, "<LogoutResponse/>")]);
    let bench = bench(vec![]);
    let body = bench.cloud.post_saml_logout(&format!("{origin}/saml/slo?site=1"), MESSAGE).unwrap();
    assert_eq!(body, "<LogoutResponse/>");
    let seen = thread.join().unwrap();
    let (head, form) = &seen[0];
    assert!(head.starts_with("POST /saml/slo?site=1 HTTP/1.1\r\n"), "{head}");
    assert_eq!(form, "SAMLRequest=A%2B%2F%3D");
    let headers = headers(head);
    assert_eq!(headers.single("content-type").unwrap(), Some("application/x-www-form-urlencoded"));
    let lower = head.to_ascii_lowercase();
    assert!(!lower.contains("authorization") && !lower.contains("x-acs-"), "{head}");
    bench.server.calls();
}

#[test]
fn outcomes_by_kind() {
    type Check = fn(&Result<String, Error>) -> bool;
    let longest = "x".repeat(64 * 1024);
    let too_long = format!("{longest}x");
    let table: [(Vec<Said>, usize, Check); 11] = [
        (vec![said(400, "quoted")], 0, |outcome| {
            matches!(outcome, Err(error @ Error::Refused { status: 400, .. })
                if error.to_string() == "the cloud refused with 400: the logout was refused")
        }),
        (
            vec![said(404, "")],
            0,
            |outcome| matches!(outcome, Err(error @ Error::Refused { status: 404, .. }) if !error.is_not_found()),
        ),
        (
            (0..4).map(|_| said(503, "")).collect(),
            3,
            |outcome| matches!(outcome, Err(Error::Unavailable { reason, .. }) if reason == "503"),
        ),
        (vec![None, said(200, "bye")], 1, |outcome| outcome.as_deref() == Ok("bye")),
        (vec![said(429, ""), said(200, "bye")], 1, |outcome| outcome.as_deref() == Ok("bye")),
        ((0..4).map(|_| said(429, "")).collect(), 3, |outcome| {
            matches!(outcome, Err(error @ Error::Throttled { .. })
                if error.to_string() == "the cloud asks to slow down")
        }),
        (vec![said(302, "")], 0, |outcome| matches!(outcome, Err(Error::Malformed { .. }))),
        (vec![said(201, "")], 0, |outcome| matches!(outcome, Err(Error::Malformed { .. }))),
        (vec![said(200, &longest)], 0, |outcome| outcome.as_ref().is_ok_and(|body| body.len() == 65_536)),
        (vec![said(200, &too_long)], 0, |outcome| matches!(outcome, Err(Error::Malformed { .. }))),
        (vec![Some((200, vec![0xff]))], 0, |outcome| matches!(outcome, Err(Error::Malformed { .. }))),
    ];
    for (answers, pauses, check) in table {
        let name = format!("{:?}", answers.iter().map(|said| said.as_ref().map(|(status, _)| *status)));
        let (origin, thread) = service(answers);
        let bench = bench_at(Server::start(vec![]), Limits::default(), Duration::from_secs(5));
        let outcome = bench.cloud.post_saml_logout(&origin, MESSAGE);
        assert!(check(&outcome), "{name} {outcome:?}");
        assert_eq!(bench.pauses.lock().unwrap().len(), pauses, "{name}");
        thread.join().unwrap();
        bench.server.calls();
    }
}

#[test]
fn nothing_is_posted_but_to_an_http_address() {
    let bench = bench(vec![]);
    for url in
        ["", "x", "/saml/slo", "ftp://127.0.0.1/", "javascript:alert(1)", "http://", "file:///etc/passwd"]
    {
        let error = bench.cloud.post_saml_logout(url, MESSAGE).unwrap_err();
        assert!(matches!(error, Error::Address { .. }) && !error.is_retryable(), "{url} {error:?}");
        assert_eq!((error.code(), error.request_id(), error.until()), ("", "", None));
    }
    assert!(bench.pauses.lock().unwrap().is_empty());
    let free = format!("http://{}/", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let error = bench.cloud.post_saml_logout(&free, MESSAGE).unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    bench.server.calls();
}

#[test]
fn a_logout_does_not_wait_behind_a_call() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server { port: listener.local_addr().unwrap().port(), seen: Arc::default(), thread: None };
    let limits = Limits { parallel: 1, parallel_per_account: 1, ..Limits::default() };
    let bench = bench_at(server, limits, Duration::from_secs(5));
    let (origin, thread) = service(vec![said(200, "bye")]);
    std::thread::scope(|scope| {
        let management = bench.cloud.management();
        let call = scope.spawn(move || management.get_role("a"));
        // From here on the call has the one place there is, and keeps it until it is answered.
        let (stream, _) = listener.accept().unwrap();
        assert_eq!(bench.cloud.post_saml_logout(&origin, MESSAGE).as_deref(), Ok("bye"));
        serve(stream, &role(), &bench.server.seen);
        assert_eq!(call.join().unwrap().unwrap().role_name, "a");
    });
    thread.join().unwrap();
}

#[test]
fn a_host_that_does_not_answer_is_left_alone_and_the_account_is_not() {
    let (origin, thread) = service(vec![said(500, ""), None, said(200, "bye")]);
    let limits = Limits { failures: 2, ..Limits::default() };
    let bench = bench_within(limits, vec![role()]);
    let error = bench.cloud.post_saml_logout(&format!("{origin}/saml/slo"), MESSAGE).unwrap_err();
    let until = now().plus(Duration::from_secs(30));
    assert_eq!(error, Error::LeftAlone { account: origin.clone(), until });
    assert_eq!(bench.cloud.management().get_role("a").unwrap().role_name, "a");
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(bench.cloud.post_saml_logout(&origin, MESSAGE).as_deref(), Ok("bye"));
    assert_eq!((thread.join().unwrap().len(), bench.server.calls().len()), (3, 1));
}
