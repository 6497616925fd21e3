//! RAM users that are kept for persons: made, kept in step, locked, taken away, whatever happens on the way.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cloudsso::base::{AccountId, GroupName, UserId, UserProvisioningId};
use cloudsso::cloud::{RamUser, RamUserChanges, UserSsoSettings};
use cloudsso::domain::{
    Action, Assignee, DeletionStrategy, DuplicationStrategy, EventSource, GroupSpec, Status, TaskStatus,
    UserChanges, UserProvisioningEvent, UserProvisioningTerms,
};
use cloudsso::service::{group, user, user_provisioning};

use crate::support::app::{Options, TestApp};
use crate::support::proxy::{CloudProxy, Loss};

use super::{assert_all_done, refusal};

/// Longer than any pause before the next attempt.
const LATER: Duration = Duration::from_secs(600);
/// What changes something in the account of a person's RAM user.
const WRITES: [&str; 6] =
    ["CreateUser", "UpdateUser", "DeleteUser", "UpdateAccessKey", "DeleteLoginProfile", "SetUserSsoSettings"];

fn terms(deletion: DeletionStrategy) -> UserProvisioningTerms {
    UserProvisioningTerms {
        description: "for the console of a service that knows no roles".to_owned(),
        duplication: DuplicationStrategy::KeepBoth,
        deletion,
    }
}

fn person(app: &TestApp, name: &str) -> Assignee {
    Assignee::User(app.user(name).id)
}

fn team(app: &TestApp) -> Assignee {
    Assignee::Group(app.group("team").id)
}

#[track_caller]
fn provision(
    app: &TestApp,
    account: &str,
    assignee: &Assignee,
    deletion: DeletionStrategy,
) -> UserProvisioningId {
    let accounts = [app.account(account)];
    user_provisioning::create(&app.ctx, &app.operator, &accounts, assignee, &terms(deletion))
        .unwrap()
        .remove(0)
        .id
}

fn delete(app: &TestApp, id: &UserProvisioningId) {
    user_provisioning::delete(&app.ctx, &app.operator, id, None).unwrap();
}

fn join(app: &TestApp, name: &str) {
    group::add_user(&app.ctx, &app.operator, &app.group("team").id, &app.user(name).id).unwrap();
}

fn leave(app: &TestApp, name: &str) {
    group::remove_user(&app.ctx, &app.operator, &app.group("team").id, &app.user(name).id).unwrap();
}

fn set_status(app: &TestApp, name: &str, status: Status) {
    user::update_status(&app.ctx, &app.operator, &app.user(name).id, status).unwrap();
}

fn principal(account: &AccountId, name: &str) -> String {
    format!("{name}@{account}.onaliyun.com")
}

#[track_caller]
fn ram_user(app: &TestApp, account: &str, name: &str) -> RamUser {
    let account = app.account(account);
    app.cloud.account(&account).get_ram_user(&principal(&account, name)).unwrap()
}

