//! The RAM console's role-based single sign-on: SAML providers, whose providers may be seen and changed, and
//! what CloudSSO keeps.

use data_encoding::BASE64;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::Value;

use super::IMS;
use super::desk::signed_in;
use super::identity_provider::{ISSUER, IdentityProvider, PROVIDER};
use super::tenant::Tenant;
use crate::support::http::{Form, Page, Visitor};

/// Bytes of the longest metadata.
const LONGEST: usize = 102_400;

/// An account, an administrator of it in a browser, and an identity provider of somebody.
pub(crate) struct Desk {
    pub(crate) tenant: Tenant,
    pub(crate) admin: Visitor,
    pub(crate) idp: IdentityProvider,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let tenant = Tenant::new();
        let admin = signed_in(&tenant, "admin", &["AliyunRAMFullAccess"]);
        let idp = IdentityProvider::new(tenant.world.clock.now());
        Self { tenant, admin, idp }
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.admin.open(&self.tenant.world.url(path))
    }

    pub(crate) fn open(&mut self, path: &str) -> Page {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    /// Sends a form that is done; the page after it.
    #[track_caller]
    pub(crate) fn done(&mut self, form: &Form) -> Page {
        let page = self.admin.submit(form);
        assert_eq!(page.status, 303, "{}", page.text());
        self.admin.follow(page)
    }

    /// Sends a form that is refused; the page that comes.
    #[track_caller]
    pub(crate) fn refused(&mut self, form: &Form, status: u16) -> Page {
        let page = self.admin.submit(form);
        assert_eq!(page.status, status, "{}", page.text());
        page
    }

    pub(crate) fn document(&self) -> String {
        String::from_utf8(BASE64.decode(self.idp.encoded_metadata().as_bytes()).unwrap()).unwrap()
    }

    pub(crate) fn saml(&self, name: &str) -> Value {
        self.tenant.ims("GetSAMLProvider", &[("SAMLProviderName", name)]).ok()["SAMLProvider"].clone()
    }

    pub(crate) fn oidc(&self, name: &str) -> Value {
        self.tenant.ims("GetOIDCProvider", &[("OIDCProviderName", name)]).ok()["OIDCProvider"].clone()
    }

    pub(crate) fn user_sso(&self) -> Value {
        self.tenant.ims("GetUserSsoSettings", &[]).ok()["UserSsoSettings"].clone()
    }

    pub(crate) fn create_saml(&mut self, name: &str) -> Page {
        let document = self.document();
        let form = self.open("/ram/sso/create-saml-provider").deed("create-saml-provider");
        self.done(&form.with("name", name).with("metadata", &document))
    }

    pub(crate) fn create_oidc(&mut self, name: &str) -> Page {
        let form = self.open("/ram/sso/create-oidc-provider").deed("create-oidc-provider");
        let form = form.with("name", name).with("issuer", "https://ci.example.com/t");
        self.done(&form.with("client_ids", "web\r\ncli, app").with("hours", "24"))
    }
}

