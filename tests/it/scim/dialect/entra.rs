//! Microsoft Entra ID: its own dialect of PATCH, and the one that `aadOptscim062020` in the address asks for.

use cloudsso::base::ConnectorName;
use cloudsso::domain::{ScimConnectorChanges, ScimDialect};
use cloudsso::service::scim::connector;

use super::super::{idp, serving};
use super::{play, play_as};

#[test]
fn its_own_dialect() {
    play(include_str!("../../../data/scim/entra_default.json"));
}

#[test]
fn the_dialect_of_the_flag() {
    play(include_str!("../../../data/scim/entra_optscim.json"));
}

#[test]
fn groups_and_their_members() {
    play(include_str!("../../../data/scim/entra_groups.json"));
}

#[test]
fn a_strict_connector_makes_nothing_of_a_filter_that_finds_nothing() {
    for (dialect, recording) in [
        (ScimDialect::Lenient, include_str!("../../../data/scim/entra_lenient.json")),
        (ScimDialect::Strict, include_str!("../../../data/scim/entra_strict.json")),
    ] {
        let app = serving();
        let idp = idp(&app);
        let name = ConnectorName::parse("okta").unwrap();
        let found = connector::find_by_name(&app.ctx, &app.operator, &name).unwrap().unwrap();
        let changes = ScimConnectorChanges { dialect: Some(dialect), ..ScimConnectorChanges::default() };
        connector::update(&app.ctx, &app.operator, &found.id, changes).unwrap();
        play_as(&idp, recording);
    }
}
