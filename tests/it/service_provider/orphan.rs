//! Sessions at service providers whose owner may not sign in any more: their servers are told, without a browser.

use cloudsso::domain::{Action, Status};
use cloudsso::service::user;
use cloudsso::storage::application_session;

use super::{Kind, ServiceProvider, is_signed_in, product, signed_in_at, usual};
use crate::support::app::TestApp;
use crate::support::http::Visitor;

/// The session at a service provider, by its id.
#[track_caller]
fn session_at(app: &TestApp, provider: &ServiceProvider, browser: &mut Visitor) -> String {
    let name = provider.account(browser).unwrap().name_id;
    let list = |conn: &mut _| application_session::list_of_name(conn, &provider.application.id, &name);
    let [session] = &app.store.read(list).unwrap()[..] else { panic!("one session of {name}") };
    session.id.to_string()
}

#[test]
fn whoever_is_disabled_is_signed_out_by_the_servers() {
    let app = product();
    let each = [Kind::Mellon, Kind::Pysaml2].map(|kind| (kind, &[][..], usual()));
    let mut providers = ServiceProvider::start_each(&app, each);
    let everywhere: Vec<_> = providers.iter().collect();
    let mut alice = signed_in_at(&app, "alice", &everywhere);
    let mut bob = signed_in_at(&app, "bob", &everywhere);
    let disable = |name: &str| {
        user::update_status(&app.ctx, &app.operator, &app.user(name).id, Status::Disabled).unwrap();
        app.run_due();
    };
    let sessions = |browser: &mut Visitor| [0, 1].map(|number| session_at(&app, &providers[number], browser));
    let (hers, his) = (sessions(&mut alice), sessions(&mut bob));
    disable("alice");
    assert!(!is_signed_in(&app, &mut alice));
    for (provider, session) in providers.iter().zip(&hers) {
        assert!(provider.account(&mut alice).is_none(), "{:?}", provider.kind);
        assert!(provider.account(&mut bob).is_some(), "{:?}", provider.kind);
        assert_eq!(app.events(Action::ApplicationSessionEnded, session), 1, "{:?}", provider.kind);
    }
    // One that cannot be told is not said to be over.
    let [mellon, pysaml2] = &mut providers[..] else { panic!("two") };
    mellon.kill();
    disable("bob");
    assert!(pysaml2.account(&mut bob).is_none());
    for (action, counts) in
        [(Action::ApplicationLogoutFailed, [1, 0]), (Action::ApplicationSessionEnded, [0, 1])]
    {
        assert_eq!([0, 1].map(|number: usize| app.events(action, &his[number])), counts, "{action:?}");
    }
}