/// The names of the RAM users that the account says CloudSSO keeps.
fn kept(app: &TestApp, account: &str) -> BTreeSet<String> {
    let users = app.cloud.account(&app.account(account)).list_ram_users().unwrap();
    users.iter().filter(|user| user.provision_type == "CloudSSO").map(|user| user.name().to_owned()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn events(app: &TestApp) -> Vec<UserProvisioningEvent> {
    user_provisioning::list_events(&app.ctx, &app.operator, None, None, 100).unwrap().0
}

fn sso(app: &TestApp, account: &str) -> UserSsoSettings {
    app.cloud.account(&app.account(account)).user_sso_settings().unwrap()
}

#[test]
fn a_person_s_ram_user_is_made_kept_in_step_and_deleted() {
    let app = TestApp::start();
    let before = sso(&app, "one");
    let id = provision(&app, "one", &person(&app, "alice"), DeletionStrategy::Delete);
    // It counts at once, and says what is still to be done.
    let open = events(&app);
    assert_eq!((open.len(), open[0].source, open[0].error_count), (1, EventSource::StartProvisioning, 0));
    app.run_due();
    let made = ram_user(&app, "one", "alice");
    assert_eq!((made.provision_type.as_str(), made.email.as_str()), ("CloudSSO", "alice@acme.example"));
    assert!(made.comments.contains(app.user("alice").id.as_str()), "{}", made.comments);
    let there = app.cloud.account(&app.account("one"));
    assert!(there.list_policies_for_user("alice").unwrap().is_empty());
    assert!(!there.has_login_profile(&made.principal_name).unwrap());
    assert!(there.list_access_keys(&made.principal_name).unwrap().is_empty());
    assert!(events(&app).is_empty());
    assert_eq!(app.events(Action::RamUserCreated, &app.user("alice").id), 1);
    let set = sso(&app, "one");
    assert!(set.is_enabled && set.login_with_domain);
    assert_eq!(set.metadata, app.ctx.identity_provider().console_metadata().unwrap().as_bytes());
    // Nobody else's account is touched.
    assert_eq!(kept(&app, "two"), names(&[]));
    assert!(!sso(&app, "two").is_enabled);

    let changes = UserChanges { display_name: Some("Alice B".to_owned()), ..UserChanges::default() };
    user::update(&app.ctx, &app.operator, &app.user("alice").id, changes).unwrap();
    app.run_due();
    assert_eq!(ram_user(&app, "one", "alice").display_name, "Alice B");

    delete(&app, &id);
    let gone = user_provisioning::load(&app.ctx, &app.operator, &id).unwrap();
    assert_eq!(gone.status, Status::Disabled);
    app.run_due();
    assert_eq!(kept(&app, "one"), names(&[]));
    assert!(there.get_ram_user(&made.principal_name).unwrap_err().is_not_found());
    assert_eq!(
        refusal(user_provisioning::load(&app.ctx, &app.operator, &id)),
        "EntityNotExists.UserProvisioning"
    );
    assert_eq!(sso(&app, "one"), before, "the account has its own settings back");
    assert_all_done(&app);
}

#[test]
fn who_joins_and_leaves_a_group_changes_one_thing_each() {
    let proxy = CloudProxy::start();
    let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
    app.run_due();
    provision(&app, "one", &team(&app), DeletionStrategy::Delete);
    provision(&app, "two", &team(&app), DeletionStrategy::Keep);
    app.run_due();
    assert_eq!((kept(&app, "one"), kept(&app, "two")), (names(&["bob"]), names(&["bob"])));
    let writes = |change: &dyn Fn()| {
        proxy.heal();
        change();
        app.run_due();
        let mut writes = proxy.actions();
        writes.retain(|action| WRITES.contains(&action.as_str()));
        writes.sort();
        writes
    };
    assert_eq!(writes(&|| join(&app, "carol")), ["CreateUser", "CreateUser"]);
    assert_eq!(writes(&|| join(&app, "carol")), [""; 0], "she is in it");
    // In before it is done and out again: nothing is made for it.
    assert_eq!(
        writes(&|| {
            join(&app, "dora");
            leave(&app, "dora")
        }),
        [""; 0]
    );
    assert_eq!(writes(&|| leave(&app, "carol")), ["DeleteUser", "UpdateUser"]);
    assert_eq!(kept(&app, "one"), names(&["bob"]));
    let released = ram_user(&app, "two", "carol");
    assert_eq!(released.provision_type, "Manual");
    assert!(released.comments.contains("Formerly"), "{}", released.comments);
    // Back again, her old RAM user is the account's, and she gets one beside it.
    assert_eq!(writes(&|| join(&app, "carol")), ["CreateUser", "CreateUser"]);
    assert_eq!(kept(&app, "two"), names(&["bob", "carol_sso"]));
    assert!(events(&app).is_empty());
    assert_all_done(&app);
}

#[test]
fn somebody_reached_twice_keeps_their_ram_user_until_nothing_reaches_them() {
    let app = TestApp::start();
    let own = provision(&app, "one", &person(&app, "bob"), DeletionStrategy::Keep);
    let group = provision(&app, "one", &team(&app), DeletionStrategy::Delete);
    app.run_due();
    let first = ram_user(&app, "one", "bob").user_id;
    delete(&app, &group);
    app.run_due();
    assert_eq!(ram_user(&app, "one", "bob").user_id, first);
    assert_eq!(kept(&app, "one"), names(&["bob"]));
    assert!(sso(&app, "one").is_enabled);
    delete(&app, &own);
    app.run_due();
    assert_eq!(ram_user(&app, "one", "bob").provision_type, "Manual");
    assert!(!sso(&app, "one").is_enabled);
    assert_all_done(&app);
}

#[test]
fn disabling_locks_the_ram_user_and_enabling_gives_no_key_back() {
    let app = TestApp::start();
    let account = app.account("one");
    let there = app.cloud.account(&account);
    let name = principal(&account, "alice");
    // A key from before she was taken over, which an administrator of the account made active again.
    app.make_ram_user("one", "alice");
    let key = app.make_access_key("one", "alice");
    let takes_over =
        UserProvisioningTerms { duplication: DuplicationStrategy::TakeOver, ..terms(DeletionStrategy::Keep) };
    let accounts = [account.clone()];
    user_provisioning::create(&app.ctx, &app.operator, &accounts, &person(&app, "alice"), &takes_over)
        .unwrap();
    app.run_due();
    let is_active = || there.list_access_keys(&name).unwrap().iter().any(|one| one.is_active);
    assert!(!is_active(), "its own ways in are closed by the take-over");
    app.activate_access_key("one", "alice", &key);
    app.run_due();
    assert!(is_active(), "what an administrator opens stays open");

    set_status(&app, "alice", Status::Disabled);
    app.run_due();
    assert!(!is_active());
    assert_eq!(kept(&app, "one"), names(&["alice"]), "it stays until the strategy says otherwise");
    set_status(&app, "alice", Status::Enabled);
    app.run_due();
    assert!(!is_active());
    app.activate_access_key("one", "alice", &key);
    assert!(is_active());
    assert_all_done(&app);
}

#[test]
fn who_is_still_provisioned_cannot_be_deleted_and_who_is_gone_leaves_nothing() {
    let app = TestApp::start();
    let (dora, id) =
        (app.user("dora").id, provision(&app, "one", &person(&app, "dora"), DeletionStrategy::Delete));
    let refused = || refusal(user::delete(&app.ctx, &app.operator, &dora));
    assert_eq!(refused(), "DeletionConflict.User.UserProvisioning");
    app.run_due();
    assert_eq!(refused(), "DeletionConflict.User.UserProvisioning");
    delete(&app, &id);
    assert_eq!(refused(), "DeletionConflict.User.UserProvisioning", "it is being deleted, and still there");
    app.run_due();
    user::delete(&app.ctx, &app.operator, &dora).unwrap();
    let spec = GroupSpec { group_name: GroupName::parse("crew").unwrap(), description: String::new() };
    let crew = group::create(&app.ctx, &app.operator, spec).unwrap().id;
    let id = provision(&app, "one", &Assignee::Group(crew.clone()), DeletionStrategy::Keep);
    let refused = || refusal(group::delete(&app.ctx, &app.operator, &crew));
    assert_eq!(refused(), "DeletionConflict.Group.UserProvisioning");
    delete(&app, &id);
    app.run_due();
    group::delete(&app.ctx, &app.operator, &crew).unwrap();
    assert_all_done(&app);
}

#[test]
fn a_second_conflict_is_an_event_that_waits_for_somebody() {
    let app = TestApp::start();
    app.make_ram_user("one", "alice");
    app.make_ram_user("one", "alice_sso");
    let id = provision(&app, "one", &person(&app, "alice"), DeletionStrategy::Keep);
    app.run_due();
    let open = events(&app);
    assert_eq!((open.len(), open[0].error_count), (1, 1));
    assert!(open[0].error.contains("alice and a RAM user alice_sso"), "{}", open[0].error);
    assert_eq!((kept(&app, "one"), app.tasks(TaskStatus::Failed)), (names(&[]), 1));
    let retry = |strategy| {
        user_provisioning::retry_event(&app.ctx, &app.operator, &open[0].id, strategy).unwrap();
        app.run_due();
    };
    retry(DuplicationStrategy::KeepBoth);
    assert_eq!(events(&app)[0].error_count, 2);
    retry(DuplicationStrategy::TakeOver);
    assert!(events(&app).is_empty());
    assert_eq!(kept(&app, "one"), names(&["alice"]));
    assert_eq!(app.events(Action::RamUserTakenOver, &app.user("alice").id), 1);
    delete(&app, &id);
    app.run_due();
    assert_eq!(kept(&app, "one"), names(&[]));
}

#[test]
fn a_name_that_is_kept_for_another_person_is_not_given_away_while_the_account_misses_it() {
    let app = TestApp::start();
    app.make_ram_user("one", "alice");
    provision(&app, "one", &person(&app, "alice"), DeletionStrategy::Keep);
    app.run_due();
    let account = app.account("one");
    app.cloud.account(&account).delete_ram_user(&principal(&account, "alice_sso")).unwrap();
    let other = Assignee::User(app.make_user("alice_sso"));
    provision(&app, "one", &other, DeletionStrategy::Keep);
    app.run_due();
    let open = events(&app);
    assert_eq!((open.len(), open[0].error_count), (1, 1));
    assert!(open[0].error.contains("alice_sso is kept for somebody else"), "{}", open[0].error);
    // Once it is back, the other is named beside it.
    super::drift::repaired(&app, &account);
    let retry = DuplicationStrategy::KeepBoth;
    user_provisioning::retry_event(&app.ctx, &app.operator, &open[0].id, retry).unwrap();
    app.run_due();
    assert_eq!(kept(&app, "one"), names(&["alice_sso", "alice_sso_sso"]));
    assert!(events(&app).is_empty());
}

#[test]
fn an_event_that_is_given_up_lets_go_of_what_it_was_about() {
    let app = TestApp::start();
    app.make_ram_user("one", "alice");
    app.make_ram_user("one", "alice_sso");
    let id = provision(&app, "one", &person(&app, "alice"), DeletionStrategy::Delete);
    let other = provision(&app, "one", &person(&app, "dora"), DeletionStrategy::Delete);
    app.run_due();
    let event = events(&app).remove(0).id;
    let wrong = user_provisioning::delete_event(&app.ctx, &app.operator, &other, &event);
    assert_eq!(refusal(wrong), "EntityNotExists.UserProvisioningEvent");
    user_provisioning::delete_event(&app.ctx, &app.operator, &id, &event).unwrap();
    app.run_due();
    assert!(events(&app).is_empty());
    // A removal that is given up lets the RAM user go.
    delete(&app, &other);
    let event = events(&app).remove(0).id;
    user_provisioning::delete_event(&app.ctx, &app.operator, &other, &event).unwrap();
    assert_eq!(
        refusal(user_provisioning::load(&app.ctx, &app.operator, &other)),
        "EntityNotExists.UserProvisioning"
    );
    app.run_due();
    assert_eq!(ram_user(&app, "one", "dora").provision_type, "Manual");
    delete(&app, &id);
    app.run_due();
    assert!(!sso(&app, "one").is_enabled);
}

#[test]
fn another_provider_s_user_sso_is_never_replaced() {
    let app = TestApp::start();
    let there = app.cloud.account(&app.account("one"));
    // Our own metadata, said to be somebody else's.
    let theirs = String::from_utf8(
        there.get_saml_provider(&there.list_saml_providers().unwrap()[0].name).unwrap().metadata().unwrap(),
    )
    .unwrap();
    let theirs = theirs.replace("/saml/idp/metadata", "/saml/idp/theirs");
    let settings =
        UserSsoSettings { is_enabled: true, metadata: theirs.clone().into_bytes(), ..sso(&app, "one") };
    there.set_user_sso_settings(&settings).unwrap();
    provision(&app, "one", &person(&app, "alice"), DeletionStrategy::Keep);
    app.run_due();
    assert_eq!(sso(&app, "one"), settings);
    assert_eq!(app.tasks(TaskStatus::Failed), 1);
    assert_eq!(kept(&app, "one"), names(&["alice"]), "the RAM user does not wait for it");
    assert_eq!(super::drift::compared(&app, &app.account("one")), ["UserSSO Foreign"]);
    // Once it is switched off there, it is set; and what it was comes back.
    let off = UserSsoSettings { is_enabled: false, ..settings };
    there.set_user_sso_settings(&off).unwrap();
    assert_eq!(super::drift::compared(&app, &app.account("one")), ["UserSSO Changed"]);
    super::drift::repaired(&app, &app.account("one"));
    assert!(sso(&app, "one").is_enabled);
    let id = provision(&app, "one", &person(&app, "dora"), DeletionStrategy::Keep);
    app.run_due();
    delete(&app, &id);
    let all = user_provisioning::list(&app.ctx, &app.operator, &Default::default(), None, 10).unwrap().0;
    for one in all.iter().filter(|one| one.status == Status::Enabled) {
        delete(&app, &one.id);
    }
    app.run_due();
    assert_eq!(sso(&app, "one"), off);
}

#[test]
fn drift_of_ram_users_is_found_and_mended() {
    let app = TestApp::start();
    let id = provision(&app, "one", &team(&app), DeletionStrategy::Delete);
    provision(&app, "one", &person(&app, "alice"), DeletionStrategy::Delete);
    join(&app, "carol");
    app.run_due();
    let account = app.account("one");
    let there = app.cloud.account(&account);
    assert_eq!(super::drift::compared(&app, &account), [""; 0]);
    there.delete_ram_user(&principal(&account, "bob")).unwrap();
    let changes = RamUserChanges { display_name: Some("Mallory"), ..RamUserChanges::default() };
    there.update_ram_user(&principal(&account, "carol"), &changes).unwrap();
    there.set_user_sso_settings(&UserSsoSettings { is_enabled: false, ..sso(&app, "one") }).unwrap();
    let found = ["User bob Missing", "User carol display name or e-mail address Changed", "UserSSO Changed"];
    assert_eq!(super::drift::compared(&app, &account), found);
    super::drift::repaired(&app, &account);
    assert_eq!(super::drift::told(&app, &account), [""; 0]);
    assert_eq!(kept(&app, "one"), names(&["alice", "bob", "carol"]));
    assert!(sso(&app, "one").is_enabled);
    delete(&app, &id);
    app.run_due();
    assert_all_done(&app);
}

/// Wherever the worker dies, the next one ends in the same place, and every person has one RAM user.
#[test]
fn a_worker_that_dies_anywhere_leaves_nothing_half_done() {
    for loss in [Loss::Call, Loss::Answer] {
        let proxy = CloudProxy::start();
        let app = TestApp::with(Options { proxy: Some(Arc::clone(&proxy)), ..Options::default() });
        app.run_due();
        app.make_ram_user("one", "bob");
        let key = app.make_access_key("one", "bob");
        let accounts = [app.account("one")];
        let takes_over = UserProvisioningTerms {
            duplication: DuplicationStrategy::TakeOver,
            ..terms(DeletionStrategy::Keep)
        };
        let team = team(&app);
        user_provisioning::create(&app.ctx, &app.operator, &accounts, &team, &takes_over).unwrap();
        join(&app, "carol");
        until_done(&app, &proxy, loss);
        assert_eq!(kept(&app, "one"), names(&["bob", "carol"]));
        let there = app.cloud.account(&app.account("one"));
        let keys = there.list_access_keys(&principal(&app.account("one"), "bob")).unwrap();
        assert_eq!(
            keys.iter().map(|one| (one.id.as_str(), one.is_active)).collect::<Vec<_>>(),
            [(key.as_str(), false)]
        );
        let all = user_provisioning::list_ram_users(&app.ctx, &app.operator, &app.account("one"), None, 10)
            .unwrap();
        let taken = all.0.iter().find_map(|one| one.taken_over.clone()).unwrap();
        assert_eq!(taken.access_keys, [key], "what it had is remembered, whoever closed it");
        leave(&app, "bob");
        leave(&app, "carol");
        until_done(&app, &proxy, loss);
        assert_eq!((kept(&app, "one"), all.1), (names(&[]), 2));
        assert!(events(&app).is_empty());
        assert_all_done(&app);
    }
}

/// Does what is due, cut off after one call more each time.
fn until_done(app: &TestApp, proxy: &CloudProxy, loss: Loss) {
    for good in 0..60 {
        proxy.cut_after(good, loss);
        app.run_due();
        app.advance(LATER);
        if app.tasks(TaskStatus::InProgress) == 0 {
            break;
        }
    }
    proxy.heal();
    app.run_due();
}

#[test]
fn names_that_ram_does_not_admit_are_mapped_and_shown() {
    let app = TestApp::start();
    let made = app.make_user("erin@acme.example");
    provision(&app, "one", &Assignee::User(made.clone()), DeletionStrategy::Delete);
    app.run_due();
    let listed: Vec<(UserId, String)> =
        user_provisioning::list_ram_users(&app.ctx, &app.operator, &app.account("one"), None, 10)
            .unwrap()
            .0
            .into_iter()
            .map(|one| (one.user_id, one.ram_user_name))
            .collect();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].0 == made && listed[0].1.starts_with("erin.acme.example-"), "{listed:?}");
    assert_eq!(kept(&app, "one"), names(&[&listed[0].1]));
}
