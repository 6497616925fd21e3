//! The RAM console's OIDC providers.

use super::console_sso::Desk;
use super::desk::signed_in;

#[test]
fn an_oidc_provider_from_creation_to_deletion() {
    let mut desk = Desk::new();
    let page = desk.create_oidc("ci");
    assert_eq!(page.url.path(), "/ram/sso/oidc-providers/ci");
    let made = desk.oidc("ci");
    assert_eq!((&made["ClientIds"], &made["IssuanceLimitTime"]), (&"web,cli,app".into(), &24.into()));
    for shown in [
        made["Arn"].as_str().unwrap(),
        "https://ci.example.com/t/.well-known/openid-configuration",
        "\"oidc:iss\": \"https://ci.example.com/t\"",
    ] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    let page = desk.done(&page.deed("add-client-id").with("client_id", " other:1 "));
    let page = desk.done(&page.deed("add-fingerprint").with("fingerprint", "AB:12:cd"));
    let form = page.deeds("remove-client-id").into_iter().find(|form| form.field("client_id") == Some("cli"));
    let page = desk.done(&form.unwrap());
    let now = desk.oidc("ci");
    assert_eq!((&now["ClientIds"], &now["Fingerprints"]), (&"web,app,other:1".into(), &"AB12cd".into()));
    let page = desk.done(&page.deed("remove-fingerprint"));
    let changed = page.deed("update-oidc-provider").with("description", "<i>builds</i>").with("hours", "1");
    let page = desk.done(&changed);
    assert!(page.text().contains("<i>builds</i>") && !page.body.contains("<i>builds"), "{}", page.text());
    let now = desk.oidc("ci");
    assert_eq!((&now["Description"], &now["IssuanceLimitTime"]), (&"<i>builds</i>".into(), &1.into()));
    assert_eq!(now["Fingerprints"], "");
    let listed = desk.open("/ram/sso").text();
    assert!(listed.contains("ci https://ci.example.com/t 3"), "{listed}");
    let page = desk.done(&page.deed("delete-oidc-provider"));
    assert!(page.text().contains("The OIDC provider is deleted"), "{}", page.text());
    assert_eq!(desk.get("/ram/sso/oidc-providers/ci").status, 404);
}

#[test]
fn fields_of_an_oidc_provider_have_bounds() {
    let mut desk = Desk::new();
    let fresh = desk.open("/ram/sso/create-oidc-provider").deed("create-oidc-provider");
    assert_eq!(fresh.field("hours"), Some("12"));
    let url = |length: usize| format!("https://{}.example/{}", "i".repeat(9), "p".repeat(length - 26));
    assert_eq!(url(255).len(), 255);
    let lines = |count: usize| (0..count).map(|id| format!("c{id}")).collect::<Vec<_>>().join("\r\n");
    let mut number = 0;
    for (field, value, status) in [
        ("name", String::new(), 400),
        ("name", "n".repeat(128), 303),
        ("name", "n".repeat(129), 400),
        ("name", "a.".to_owned(), 400),
        ("name", "AliyunReservedSSO-x".to_owned(), 403),
        ("issuer", String::new(), 400),
        ("issuer", url(255), 303),
        ("issuer", url(256), 400),
        ("issuer", "http://ci.example.com".to_owned(), 400),
        ("issuer", "javascript:alert(1)".to_owned(), 400),
        ("issuer", "https://ci.example.com/?q".to_owned(), 400),
        ("client_ids", lines(50), 303),
        ("client_ids", lines(51), 400),
        ("client_ids", "c".repeat(128), 303),
        ("client_ids", "c".repeat(129), 400),
        ("client_ids", ".a".to_owned(), 400),
        ("client_ids", "<a>".to_owned(), 400),
        ("fingerprints", lines(5), 303),
        ("fingerprints", lines(6), 400),
        ("fingerprints", "f".repeat(129), 400),
        ("hours", "0".to_owned(), 400),
        ("hours", "1".to_owned(), 303),
        ("hours", "168".to_owned(), 303),
        ("hours", "169".to_owned(), 400),
        ("hours", String::new(), 400),
        ("description", "é".repeat(256), 303),
        ("description", "é".repeat(257), 400),
    ] {
        number += 1;
        let issuer = format!("https://n{number}.example.com");
        let form = fresh.clone().with("name", &format!("p{number}")).with("issuer", &issuer);
        let page = desk.admin.submit(&form.with(field, &value));
        assert_eq!(page.status, status, "{field} {value}: {}", page.text());
        if status != 303 {
            assert_eq!(page.deed("create-oidc-provider").field(field), Some(value.as_str()));
            assert!(!page.text().contains("OIDCProviderName"), "{}", page.text());
        }
    }
    // The same on the page of one provider.
    let page = desk.create_oidc("ci");
    for (deed, field, value, status) in [
        ("add-client-id", "client_id", "web", 409),
        ("add-client-id", "client_id", "", 400),
        ("add-client-id", "client_id", ":a", 400),
        ("remove-client-id", "client_id", "absent", 404),
        ("add-fingerprint", "fingerprint", "a b", 400),
        ("remove-fingerprint", "fingerprint", "absent", 404),
        ("update-oidc-provider", "hours", "169", 400),
        ("update-oidc-provider", "hours", "", 400),
    ] {
        let form = page.deed("update-oidc-provider").with("deed", deed).with(field, value);
        let page = desk.refused(&form, status);
        if deed.starts_with("add") || deed.starts_with("update") {
            assert_eq!(page.deed(deed).field(field), Some(value), "{deed}");
        }
    }
    assert_eq!(desk.oidc("ci")["ClientIds"], "web,cli,app");
}

#[test]
fn a_policy_about_an_oidc_provider_is_not_evaded_by_another_spelling() {
    let mut desk = Desk::new();
    desk.create_oidc("ci");
    let mut clerk = signed_in(&desk.tenant, "clerk", &["AliyunRAMFullAccess"]);
    let document = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Action":"ims:*","Resource":"acs:ram::{}:oidc-provider/ci"}}]}}"#,
        desk.tenant.account
    );
    desk.tenant.grant_document("clerk", "not-ci", &document);
    for name in ["ci", "CI", "Ci"] {
        let page = clerk.get(&desk.tenant.world.url(&format!("/ram/sso/oidc-providers/{name}")));
        assert_eq!(page.status, 403, "{name}: {}", page.text());
    }
    assert_eq!(desk.open("/ram/sso/oidc-providers/CI").status, 200);
}
