//! IMS: OIDC providers.

use super::{Answer, IMS, World};

fn call(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, (IMS, action), parameters)
}

const NAMED: (&str, &str) = ("OIDCProviderName", "ci");

#[test]
fn a_provider_from_creation_to_deletion() {
    let world = World::new();
    let new = [
        NAMED,
        ("IssuerUrl", "https://ci.example.com/tenant"),
        ("ClientIds", "web,cli"),
        ("Fingerprints", "AB12"),
        ("Description", "pipelines"),
        ("IssuanceLimitTime", "24"),
    ];
    let made = call(&world, "CreateOIDCProvider", &new).ok();
    let provider = &made["OIDCProvider"];
    assert_eq!(provider["Arn"], format!("acs:ram::{}:oidc-provider/ci", world.management));
    assert_eq!((&provider["ClientIds"], &provider["IssuanceLimitTime"]), (&"web,cli".into(), &24.into()));
    let same_issuer = [("OIDCProviderName", "other"), new[1]];
    for (parameters, code) in [
        (&new[..], "EntityAlreadyExists.OIDCProvider"),
        (&same_issuer, "EntityAlreadyExists.OIDCProvider.IssuerUrl"),
    ] {
        assert_eq!(call(&world, "CreateOIDCProvider", parameters).code(), code);
    }
    let client = |action: &str, id: &str| call(&world, action, &[NAMED, ("ClientId", id)]);
    let added = client("AddClientIdToOIDCProvider", "app").ok();
    assert_eq!(added["OIDCProvider"]["ClientIds"], "web,cli,app");
    assert_eq!(
        client("AddClientIdToOIDCProvider", "app").code(),
        "EntityAlreadyExists.OIDCProvider.ClientId"
    );
    client("RemoveClientIdFromOIDCProvider", "web").ok();
    assert_eq!(
        client("RemoveClientIdFromOIDCProvider", "web").code(),
        "EntityNotExist.OIDCProvider.ClientId"
    );
    let print = |action: &str| call(&world, action, &[NAMED, ("Fingerprint", "CD34")]);
    assert_eq!(print("AddFingerprintToOIDCProvider").ok()["OIDCProvider"]["Fingerprints"], "AB12,CD34");
    assert_eq!(print("AddFingerprintToOIDCProvider").code(), "EntityAlreadyExists.OIDCProvider.Fingerprint");
    print("RemoveFingerprintFromOIDCProvider").ok();
    assert_eq!(print("RemoveFingerprintFromOIDCProvider").code(), "EntityNotExist.OIDCProvider.Fingerprint");
    let changes = [NAMED, ("NewDescription", "builds"), ("ClientIds", "one"), ("IssuanceLimitTime", "1")];
    call(&world, "UpdateOIDCProvider", &changes).ok();
    let found = call(&world, "GetOIDCProvider", &[NAMED]).ok();
    assert_eq!(found["OIDCProvider"]["Description"], "builds");
    assert_eq!((&found["OIDCProvider"]["ClientIds"]), "one");
    call(&world, "DeleteOIDCProvider", &[NAMED]).ok();
    assert_eq!(call(&world, "GetOIDCProvider", &[NAMED]).code(), "EntityNotExist.OIDCProvider");
}

#[test]
fn providers_are_listed_page_by_page() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        let issuer = format!("https://{name}.example.com");
        call(&world, "CreateOIDCProvider", &[("OIDCProviderName", name), ("IssuerUrl", &issuer)]).ok();
    }
    let first = call(&world, "ListOIDCProviders", &[("MaxItems", "2")]).ok();
    assert_eq!((&first["IsTruncated"], &first["Marker"]), (&true.into(), &"b".into()));
    let second = call(&world, "ListOIDCProviders", &[("MaxItems", "2"), ("Marker", "b")]).ok();
    assert_eq!(second["OIDCProviders"]["OIDCProvider"][0]["OIDCProviderName"], "c");
    assert_eq!(second["IsTruncated"], false);
    let refused = call(&world, "ListOIDCProviders", &[("MaxItems", "101")]);
    assert_eq!(refused.code(), "InvalidParameter.MaxItems");
}

#[test]
fn what_is_malformed_is_named() {
    let world = World::new();
    let long = "x".repeat(129);
    let many: Vec<String> = (0..51).map(|number| format!("client{number}")).collect();
    let many = many.join(",");
    let issuer = ("IssuerUrl", "https://ci.example.com");
    for (parameters, code) in [
        (&[issuer][..], "MissingOIDCProviderName"),
        (&[("OIDCProviderName", "-ci"), issuer], "InvalidParameter.OIDCProviderName.InvalidChars"),
        (&[("OIDCProviderName", long.as_str()), issuer], "InvalidParameter.OIDCProviderName.Length"),
        (&[NAMED], "MissingIssuerUrl"),
        (&[NAMED, ("IssuerUrl", "http://ci.example.com")], "InvalidParameter.IssuerUrl"),
        (&[NAMED, ("IssuerUrl", "https://169.254.169.254")], "InvalidParameter.IssuerUrl"),
        (&[NAMED, ("IssuerUrl", "https://ci.example.com?x")], "InvalidParameter.IssuerUrl"),
        (&[NAMED, issuer, ("ClientIds", "a,,b")], "InvalidParameter.ClientIds"),
        (&[NAMED, issuer, ("ClientIds", ".a")], "InvalidParameter.ClientIds"),
        (&[NAMED, issuer, ("ClientIds", &many)], "InvalidParameter.ClientIds"),
        (&[NAMED, issuer, ("Fingerprints", "a:b")], "InvalidParameter.Fingerprints"),
        (&[NAMED, issuer, ("IssuanceLimitTime", "169")], "InvalidParameter.IssuanceLimitTime"),
        (&[("OIDCProviderName", "AliyunReservedSSO-x"), issuer], "NoPermission.ReservedObject"),
        (&[NAMED, issuer], "ok"),
    ] {
        assert_eq!(call(&world, "CreateOIDCProvider", parameters).code(), code, "{parameters:?}");
    }
}
