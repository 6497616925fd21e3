use std::collections::{BTreeMap, BTreeSet};

use super::super::{Audience, Profile, ProvisionType, Status, Subject, User, UserSpec};
use super::*;
use crate::base::{GroupName, Timestamp, UserId, UserName};

const OURS: IdentityProviderDetails<'_> = IdentityProviderDetails {
    metadata_url: "https://idp.example/metadata",
    entity_id: "https://idp.example/entity",
    sso_url: "https://idp.example/sso",
    certificate: "-----BEGIN CERTIFICATE-----",
};

fn template(key: &str) -> &'static ApplicationTemplate {
    ApplicationTemplate::find(key).unwrap()
}

fn parameters(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The template with its own examples.
fn filled(template: &ApplicationTemplate) -> FilledTemplate {
    let examples: Vec<_> = template.parameters.iter().map(|one| (one.key, one.example)).collect();
    template.fill(&parameters(&examples)).unwrap_or_else(|error| panic!("{}: {error}", template.key))
}

fn alice() -> User {
    let spec = UserSpec {
        user_name: UserName::parse("alice").unwrap(),
        display_name: String::new(),
        first_name: "Alice".to_owned(),
        last_name: "Example".to_owned(),
        email: Some("alice@example.com".to_owned()),
        description: String::new(),
        status: Status::Enabled,
    };
    User {
        id: UserId::parse("u-00000000000000000001").unwrap(),
        spec,
        provision_type: ProvisionType::Manual,
        connector_id: None,
        external_id: None,
        profile: Profile::default(),
        version: 1,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    }
}

/// What Alice's assertion says by this template.
fn said(filled: &FilledTemplate) -> (Option<String>, Vec<(&'static str, Vec<String>)>) {
    let groups: Vec<_> =
        ["cloud-Reader", "cloud-Admin", "staff"].iter().map(|name| GroupName::parse(name).unwrap()).collect();
    let user = alice();
    let audience =
        Audience { entity_id: &filled.entity_id, application_name: filled.name, ..Audience::default() };
    let subject = Subject {
        user: &user,
        groups: &groups,
        scope: "sso.example",
        persistent_name: None,
        audience: &audience,
    };
    let name = filled.name_id.as_ref().map(|name| name.evaluate(&subject).unwrap().remove(0));
    let attributes = filled.attributes.iter();
    (name, attributes.map(|one| (one.name, one.expression.evaluate(&subject).unwrap())).collect())
}

#[test]
fn every_template_is_whole_and_can_be_filled_with_its_examples() {
    let keys: BTreeSet<_> = ApplicationTemplate::ALL.iter().map(|template| template.key).collect();
    assert_eq!(keys.len(), ApplicationTemplate::ALL.len());
    let names: BTreeSet<_> = ApplicationTemplate::ALL.iter().map(|template| template.name).collect();
    assert_eq!(names.len(), ApplicationTemplate::ALL.len());
    for template in ApplicationTemplate::ALL {
        let key = template.key;
        assert_eq!(ApplicationTemplate::find(key).unwrap().name, template.name);
        assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{key}");
        assert!(!template.name.is_empty() && !template.description.contains('\n'), "{key}");
        assert!(ParameterRule::Url.checked(template.source).is_some(), "{key}");
        let filled = filled(template);
        assert!(ParameterRule::Url.checked(&filled.acs_url).is_some(), "{key}: {}", filled.acs_url);
        assert!(ParameterRule::EntityId.checked(&filled.entity_id).is_some(), "{key}: {}", filled.entity_id);
        assert!(template.steps.len() >= 3, "{key}");
        let steps = filled.steps(&OURS).join("\n");
        for (what, text) in
            [("steps", &steps), ("relay state", &filled.relay_state.clone().unwrap_or_default())]
        {
            assert!(!text.contains('{') && !text.contains('}'), "{key}: {what}: {text}");
        }
        let knows_us = [OURS.metadata_url, OURS.sso_url].iter().any(|ours| steps.contains(ours));
        assert!(knows_us, "{key}: its steps do not say where we are");
        let names: BTreeSet<_> = filled.attributes.iter().map(|attribute| attribute.name).collect();
        assert_eq!(names.len(), filled.attributes.len(), "{key}");
    }
    assert!(ApplicationTemplate::find("AWS").is_none());
}

/// Every parameter is used, and every placeholder is a parameter.
#[test]
fn parameters_and_placeholders_match() {
    for template in ApplicationTemplate::ALL {
        let mut texts = vec![template.entity_id, template.acs_url];
        texts.extend(template.name_id);
        texts.extend(template.relay_state);
        texts.extend(template.attributes.iter().map(|attribute| attribute.expression));
        let is_used = |key: &str| texts.iter().any(|text| text.contains(&format!("{{{key}}}")));
        for parameter in template.parameters {
            assert!(is_used(parameter.key), "{}: {}", template.key, parameter.key);
            assert!(!parameter.description.is_empty(), "{}: {}", template.key, parameter.key);
        }
        for text in texts {
            let left = placeholder::replace(text, |key| {
                template.parameters.iter().any(|parameter| parameter.key == key).then_some("x")
            });
            assert!(!left.contains('{'), "{}: {left}", template.key);
        }
    }
}

/// What a template says is enough to name somebody, and each attribute has a value for who has what it asks for.
#[test]
fn every_template_names_a_user() {
    for template in ApplicationTemplate::ALL {
        let (name, attributes) = said(&filled(template));
        let is_opaque = matches!(template.name_id_kind, NameIdKind::Persistent | NameIdKind::Transient);
        assert!(name.is_some() || is_opaque, "{}", template.key);
        if template.name_id_kind == NameIdKind::Email {
            assert_eq!(name.as_deref(), Some("alice@example.com"), "{}", template.key);
        }
        for (attribute, values) in attributes {
            assert!(!values.is_empty(), "{}: {attribute}", template.key);
        }
    }
}

#[test]
fn roles_follow_from_groups() {
    let aws = template("aws")
        .fill(&parameters(&[
            ("AccountId", " 123456789012 "),
            ("ProviderName", "idp"),
            ("GroupPrefix", "cloud-"),
        ]))
        .unwrap();
    let (name, attributes) = said(&aws);
    assert_eq!(name, None);
    assert_eq!(
        attributes,
        [
            (
                "https://aws.amazon.com/SAML/Attributes/Role",
                vec![
                    "arn:aws:iam::123456789012:role/Admin,arn:aws:iam::123456789012:saml-provider/idp"
                        .to_owned(),
                    "arn:aws:iam::123456789012:role/Reader,arn:aws:iam::123456789012:saml-provider/idp"
                        .to_owned(),
                ]
            ),
            ("https://aws.amazon.com/SAML/Attributes/RoleSessionName", vec!["alice".to_owned()]),
        ]
    );
    let role = |key: &str| said(&filled(template(key))).1.remove(0).1.remove(0);
    assert_eq!(
        role("alibaba-cloud"),
        "acs:ram::1234567890123456:role/Admin,acs:ram::1234567890123456:saml-provider/cloudsso"
    );
    assert_eq!(
        role("tencent-cloud"),
        "qcs::cam::uin/100000000001:roleName/Admin,qcs::cam::uin/100000000001:saml-provider/cloudsso"
    );
}

#[test]
fn addresses_follow_from_parameters() {
    let jenkins =
        template("jenkins").fill(&parameters(&[("BaseUrl", "https://ci.example/jenkins/")])).unwrap();
    assert_eq!(jenkins.acs_url, "https://ci.example/jenkins/securityRealm/finishLogin");
    let google = filled(template("google-cloud"));
    assert_eq!(
        google.acs_url,
        "https://auth.cloud.google/signin-callback/locations/global/workforcePools/staff-pool/providers/cloudsso"
    );
    assert_eq!(google.relay_state.as_deref(), Some("https://console.cloud.google/"));
    let slack = filled(template("slack"));
    assert_eq!(
        (slack.entity_id.as_str(), slack.acs_url.as_str()),
        ("https://slack.com", "https://example.slack.com/sso/saml")
    );
}

/// Entra would take an address of another domain for somebody else's.
#[test]
fn entra_gets_addresses_of_its_domain_only() {
    let email = |domain: &str| {
        said(&template("microsoft-entra-id").fill(&parameters(&[("Domain", domain)])).unwrap()).1.remove(0).1
    };
    assert_eq!(email("Example.com"), ["alice@example.com"]);
    assert_eq!(email("ample.com"), [""; 0]);
}

#[test]
fn a_parameter_that_is_missing_or_ill_formed_is_named() {
    let aws = |pairs: &[(&str, &str)]| template("aws").fill(&parameters(pairs)).unwrap_err().to_string();
    assert_eq!(aws(&[]), "InvalidParameter.AccountId: AccountId must be 12 digits, and is missing");
    assert_eq!(
        aws(&[("AccountId", "1234-5678-9012")]),
        "InvalidParameter.AccountId: AccountId must be 12 digits, received `1234-5678-9012`"
    );
    assert_eq!(
        aws(&[("AccountId", "123456789012"), ("ProviderName", "i\"dp"), ("GroupPrefix", "a")]),
        "InvalidParameter.ProviderName: ProviderName must be 1 to 128 letters, digits or any of -_., received `i\\\"dp`"
    );
    assert_eq!(
        aws(&[("AccountID", "123456789012")]),
        "InvalidParameter.Parameters: Parameters of Amazon Web Services are AccountId, ProviderName, GroupPrefix, \
         received `AccountID`"
    );
    let error = template("dropbox").fill(&parameters(&[("Team", "x")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "InvalidParameter.Parameters: Parameters of Dropbox are none, received `Team`"
    );
}

#[test]
fn rules_take_what_they_say() {
    let long = "a".repeat(63);
    for (rule, good) in [
        (ParameterRule::Digits(1, 3), "012"),
        (ParameterRule::Name("-_", 5), "a-B_9"),
        (ParameterRule::Label, "a-1"),
        (ParameterRule::Label, long.as_str()),
        (ParameterRule::BaseUrl, "https://a.example:8443/jenkins"),
        (ParameterRule::Url, "https://a.example/login?connection=saml-1"),
        (ParameterRule::EntityId, "urn:amazon:webservices"),
        (ParameterRule::EntityId, "box.net"),
    ] {
        assert_eq!(rule.checked(&format!(" {good}\n")).as_deref(), Some(good), "{rule}");
    }
    assert_eq!(ParameterRule::BaseUrl.checked("https://a.example/").as_deref(), Some("https://a.example"));
    let (longer, too_long) = ("a".repeat(64), format!("https://a.example/{}", "a".repeat(1024)));
    for (rule, bad) in [
        (ParameterRule::Digits(1, 3), ""),
        (ParameterRule::Digits(1, 3), "1234"),
        (ParameterRule::Digits(1, 3), "1a"),
        (ParameterRule::Digits(1, 3), "١"),
        (ParameterRule::Name("-_", 5), ""),
        (ParameterRule::Name("-_", 5), "abcdef"),
        (ParameterRule::Name("-_", 5), "a.b"),
        (ParameterRule::Name("-_", 5), "ä"),
        (ParameterRule::Label, ""),
        (ParameterRule::Label, "-a"),
        (ParameterRule::Label, "a-"),
        (ParameterRule::Label, "A"),
        (ParameterRule::Label, "a.evil.example"),
        (ParameterRule::Label, "evil.example/"),
        (ParameterRule::Label, longer.as_str()),
        (ParameterRule::BaseUrl, "http://a.example"),
        (ParameterRule::BaseUrl, "https://a.example/?a=b"),
        (ParameterRule::BaseUrl, "https://"),
        (ParameterRule::Url, "javascript:alert(1)"),
        (ParameterRule::Url, "HTTPS://a.example"),
        (ParameterRule::Url, "https:a.example"),
        (ParameterRule::Url, "https://user@a.example/"),
        (ParameterRule::Url, "https://:secret@a.example/"),
        (ParameterRule::Url, "https://a.example/#part"),
        (ParameterRule::Url, "https://a.example/a b"),
        (ParameterRule::Url, "https://a.example/{metadata_url}"),
        (ParameterRule::Url, "https://a.example/\""),
        (ParameterRule::Url, too_long.as_str()),
        (ParameterRule::EntityId, ""),
        (ParameterRule::EntityId, "a b"),
        (ParameterRule::EntityId, "a\\b"),
        (ParameterRule::EntityId, "{entity_id}"),
        (ParameterRule::EntityId, "ä"),
    ] {
        assert_eq!(rule.checked(bad), None, "{rule}: {bad}");
    }
}

/// A value cannot leave the text that it is put in: neither a quoted one in an expression nor a placeholder.
#[test]
fn no_value_becomes_a_part_of_an_expression() {
    let rules = ApplicationTemplate::ALL.iter().flat_map(|template| template.parameters).map(|one| one.rule);
    for rule in rules {
        for evil in ["\"", "x\" + user.email + \"", "'", "\\", "{entity_id}", "a\nb", "\u{0}"] {
            assert_eq!(rule.checked(evil), None, "{rule}: {evil}");
        }
    }
}