#[test]
fn a_saml_provider_from_creation_to_deletion() {
    let mut desk = Desk::new();
    let page = desk.open("/ram/sso");
    assert!(page.text().contains("No SAML provider yet"), "{}", page.text());
    let form = desk.open("/ram/sso/create-saml-provider").deed("create-saml-provider");
    let document = desk.document();
    // As a browser sends it: a break of two signs at the end of each line, and some around it.
    let pasted = format!("\r\n{}\r\n\r\n", document.replace("><", ">\r\n<"));
    let form =
        form.with("name", "okta").with("description", "<b>ours</b> & others").with("metadata", &pasted);
    let page = desk.done(&form);
    assert_eq!(page.url.path(), "/ram/sso/saml-providers/okta");
    let made = desk.saml("okta");
    assert_eq!(made["Description"], "<b>ours</b> & others");
    let kept = BASE64.encode(document.replace("><", ">\n<").as_bytes());
    assert_eq!(made["EncodedSAMLMetadataDocument"], kept.as_str());
    let text = page.text();
    for shown in [
        "The SAML provider is created",
        made["Arn"].as_str().unwrap(),
        "<b>ours</b> & others",
        ISSUER,
        "CN=test",
        "2027-11-22 ",
        &format!("acs:ram::{}:role/ROLE-NAME,{}", desk.tenant.account, made["Arn"].as_str().unwrap()),
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(!page.body.contains("<b>ours"), "a description is text");
    assert!(!page.body.contains("<md:Entity") && text.contains("<md:EntityDescriptor"), "so is the metadata");
    let listed = desk.open("/ram/sso");
    assert!(listed.text().contains("<b>ours</b>") && listed.body.contains("/ram/sso/saml-providers/okta"));

    // Without new metadata the present one stays; the Base64 of another replaces it.
    let page = desk.done(&page.deed("update-saml-provider").with("description", ""));
    let changed = desk.saml("okta");
    assert_eq!(
        (&changed["Description"], &changed["EncodedSAMLMetadataDocument"]),
        (&"".into(), &kept.into())
    );
    let other =
        IdentityProvider::new(desk.tenant.world.clock.now()).encoded_metadata_of("https://idp.example/");
    let (head, tail) = other.split_at(76);
    let wrapped = format!("{head}\r\n{tail}");
    let page = desk.done(&page.deed("update-saml-provider").with("metadata", &wrapped));
    assert_eq!(desk.saml("okta")["EncodedSAMLMetadataDocument"], other.as_str());
    assert!(page.text().contains("https://idp.example/"), "{}", page.text());
    let page = desk.done(&page.deed("delete-saml-provider"));
    assert_eq!(page.url.path(), "/ram/sso");
    assert!(page.text().contains("The SAML provider is deleted"), "{}", page.text());
    let gone = desk.get("/ram/sso/saml-providers/okta");
    assert_eq!(gone.status, 404);
}

#[test]
fn metadata_that_is_none_is_refused_with_what_is_wrong_and_stays() {
    let mut desk = Desk::new();
    let document = desk.document();
    let fresh = desk.open("/ram/sso/create-saml-provider").deed("create-saml-provider");
    let made = desk.create_saml("there");
    let change = made.deed("update-saml-provider");
    let user = desk.open("/ram/sso/user").deed("set-user-sso");
    let without_key = document.replace("use=\"signing\"", "use=\"encryption\"");
    let script = "<script>alert(1)</script>";
    for (metadata, said) in [
        ("not metadata at all", "malformed XML"),
        (document.strip_suffix("</md:EntityDescriptor>").unwrap(), "malformed XML at byte"),
        (without_key.as_str(), "no signing certificate is known"),
        (script, "expected md:EntityDescriptor"),
        ("PHgvPg==", "expected md:EntityDescriptor"),
    ] {
        let pasted = fresh.clone().with("name", "idp").with("description", "kept").with("metadata", metadata);
        for (form, deed) in [
            (pasted, "create-saml-provider"),
            (change.clone().with("metadata", metadata), "update-saml-provider"),
            (user.clone().with("enabled", "true").with("metadata", metadata), "set-user-sso"),
        ] {
            let page = desk.refused(&form, 400);
            let text = page.text();
            assert!(text.contains("\"Metadata\" is not valid") && text.contains(said), "{metadata}: {text}");
            assert_eq!(page.deed(deed).field("metadata"), Some(metadata), "what was typed stays");
            assert!(!page.body.contains("<script>"));
            assert!(page.body.contains("<title>Error: "));
        }
    }
    let page = desk.refused(&fresh.clone().with("name", "idp").with("metadata", " \r\n"), 400);
    assert!(page.text().contains("Metadata is mandatory"), "{}", page.text());
    assert_eq!(page.deed("create-saml-provider").field("name"), Some("idp"));
    let listed = desk.tenant.ims("ListSAMLProviders", &[]).ok();
    assert_eq!(listed["SAMLProviders"]["SAMLProvider"].as_array().unwrap().len(), 1);
    assert_eq!(desk.saml("there")["EncodedSAMLMetadataDocument"], desk.idp.encoded_metadata());
    assert_eq!(desk.user_sso()["SsoEnabled"], false);
}

#[test]
fn fields_of_a_saml_provider_have_bounds() {
    let mut desk = Desk::new();
    let fresh = desk.open("/ram/sso/create-saml-provider").deed("create-saml-provider");
    let document = desk.document();
    let fresh = fresh.with("metadata", &document);
    // Signs that take most in a form: three bytes of UTF-8, nine of the body.
    let filling = |bytes: usize| {
        let room = bytes - document.len() - "<!---->".len();
        let comment = format!("<!--{}{}-->", "€".repeat(room / 3), "x".repeat(room % 3));
        document.replace("<md:IDPSSODescriptor", &format!("{comment}<md:IDPSSODescriptor"))
    };
    let (full, over) = (filling(LONGEST), filling(LONGEST + 1));
    assert_eq!((full.len(), over.len()), (LONGEST, LONGEST + 1));
    let text = |count: usize| "é".repeat(count);
    let name = |count: usize| "n".repeat(count);
    let mut number = 0;
    for (field, value, status) in [
        ("name", String::new(), 400),
        ("name", name(1), 303),
        ("name", name(128), 303),
        ("name", name(129), 400),
        ("name", "-a".to_owned(), 400),
        ("name", "a/b".to_owned(), 400),
        ("name", "a%2Fb".to_owned(), 400),
        ("name", "<x>".to_owned(), 400),
        ("name", "käse".to_owned(), 400),
        ("name", "N".to_owned(), 409),
        ("name", "AliyunReservedSSO-mine".to_owned(), 403),
        ("description", text(256), 303),
        ("description", text(257), 400),
        ("metadata", full, 303),
        ("metadata", over, 400),
    ] {
        number += 1;
        let form = fresh.clone().with("name", &format!("p{number}")).with(field, &value);
        let page = desk.admin.submit(&form);
        assert_eq!(page.status, status, "{field} {}: {}", value.len(), page.text());
        if status != 303 {
            assert_eq!(page.deed("create-saml-provider").field(field), Some(value.as_str()));
            assert!(!page.text().contains("SAMLProviderName"), "{}", page.text());
        }
    }
    let listed = desk.tenant.ims("ListSAMLProviders", &[]).ok();
    assert_eq!(listed["SAMLProviders"]["SAMLProvider"].as_array().unwrap().len(), 4);
}

#[test]
fn the_addresses_that_an_identity_provider_must_know_are_those_that_admit() {
    let mut desk = Desk::new();
    let (role, user) = (desk.open("/ram/sso").text(), desk.open("/ram/sso/user").text());
    let base = desk.tenant.world.base_url.clone();
    for shown in [
        format!("{base}/saml-role/sso"),
        "urn:alibaba:cloudcomputing".to_owned(),
        "https://www.aliyun.com/SAML-Role/Attributes/Role".to_owned(),
        "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName".to_owned(),
        "https://www.aliyun.com/SAML-Role/Attributes/SessionDuration".to_owned(),
        format!("acs:ram::{0}:role/ROLE-NAME,acs:ram::{0}:saml-provider/PROVIDER-NAME", desk.tenant.account),
    ] {
        assert!(role.contains(&shown), "{shown}: {role}");
    }
    for shown in [
        format!("{base}/saml/SSO"),
        format!("{base}/{}/saml/SSO", desk.tenant.account),
        desk.tenant.principal("alice"),
    ] {
        assert!(user.contains(&shown), "{shown}: {user}");
    }
}

#[test]
fn what_cloudsso_keeps_is_shown_locked_and_a_forged_form_is_refused() {
    let mut desk = Desk::new();
    desk.idp.provision(&desk.tenant.world, &desk.tenant.account);
    // Nobody makes an OIDC provider of such a name by an API: CloudSSO's role may not.
    desk.create_oidc("ci");
    let mut database = SqliteConnection::establish(&desk.tenant.world.database()).unwrap();
    database
        .batch_execute(
            "UPDATE oidc_providers SET name = 'AliyunReservedSSO-oidc', name_key = 'aliyunreservedsso-oidc'",
        )
        .unwrap();
    let listed = desk.open("/ram/sso");
    assert_eq!(listed.text().matches("CloudSSO keeps it").count(), 2, "{}", listed.text());
    for (path, name, deeds) in [
        ("saml-providers", PROVIDER, &["update-saml-provider", "delete-saml-provider"][..]),
        (
            "oidc-providers",
            "AliyunReservedSSO-oidc",
            &[
                "update-oidc-provider",
                "add-client-id",
                "remove-client-id",
                "add-fingerprint",
                "remove-fingerprint",
                "delete-oidc-provider",
            ],
        ),
    ] {
        let path = format!("/ram/sso/{path}/{name}");
        let page = desk.open(&path);
        assert!(page.text().contains("Only CloudSSO changes or deletes it"), "{}", page.text());
        for deed in deeds {
            assert!(page.deeds(deed).is_empty(), "{deed}");
            // The token of the page is in its other forms.
            let one = page.forms().into_iter().rfind(|form| form.action.path() == "/console/logout").unwrap();
            let forged = one
                .sent_to(page.url.as_str())
                .with("deed", deed)
                .with("description", "mine")
                .with("hours", "1")
                .with("client_id", "mine")
                .with("fingerprint", "AB");
            let refused = desk.refused(&forged, 403);
            assert!(refused.text().contains("is reserved: CloudSSO keeps it"), "{deed}: {}", refused.text());
        }
    }
    assert_eq!(desk.saml(PROVIDER)["Description"], "");
    assert_eq!(desk.oidc("AliyunReservedSSO-oidc")["ClientIds"], "web,cli,app");
    // The same forged form does for a provider of the account itself.
    let page = desk.create_saml("own");
    let one = page.forms().into_iter().rfind(|form| form.action.path() == "/console/logout").unwrap();
    let own = desk.tenant.world.url("/ram/sso/saml-providers/own");
    desk.done(&one.sent_to(&own).with("deed", "update-saml-provider").with("description", "mine"));
    assert_eq!(desk.saml("own")["Description"], "mine");
}

#[test]
fn a_provider_of_another_account_is_not_there() {
    let mut desk = Desk::new();
    let other = desk.tenant.world.member("other");
    let stranger = desk.tenant.world.administrator(&other);
    let metadata = desk.idp.encoded_metadata();
    let saml = [("SAMLProviderName", "theirs"), ("EncodedSAMLMetadataDocument", metadata.as_str())];
    desk.tenant.world.call(&stranger, (IMS, "CreateSAMLProvider"), &saml).ok();
    let oidc = [("OIDCProviderName", "theirs"), ("IssuerUrl", "https://theirs.example.com")];
    desk.tenant.world.call(&stranger, (IMS, "CreateOIDCProvider"), &oidc).ok();
    let own = [desk.create_saml("own"), desk.create_oidc("own")];
    assert!(!desk.open("/ram/sso").text().contains("theirs"));
    let named = format!("acs:ram::{other}:saml-provider/theirs");
    let quoted: String = url::form_urlencoded::byte_serialize(named.as_bytes()).collect();
    for (kind, page, deed) in [
        ("saml-providers", &own[0], "delete-saml-provider"),
        ("oidc-providers", &own[1], "delete-oidc-provider"),
    ] {
        for (name, status) in [("theirs", 404), (quoted.as_str(), 400), ("%2e%2e", 400), ("a%2Fb", 400)] {
            let path = format!("/ram/sso/{kind}/{name}");
            // A client that takes dots in a path away asks for another page: what counts is that it is none.
            let shown = desk.get(&path);
            assert!(shown.status == status || shown.status == 404, "{path}: {}", shown.status);
            let forged = page.deed(deed).sent_to(&desk.tenant.world.url(&path));
            let refused = desk.admin.submit(&forged);
            assert!(matches!(refused.status, 400 | 403 | 404), "{path}: {}", refused.status);
        }
    }
    let still = desk.tenant.world.call(&stranger, (IMS, "GetSAMLProvider"), &saml[..1]);
    assert_eq!(still.code(), "ok");
    let still = desk.tenant.world.call(&stranger, (IMS, "GetOIDCProvider"), &oidc[..1]);
    assert_eq!(still.code(), "ok");
    desk.done(&own[0].deed("delete-saml-provider"));
    desk.done(&own[1].deed("delete-oidc-provider"));
}

#[test]
fn the_permission_that_is_missing_is_named() {
    let mut desk = Desk::new();
    desk.create_saml("okta");
    desk.create_oidc("ci");
    let world = &desk.tenant.world;
    let mut nobody = signed_in(&desk.tenant, "nobody", &[]);
    let page = nobody.open(&world.url("/ram/sso"));
    assert!(page.text().contains("ims:ListSAMLProviders") && page.text().contains("ims:ListOIDCProviders"));
    assert!(!page.text().contains("okta"), "{}", page.text());
    for (path, action) in [
        ("/ram/sso/user", "ims:GetUserSsoSettings"),
        ("/ram/sso/saml-providers/okta", "ims:GetSAMLProvider"),
        ("/ram/sso/oidc-providers/ci", "ims:GetOIDCProvider"),
    ] {
        let page = nobody.get(&world.url(path));
        assert_eq!(page.status, 403);
        assert!(page.text().contains(action), "{path}: {}", page.text());
    }
    let mut reader = signed_in(&desk.tenant, "reader", &["AliyunRAMReadOnlyAccess"]);
    let metadata = desk.idp.encoded_metadata();
    for (path, deed, action) in [
        ("/ram/sso/create-saml-provider", "create-saml-provider", "ims:CreateSAMLProvider"),
        ("/ram/sso/create-oidc-provider", "create-oidc-provider", "ims:CreateOIDCProvider"),
        ("/ram/sso/saml-providers/okta", "update-saml-provider", "ims:UpdateSAMLProvider"),
        ("/ram/sso/saml-providers/okta", "delete-saml-provider", "ims:DeleteSAMLProvider"),
        ("/ram/sso/oidc-providers/ci", "update-oidc-provider", "ims:UpdateOIDCProvider"),
        ("/ram/sso/oidc-providers/ci", "add-client-id", "ims:AddClientIdToOIDCProvider"),
        ("/ram/sso/oidc-providers/ci", "add-fingerprint", "ims:AddFingerprintToOIDCProvider"),
        ("/ram/sso/oidc-providers/ci", "delete-oidc-provider", "ims:DeleteOIDCProvider"),
        ("/ram/sso/user", "set-user-sso", "ims:SetUserSsoSettings"),
    ] {
        let page = reader.open(&world.url(path));
        let form = page.deed(deed).with("name", "new").with("metadata", &metadata).with("hours", "2");
        let form =
            form.with("issuer", "https://new.example.com").with("client_id", "x").with("fingerprint", "AB");
        let page = reader.submit(&form);
        assert_eq!(page.status, 403, "{deed}: {}", page.text());
        assert!(page.text().contains(action), "{deed}: {}", page.text());
    }
    assert_eq!(desk.oidc("ci")["ClientIds"], "web,cli,app");
    assert_eq!(desk.user_sso()["MetadataDocument"], "");
}
