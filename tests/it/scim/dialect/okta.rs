//! Okta: users by GET, POST and PUT, switched off by PATCH; groups pushed by PATCH.

use cloudsso::domain::Status;

use super::play;

#[test]
fn users_are_looked_for_made_replaced_and_switched_off() {
    let (app, _known) = play(include_str!("../../../data/scim/okta_users.json"));
    assert_eq!(app.user("zoe.lind@acme.test").spec.status, Status::Enabled, "and on again in the end");
}

#[test]
fn groups_are_pushed() {
    let (app, known) = play(include_str!("../../../data/scim/okta_groups.json"));
    assert_eq!(app.group("Staff of Acme").id.as_str(), known["group"]);
    app.run_due();
}
