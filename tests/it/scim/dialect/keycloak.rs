//! Keycloak's extensions that push: everything by PUT, members by PATCH, the login's own id as `externalId`.

use super::play;

#[test]
fn users_by_put_and_members_by_patch() {
    play(include_str!("../../../data/scim/keycloak.json"));
}
