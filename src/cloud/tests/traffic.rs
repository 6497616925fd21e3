//! The driver's manners: the breaker, the rate, and what it leaves in the log.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use super::*;

thread_local! {
    /// What this thread logs while it listens.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct OwnThread;

impl Write for OwnThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `work` logs on this thread. The subscriber is the process's: with one for the thread alone, the
/// first test of another thread that passes a place of the code decides that nobody listens there.
fn logged(work: impl FnOnce()) -> String {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(|| OwnThread)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    LOG.set(Some(Vec::new()));
    work();
    String::from_utf8(LOG.take().unwrap()).unwrap()
}

#[test]
fn every_attempt_is_traced_with_the_cloud_s_request_id_and_no_secret() {
    let text = logged(|| {
        let bench = bench(vec![session(1, "2026-11-22T19:00:00Z"), fault(503, "ServiceUnavailable"), role()]);
        bench.cloud.account(&member()).get_role("a").unwrap();
    });
    let lines: Vec<_> = text.lines().filter(|line| line.contains("cloud call")).collect();
    let expected = [
        ("AssumeRole", "account.id=\"management\"", "r-sts", "attempt=1"),
        ("GetRole", "account.id=\"1111222233334444\"", "r-f", "attempt=1"),
        ("GetRole", "account.id=\"1111222233334444\"", "r-1", "attempt=2"),
    ];
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, (action, account, request_id, attempt)) in lines.iter().zip(expected) {
        assert!(line.trim_start().split(' ').any(|word| word == "DEBUG"), "{line}");
        for word in [action, account, request_id, attempt] {
            assert!(line.contains(word), "{word}: {line}");
        }
    }
    for secret in ["secret-LTAI1", "secret-STS.1", "token-STS.1"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn an_account_that_does_not_answer_is_left_alone_and_others_are_not() {
    let limits = Limits { failures: 2, ..Limits::default() };
    let answers = vec![fault(503, "a"), fault(503, "b"), role()];
    let bench = bench_within(limits, answers);
    let management = bench.cloud.management();
    let error = management.get_role("a").unwrap_err();
    let until = now().plus(Duration::from_secs(30));
    assert_eq!(error, Error::LeftAlone { account: "management".to_owned(), until });
    assert_eq!((error.is_retryable(), error.until(), error.request_id()), (true, Some(until), ""));
    assert_eq!(management.get_role("a").unwrap_err(), error);
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(management.get_role("a").unwrap().role_name, "a");
    assert_eq!(bench.server.calls().len(), 3);
}

#[test]
fn calls_beyond_the_rate_wait_their_turn() {
    let limits = Limits { rate: 2, ..Limits::default() };
    let bench = bench_within(limits, (0..4).map(|_| role()).collect());
    for _ in 0..4 {
        bench.cloud.management().get_role("a").unwrap();
    }
    assert_eq!(*bench.pauses.lock().unwrap(), [500, 1000].map(Duration::from_millis));
}

#[test]
fn entering_accounts_has_a_rate_of_its_own() {
    let limits = Limits { rate: 1, ..Limits::default() };
    let bench = bench_within(limits, vec![role(), session(1, "2026-11-22T19:00:00Z"), role()]);
    bench.cloud.management().get_role("a").unwrap();
    bench.cloud.account(&member()).get_role("a").unwrap();
    assert!(bench.pauses.lock().unwrap().is_empty());
}
