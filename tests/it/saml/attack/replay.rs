//! B7: requests that were sent before, or are of another time.

use std::time::Duration;

use cloudsso::service::worker;

use super::provider::{keys, registered, signing};
use super::{Answer, Scene, query_of};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn b7_a_signed_request_that_is_sent_twice() {
    let mut scene = Scene::new(signing);
    let request = scene.request();
    let query = query_of(&request.url(&scene.app, None, Some(&keys().own.signer)));
    scene.accepts(&query, request.id());
    let reason = scene.refuses(|scene| scene.get(&query));
    assert!(reason.contains("used before"), "{reason}");
    let xml = request.signed_xml(&keys().own);
    scene.refuses(|scene| scene.post(&xml));
    let request = scene.request();
    let xml = request.signed_xml(&keys().own);
    scene.accepts_post(&xml, request.id());
    scene.refuses(|scene| scene.post(&xml));
    // What is forgotten is refused for its age.
    scene.app.advance(seconds(779));
    worker::sweep(&scene.app.ctx).unwrap();
    let reason = scene.refuses(|scene| scene.post(&xml));
    assert!(reason.contains("used before"), "{reason}");
    scene.app.advance(seconds(1_801));
    worker::sweep(&scene.app.ctx).unwrap();
    let reason = scene.refuses(|scene| scene.post(&xml));
    assert!(reason.contains("IssueInstant"), "{reason}");
}

#[test]
fn b7_the_id_of_another_service_provider_is_free() {
    let mut scene = Scene::new(signing);
    let other = super::Provider::new("other");
    other.register(&scene.app, cloudsso::domain::ApplicationSettings::default(), &["alice"]);
    let request = scene.request();
    let query = query_of(&request.url(&scene.app, None, Some(&keys().own.signer)));
    scene.accepts(&query, request.id());
    let same = super::Request::new(&scene.app, &other).with("ID", request.id());
    let page = scene.alice.get(&same.url(&scene.app, None, Some(&keys().own.signer)));
    Answer::posted(&page).told(&scene.app, &other, Some(request.id()));
}

#[test]
fn b7_an_unsigned_request_that_is_sent_twice_is_two_requests() {
    let mut scene = Scene::new(registered);
    let request = scene.request();
    let query = query_of(&request.url(&scene.app, None, None));
    for _ in 0..2 {
        scene.accepts(&query, request.id());
    }
    // Nor could its time tell anything, since anybody can write another.
    let old = scene.request().with("IssueInstant", "2001-01-01T00:00:00Z");
    let query = query_of(&old.url(&scene.app, None, None));
    scene.accepts(&query, old.id());
}

#[test]
fn b7_a_signed_request_of_another_time() {
    let mut scene = Scene::new(signing);
    let now = scene.app.clock.now();
    for (instant, is_good) in [
        (now.minus(seconds(600 + 180)), false),
        (now.minus(seconds(600 + 179)), true),
        (now.plus(seconds(180)), true),
        (now.plus(seconds(181)), false),
        (now.plus(seconds(400 * 86_400)), false),
    ] {
        let request = scene.request().with("IssueInstant", &instant.rfc3339());
        let query = query_of(&request.url(&scene.app, None, Some(&keys().own.signer)));
        if is_good {
            scene.accepts(&query, request.id());
        } else {
            let reason = scene.refuses(|scene| scene.get(&query));
            assert!(reason.contains("IssueInstant"), "{reason}");
        }
    }
    for odd in ["", "yesterday", "2026-11-29", "99999999-01-01T00:00:00Z", "2026-13-41T25:61:61Z"] {
        let request = scene.request().with("IssueInstant", odd);
        let query = query_of(&request.url(&scene.app, None, Some(&keys().own.signer)));
        scene.refuses(|scene| scene.get(&query));
    }
    for id in ["", "1", "a:b", "a b", &"x".repeat(257)] {
        let request = scene.request().with("ID", id);
        let query = query_of(&request.url(&scene.app, None, Some(&keys().own.signer)));
        let page = scene.get(&query);
        assert_eq!(page.status, 400, "{id:?}");
        assert!(page.forms().is_empty());
    }
    let request = scene.request();
    let query = query_of(&request.url(&scene.app, None, Some(&keys().own.signer)));
    scene.accepts(&query, request.id());
}
