//! B19: so many requests that there is no end of them.

use std::time::Duration;

use cloudsso::domain::Action;

use super::provider::{keys, registered};
use super::{Answer, Scene};

/// Refusals that an address may cause at once and have written down.
const BURST: usize = 600;

#[test]
fn b19_a_flood_of_bad_requests_is_written_down_up_to_a_bound() {
    let mut scene = Scene::new(registered);
    let rows = |scene: &Scene, target: &str| {
        usize::try_from(scene.app.events(Action::SamlSsoRefused, target)).unwrap()
    };
    let flooder = scene.app.visitor_at("198.51.100.7");
    let bad = scene.app.url("/saml/idp/sso?SAMLRequest=AAAA");
    let mut statuses = [0, 0];
    for _ in 0..BURST + 50 {
        let page = flooder.clone().get(&bad);
        match page.status {
            400 => statuses[0] += 1,
            429 => {
                assert!(page.header("retry-after").is_some());
                statuses[1] += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(statuses, [BURST, 50]);
    assert_eq!(rows(&scene, "unknown"), BURST);
    // Others' are written down still, and the honest requests of the same address are answered.
    assert_eq!(scene.app.visitor_at("198.51.100.8").get(&bad).status, 400);
    assert_eq!(rows(&scene, "unknown"), BURST + 1);
    scene.alice = scene.alice.clone().with_header("X-Forwarded-For", "198.51.100.7");
    let request = scene.request();
    let page = request.redirect(&scene.app, &mut scene.alice);
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
    // A tenth of a second later there is room for one more.
    scene.app.advance(Duration::from_millis(100));
    assert_eq!(flooder.clone().get(&bad).status, 400);
    assert_eq!(flooder.clone().get(&bad).status, 429);
    assert_eq!(rows(&scene, "unknown"), BURST + 2);
}

#[test]
fn b19_a_flood_of_good_requests_from_many_browsers_is_answered() {
    let scene = Scene::new(registered);
    let work = |number: usize| {
        let mut alice = scene.alice.clone();
        for round in 0..8 {
            let request = scene.request();
            let signer = (round + number).is_multiple_of(2);
            let url = request.url(&scene.app, None, signer.then_some(&keys().own.signer));
            let page = alice.get(&url);
            Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));
        }
    };
    std::thread::scope(|scope| {
        for number in 0..8 {
            let work = &work;
            scope.spawn(move || work(number));
        }
    });
    let issued = scene.app.events(Action::SamlSsoIssued, &scene.application.id);
    assert_eq!(issued, 64, "each has a row");
}
