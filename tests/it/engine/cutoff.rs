//! Where the cloud knows no logout: a role denies what its older sessions ask for, and nothing to newer ones.

use std::time::Duration;

use cloudsso::domain::{ConsoleSessionFilter, TaskStatus};
use cloudsso::rpc::AccessKey;
use cloudsso::service::{console_session, worker};

use crate::support::app::{Options, TestApp};
use crate::support::http::Visitor;
use crate::support::member::RAM;
use crate::support::person::offered_roles;

/// Longer than any session of a role.
const HALF_A_DAY: Duration = Duration::from_secs(12 * 3600 + 60);

/// Alice's session of the role Reader in account one, as a program has it.
fn enter(app: &TestApp, visitor: &mut Visitor) -> AccessKey {
    let portal = visitor.open(&app.url("/portal"));
    let role = offered_roles(&portal).into_iter().find(|role| role.account == "one").unwrap();
    let carrier = visitor.submit(&role.form).form("/saml-role/sso");
    app.key_by_response("one", "Reader", carrier.field("SAMLResponse").unwrap())
}

fn may_list(app: &TestApp, key: &AccessKey) -> bool {
    match app.call_cloud(key, (RAM, "ListRoles"), &[]) {
        Ok(_) => true,
        Err(code) => {
            assert_eq!(code, "NoPermission");
            false
        }
    }
}

#[test]
fn older_sessions_may_do_nothing_and_newer_ones_what_the_role_may() {
    let app = TestApp::with(Options { knows_no_logout: true, ..Options::default() });
    app.run_due();
    let (mut alice, _portal) = app.sign_in("alice");
    let older = enter(&app, &mut alice);
    assert!(may_list(&app, &older));
    assert_eq!(
        console_session::end_all(&app.ctx, &app.operator, &ConsoleSessionFilter::default()).unwrap(),
        1
    );
    // The end is told of first, and the task that it leads to done then.
    app.run_due();
    app.run_due();
    assert_eq!((app.tasks(TaskStatus::Failed), app.tasks(TaskStatus::InProgress)), (0, 0));
    assert!(!may_list(&app, &older));
    let ended =
        console_session::list(&app.ctx, &app.operator, &ConsoleSessionFilter::default(), None, 10).unwrap().0;
    assert!(
        ended[0].logout_error.contains("everybody's"),
        "it says what was done: {}",
        ended[0].logout_error
    );

    app.advance(Duration::from_secs(2));
    let newer = enter(&app, &mut alice);
    assert!(may_list(&app, &newer) && !may_list(&app, &older));
    // What denies is what the account should have, and no drift.
    let account = app.account("one");
    assert_eq!(super::drift::compared(&app, &account), [""; 0]);
    assert!(super::objects(&app, &account).contains("Reader-InlinePolicy"));

    app.advance(HALF_A_DAY);
    worker::sweep(&app.ctx).unwrap();
    app.run_due();
    assert!(
        !super::objects(&app, &account).contains("Reader-InlinePolicy"),
        "nobody is left whom it would deny"
    );
}
