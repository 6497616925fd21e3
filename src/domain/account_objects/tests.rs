use crate::base::{AccessConfigurationId, AccessConfigurationName, AccountId, DirectoryId, Timestamp};

use super::super::{AccessConfigurationSpec, PermissionPolicy};
use super::*;

/// What somebody does to an account.
type Change = fn(&mut ObservedObjects);

const INLINE: &str = "AliyunReservedSSO-Audit-InlinePolicy";

fn wanted() -> AccountObjects {
    let site = CloudSite::local_cloud("http://localhost:8090");
    let configuration = AccessConfiguration {
        id: AccessConfigurationId::parse("ac-1").unwrap(),
        spec: AccessConfigurationSpec {
            name: AccessConfigurationName::parse("Audit").unwrap(),
            description: String::new(),
            session_seconds: 900,
            relay_state: String::new(),
            policies: vec![
                PermissionPolicy::System { name: "B".to_owned() },
                PermissionPolicy::Inline { name: "own".to_owned(), document: "{}".to_owned() },
                PermissionPolicy::System { name: "A".to_owned() },
            ],
        },
        revision: 1,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    };
    let (directory, account) = (DirectoryId::parse("d-1").unwrap(), AccountId::parse("42").unwrap());
    AccountObjects::wanted(&site, &directory, &configuration, &account, "<xml/>")
}

/// What an account has that is exactly as it should be.
fn current() -> ObservedObjects {
    let wanted = wanted();
    ObservedObjects {
        saml_provider: Some(ObservedSamlProvider {
            description: wanted.owner_tag.clone(),
            metadata: b"<xml/>".to_vec(),
        }),
        role: Some(ObservedRole {
            description: wanted.owner_tag.clone(),
            trust_policy: respaced(&wanted.trust_policy),
            max_session_seconds: 3_600,
            policies: [system("A"), system("B"), RamPolicy::Custom(INLINE.to_owned())].into(),
        }),
        inline_policy: Some(ObservedPolicy { description: wanted.owner_tag, document: " {} ".to_owned() }),
    }
}

/// The same document as the cloud may give it back.
fn respaced(document: &str) -> String {
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    serde_json::to_string_pretty(&document).unwrap()
}

fn system(name: &str) -> RamPolicy {
    RamPolicy::System(name.to_owned())
}

/// Takes the steps on what the account has.
fn taken(wanted: &AccountObjects, mut account: ObservedObjects, steps: &[Step]) -> ObservedObjects {
    let description = wanted.owner_tag.clone();
    for step in steps {
        let mut attached = account.role.take().map_or_else(BTreeSet::new, |role| role.policies);
        let mut has_role = !matches!(step, Step::DeleteRole);
        match step {
            Step::CreateSamlProvider | Step::UpdateSamlProvider => {
                let metadata = wanted.saml_metadata.clone().into_bytes();
                account.saml_provider =
                    Some(ObservedSamlProvider { description: description.clone(), metadata });
            }
            Step::CreateInlinePolicy | Step::UpdateInlinePolicy => {
                let document = wanted.inline_policy.clone().unwrap();
                account.inline_policy = Some(ObservedPolicy { description: description.clone(), document });
            }
            Step::Attach(policy) => assert!(attached.insert(policy.clone()), "attached twice"),
            Step::Detach(policy) => assert!(attached.remove(policy), "not attached"),
            Step::DeleteInlinePolicy => {
                assert!(!attached.contains(&RamPolicy::Custom(INLINE.to_owned())), "deleted under a role");
                account.inline_policy = None;
                has_role = !attached.is_empty();
            }
            Step::DeleteRole => assert!(attached.is_empty(), "a role is deleted with its policies"),
            Step::DeleteSamlProvider => account.saml_provider = None,
            Step::CreateRole | Step::UpdateRole => {}
        }
        account.role = has_role.then(|| ObservedRole {
            description: description.clone(),
            trust_policy: wanted.trust_policy.clone(),
            max_session_seconds: wanted.max_session_seconds,
            policies: attached,
        });
    }
    account
}

#[test]
fn objects_of_a_configuration() {
    let objects = wanted();
    assert_eq!(objects.names.role, "AliyunReservedSSO-Audit");
    assert_eq!(objects.names.saml_provider, "AliyunReservedSSO-d-1");
    assert_eq!(objects.names.inline_policy, "AliyunReservedSSO-Audit-InlinePolicy");
    assert_eq!(objects.system_policies, ["A", "B"]);
    assert_eq!(objects.inline_policy.as_deref(), Some("{}"));
    assert_eq!(objects.max_session_seconds, 3_600);
    let trust: serde_json::Value = serde_json::from_str(&objects.trust_policy).unwrap();
    assert_eq!(
        trust.pointer("/Statement/0/Principal/Federated/0").and_then(|arn| arn.as_str()),
        Some("acs:ram::42:saml-provider/AliyunReservedSSO-d-1")
    );
    assert_eq!(
        trust.pointer("/Statement/0/Condition/StringEquals/saml:recipient").and_then(|url| url.as_str()),
        Some("http://localhost:8090/saml-role/sso")
    );
}

#[test]
fn an_account_that_is_as_it_should_be_needs_nothing() {
    assert_eq!(wanted().steps(&current()), Ok(Vec::new()));
}

