//! What every action of the local cloud refuses alike, and that none of them breaks on any input.

use std::time::Duration;

use cloudsso::base::Secret;
use cloudsso::local_cloud::actions;
use cloudsso::rpc::{AccessKey, Outgoing};
use serde_json::Value;

use super::{CONSOLE, IMS, RAM, RD, STS, World};

/// Those whose caller is proved by a parameter: nobody signs them.
const ANONYMOUS: [&str; 2] = ["AssumeRoleWithSAML", "AssumeRoleWithOIDC"];

/// The parameters that actions know, most of them.
const PARAMETERS: [&str; 40] = [
    "AccountAlias",
    "AccountId",
    "AccountName",
    "AssumeRolePolicyDocument",
    "ChildId",
    "ClientIds",
    "Comments",
    "Description",
    "DestinationFolderId",
    "DisplayName",
    "DurationSeconds",
    "EncodedSAMLMetadataDocument",
    "FolderId",
    "FolderName",
    "GroupName",
    "HandshakeId",
    "IssuerUrl",
    "Marker",
    "MaxItems",
    "MaxSessionDuration",
    "NewDisplayName",
    "NewFolderName",
    "NewGroupName",
    "OIDCProviderName",
    "PageNumber",
    "PageSize",
    "ParentFolderId",
    "Password",
    "PolicyDocument",
    "PolicyId",
    "PolicyName",
    "PolicyType",
    "ResourceType",
    "RoleArn",
    "RoleName",
    "RoleSessionName",
    "SAMLProviderName",
    "ServicePrincipal",
    "UserName",
    "UserPrincipalName",
];

fn every() -> impl Iterator<Item = (&'static str, &'static str)> {
    [STS, RAM, IMS, RD, CONSOLE]
        .into_iter()
        .flat_map(|version| actions(version).into_iter().map(move |one| (version, one)))
}

/// What the management account and the directory hold.
fn state(world: &World) -> Vec<Value> {
    let lists = [
        (RAM, "ListRoles"),
        (RAM, "ListGroups"),
        (IMS, "ListUsers"),
        (IMS, "ListSAMLProviders"),
        (IMS, "ListOIDCProviders"),
        (IMS, "ListAccessKeys"),
        (IMS, "GetPasswordPolicy"),
        (IMS, "GetSecurityPreference"),
        (IMS, "GetUserSsoSettings"),
        (RD, "GetResourceDirectory"),
        (RD, "ListAccounts"),
        (RD, "ListHandshakesForResourceDirectory"),
        (RD, "ListControlPolicies"),
    ];
    let seen = |action| {
        let mut seen = world.call(&world.owner, action, &[]).ok();
        seen.as_object_mut().unwrap().remove("RequestId");
        seen
    };
    lists.into_iter().map(seen).collect()
}

#[test]
fn nobody_unverified_gets_anything_from_any_action() {
    let world = World::new();
    let before = state(&world);
    let wrong = AccessKey { secret: Secret::new("wrong"), ..world.owner.clone() };
    let unknown = AccessKey { id: "LTAI5tNobodyNobodyNobody".to_owned(), ..world.owner.clone() };
    assert!(every().count() > 170, "{}", every().count());
    for (version, action) in every().filter(|(_, action)| !ANONYMOUS.contains(action)) {
        for (key, status, code) in
            [(&wrong, 400, "SignatureDoesNotMatch"), (&unknown, 404, "InvalidAccessKeyId.NotFound")]
        {
            let answer = world.call(key, (version, action), &[]);
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{action}");
        }
        let outgoing = Outgoing { host: &world.host, action, version, query: &[], form: &[] };
        let old = world.clock.now().minus(Duration::from_secs(901));
        let answer = world.send(&outgoing.sign(&world.owner, old, &world.nonce()).unwrap());
        assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidTimeStamp.Expired"), "{action}");
        let answer = world.send(&outgoing.anonymous(world.clock.now(), &world.nonce()));
        assert_eq!((answer.status, answer.code().as_str()), (400, "MissingAccessKeyId"), "{action}");
    }
    assert_eq!(state(&world), before);
}

#[test]
fn no_action_belongs_to_another_product() {
    let world = World::new();
    let before = state(&world);
    for (version, action) in every() {
        for other in [STS, RAM, IMS, RD, CONSOLE] {
            if !actions(other).contains(&action) {
                let answer = world.call(&world.owner, (other, action), &[]);
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (404, "InvalidAction.NotFound"),
                    "{action}"
                );
            }
        }
        let answer = world.call(&world.owner, ("2000-01-01", action), &[]);
        assert_eq!(answer.code(), "InvalidVersion", "{version} {action}");
    }
    assert_eq!(state(&world), before);
}

#[test]
fn no_action_breaks_on_any_value() {
    let world = World::new();
    let long = "x".repeat(10_000);
    for (version, action) in every() {
        for value in ["", "-1", "\u{7}\u{0}\u{fffd}", "'; DROP TABLE roles; --", "{\"a\":[", &long] {
            let parameters: Vec<_> = PARAMETERS.iter().map(|name| (*name, value)).collect();
            let answer = world.call(&world.owner, (version, action), &parameters);
            assert!(answer.status < 500, "{action} with {:.20}: {}", value, answer.body);
            if answer.status >= 400 {
                let body = answer.json();
                for member in ["Code", "Message", "RequestId", "HostId", "Recommend"] {
                    assert!(body[member].is_string(), "{action}: {}", answer.body);
                }
            }
        }
    }
}