#[test]
fn the_steps_lead_to_what_is_wanted_and_there_they_end() {
    let broken: [Change; 9] = [
        |account| *account = ObservedObjects::default(),
        |account| account.saml_provider = None,
        |account| account.saml_provider.as_mut().unwrap().metadata = b"<other/>".to_vec(),
        |account| account.role = None,
        |account| account.role.as_mut().unwrap().trust_policy = "{}".to_owned(),
        |account| account.role.as_mut().unwrap().max_session_seconds = 43_200,
        |account| account.role.as_mut().unwrap().policies = [system("AdministratorAccess")].into(),
        |account| account.inline_policy.as_mut().unwrap().document = "[]".to_owned(),
        |account| account.inline_policy = None,
    ];
    for (number, destroy) in broken.into_iter().enumerate() {
        let mut account = current();
        destroy(&mut account);
        let steps = wanted().steps(&account).unwrap();
        assert!(!steps.is_empty(), "{number}");
        assert_eq!(wanted().steps(&taken(&wanted(), account, &steps)), Ok(Vec::new()), "{number}: {steps:?}");
    }
}

#[test]
fn an_inline_policy_that_is_not_wanted_any_more_is_detached_and_then_deleted() {
    let mut wanted = wanted();
    wanted.inline_policy = None;
    let steps = wanted.steps(&current()).unwrap();
    assert_eq!(steps, [Step::Detach(RamPolicy::Custom(INLINE.to_owned())), Step::DeleteInlinePolicy]);
}

#[test]
fn removal_takes_the_power_first_and_the_provider_last() {
    let wanted = wanted();
    let removal = |account: &ObservedObjects, is_last| {
        removal_steps(&wanted.names, &wanted.owner_tag, account, is_last).unwrap()
    };
    let custom = RamPolicy::Custom(INLINE.to_owned());
    let all = [
        Step::Detach(system("A")),
        Step::Detach(system("B")),
        Step::Detach(custom),
        Step::DeleteRole,
        Step::DeleteInlinePolicy,
        Step::DeleteSamlProvider,
    ];
    assert_eq!(removal(&current(), true), all);
    assert_eq!(removal(&current(), false), all[..5]);
    assert!(removal(&ObservedObjects::default(), true).is_empty());
}

#[test]
fn a_foreign_object_stops_everything() {
    let wanted = wanted();
    let foreign: [(ObjectKind, Change); 3] = [
        (ObjectKind::SamlProvider, |account| account.saml_provider.as_mut().unwrap().description.clear()),
        (ObjectKind::Role, |account| account.role.as_mut().unwrap().description.push('.')),
        (ObjectKind::Policy, |account| {
            account.inline_policy.as_mut().unwrap().description =
                owner_tag(&DirectoryId::parse("d-2").unwrap());
        }),
    ];
    for (kind, take) in foreign {
        let mut account = current();
        take(&mut account);
        let refusal = wanted.steps(&account).unwrap_err();
        assert_eq!(refusal.kind, kind);
        assert!(refusal.to_string().contains(&refusal.name));
        assert_eq!(removal_steps(&wanted.names, &wanted.owner_tag, &account, true), Err(refusal));
    }
}

#[test]
fn documents_are_compared_by_what_they_say() {
    assert!(is_same_json(r#"{"a":1,"b":[2]}"#, "{ \"b\": [2], \"a\": 1 }"));
    assert!(!is_same_json(r#"{"a":1}"#, r#"{"a":2}"#));
    assert!(!is_same_json("not json", "not json either"));
}

#[test]
fn a_cut_off_denies_older_sessions_everything_and_goes_again() {
    let cutoff = Timestamp::from_seconds(1_795_348_805);
    let cut = wanted().denying_before("acs:TokenIssueTime", cutoff).unwrap_err();
    assert_eq!(cut.code, "InvalidParameter.InlinePolicyDocument");
    for (own, statements) in [
        (None, 1),
        (Some(r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"a:*","Resource":"*"}}"#), 2),
        (Some(r#"{"Version":"1","Statement":[]}"#), 1),
    ] {
        let plain = AccountObjects { inline_policy: own.map(str::to_owned), ..wanted() };
        let cut = plain.clone().denying_before("acs:TokenIssueTime", cutoff).unwrap();
        let document: serde_json::Value =
            serde_json::from_str(cut.inline_policy.as_deref().unwrap()).unwrap();
        let all = document["Statement"].as_array().unwrap();
        assert_eq!(all.len(), statements);
        let condition = &all.last().unwrap()["Condition"]["DateLessThan"]["acs:TokenIssueTime"];
        assert_eq!(*condition, cutoff.rfc3339());
        // From one to the other and back, by the same steps as any other change.
        let custom = cut
            .inline_policy
            .clone()
            .map(|document| ObservedPolicy { description: cut.owner_tag.clone(), document });
        let steps = plain.steps(&ObservedObjects { inline_policy: custom, ..current() }).unwrap();
        let expected = if own.is_some() { Step::UpdateInlinePolicy } else { Step::DeleteInlinePolicy };
        assert!(steps.contains(&expected), "{steps:?}");
    }
}
