//! What everybody works with.

use super::{
    ApplicationTemplate, NameIdKind, ParameterRule, Signed, TemplateAttribute, TemplateKind,
    TemplateParameter, basic, unspecified, uri,
};

const GIVEN_NAME: TemplateAttribute =
    uri("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "user.firstName");
const SURNAME: TemplateAttribute =
    uri("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "user.lastName");

pub(super) const SLACK: ApplicationTemplate = ApplicationTemplate {
    key: "slack",
    name: "Slack",
    description: "A workspace or an Enterprise organization at Slack",
    kind: TemplateKind::Workplace,
    source: "https://slack.com/help/articles/205168057-Custom-SAML-single-sign-on",
    parameters: &[TemplateParameter {
        key: "Workspace",
        description: "The first part of the workspace's address, before .slack.com",
        example: "example",
        rule: ParameterRule::Label,
    }],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "https://slack.com",
    acs_url: "https://{Workspace}.slack.com/sso/saml",
    name_id: None,
    attributes: &[
        unspecified("User.Email", "user.email"),
        unspecified("User.Username", "user.userName"),
        unspecified("first_name", "user.firstName"),
        unspecified("last_name", "user.lastName"),
    ],
    relay_state: None,
    steps: &[
        "In the settings of the workspace {Workspace}, under Authentication, configure SAML authentication.",
        "Enter {sso_url} as SAML 2.0 endpoint, {entity_id} as identity provider issuer, and as public certificate: {certificate}",
        "In the advanced options, leave https://slack.com as service provider issuer and ask for a signed response and a signed assertion.",
        "Test the configuration and save it.",
    ],
};

pub(super) const ZOOM: ApplicationTemplate = ApplicationTemplate {
    key: "zoom",
    name: "Zoom",
    description: "An account at Zoom with a vanity URL",
    kind: TemplateKind::Workplace,
    source: "https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0065487",
    parameters: &[TemplateParameter {
        key: "VanityName",
        description: "The first part of the vanity URL, before .zoom.us",
        example: "example",
        rule: ParameterRule::Label,
    }],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{VanityName}.zoom.us",
    acs_url: "https://{VanityName}.zoom.us/saml/SSO",
    name_id: Some("user.email"),
    attributes: &[
        uri("urn:oid:0.9.2342.19200300.100.1.3", "user.email"),
        uri("urn:oid:2.5.4.42", "user.firstName"),
        uri("urn:oid:2.5.4.4", "user.lastName"),
    ],
    relay_state: None,
    steps: &[
        "In Zoom's web portal, under Advanced, Single Sign-On, enter {sso_url} as sign-in page URL, {entity_id} as issuer, and as identity provider certificate: {certificate}",
        "Choose {VanityName}.zoom.us without https as service provider entity id, and SHA-256 as signature hash algorithm.",
        "Under SAML Response Mapping, map the e-mail address to urn:oid:0.9.2342.19200300.100.1.3, the first name to urn:oid:2.5.4.42 and the last name to urn:oid:2.5.4.4.",
    ],
};

pub(super) const ATLASSIAN: ApplicationTemplate = ApplicationTemplate {
    key: "atlassian",
    name: "Atlassian Cloud",
    description: "Jira, Confluence and other products of an Atlassian organisation",
    kind: TemplateKind::Workplace,
    source: "https://support.atlassian.com/security-and-access-policies/docs/configure-saml-single-sign-on-with-an-identity-provider/",
    parameters: &[
        TemplateParameter {
            key: "EntityId",
            description: "The service provider entity URL that Atlassian's SAML configuration shows",
            example: "https://auth.atlassian.com/saml/0a1b2c",
            rule: ParameterRule::EntityId,
        },
        TemplateParameter {
            key: "AcsUrl",
            description: "The service provider assertion consumer service URL that it shows",
            example: "https://auth.atlassian.com/login/callback?connection=saml-0a1b2c",
            rule: ParameterRule::Url,
        },
    ],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{EntityId}",
    acs_url: "{AcsUrl}",
    name_id: Some("user.email"),
    attributes: &[
        GIVEN_NAME,
        SURNAME,
        uri("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "user.id"),
    ],
    relay_state: None,
    steps: &[
        "In Atlassian Administration, under Security, Identity providers, add a provider and set up SAML single sign-on.",
        "Enter {entity_id} as identity provider entity id, {sso_url} as identity provider SSO URL, and as public x509 certificate: {certificate}",
        "Copy entity URL and assertion consumer service URL into this application.",
        "Link the verified domains, and enforce single sign-on in an authentication policy.",
    ],
};

pub(super) const SALESFORCE: ApplicationTemplate = ApplicationTemplate {
    key: "salesforce",
    name: "Salesforce",
    description: "An org at Salesforce",
    kind: TemplateKind::Workplace,
    source: "https://help.salesforce.com/s/articleView?id=sf.sso_saml.htm",
    parameters: &[
        TemplateParameter {
            key: "EntityId",
            description: "The entity id in the single sign-on settings, usually the address of My Domain",
            example: "https://example.my.salesforce.com",
            rule: ParameterRule::EntityId,
        },
        TemplateParameter {
            key: "LoginUrl",
            description: "The login URL that the saved single sign-on settings show under Endpoints",
            example: "https://example.my.salesforce.com",
            rule: ParameterRule::Url,
        },
    ],
    name_id_kind: NameIdKind::Unspecified,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{EntityId}",
    acs_url: "{LoginUrl}",
    name_id: Some("user.userName"),
    attributes: &[],
    relay_state: None,
    steps: &[
        "In Salesforce's setup, under Single Sign-On Settings, enable SAML and add a configuration from our metadata at {metadata_url}.",
        "Choose that the assertion contains the federation id, in the NameIdentifier element of the Subject.",
        "Save, and copy entity id and login URL into this application.",
        "Give every user their user name here as federation id, and add the configuration to the login page of My Domain.",
    ],
};

pub(super) const SERVICENOW: ApplicationTemplate = ApplicationTemplate {
    key: "servicenow",
    name: "ServiceNow",
    description: "An instance of ServiceNow with Multi-Provider SSO",
    kind: TemplateKind::Workplace,
    source: "https://www.servicenow.com/docs/r/zurich/platform-security/authentication/t_SetTheInstanceURL.html",
    parameters: &[TemplateParameter {
        key: "Instance",
        description: "The name of the instance, before .service-now.com",
        example: "example",
        rule: ParameterRule::Label,
    }],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "https://{Instance}.service-now.com",
    acs_url: "https://{Instance}.service-now.com/navpage.do",
    name_id: Some("user.email"),
    attributes: &[],
    relay_state: None,
    steps: &[
        "In ServiceNow, under Multi-Provider SSO, Identity Providers, make a new one of type SAML and import {metadata_url}.",
        "Compare its ServiceNow homepage, https://{Instance}.service-now.com/navpage.do, and its entity id, https://{Instance}.service-now.com, without a slash at the end.",
        "Choose email as user field.",
        "Test the connection and activate it.",
    ],
};

pub(super) const ZENDESK: ApplicationTemplate = ApplicationTemplate {
    key: "zendesk",
    name: "Zendesk",
    description: "An account at Zendesk, for team members or end users",
    kind: TemplateKind::Workplace,
    source: "https://support.zendesk.com/hc/en-us/articles/4408887505690-Enabling-SAML-single-sign-on",
    parameters: &[TemplateParameter {
        key: "Subdomain",
        description: "The first part of the account's address, before .zendesk.com",
        example: "example",
        rule: ParameterRule::Label,
    }],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "https://{Subdomain}.zendesk.com",
    acs_url: "https://{Subdomain}.zendesk.com/access/saml",
    name_id: Some("user.email"),
    attributes: &[
        GIVEN_NAME,
        SURNAME,
        uri("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "user.email"),
    ],
    relay_state: None,
    steps: &[
        "In Zendesk's Admin Center, under Security, Single sign-on, create a SAML configuration.",
        "Enter {sso_url} as SAML SSO URL and the SHA-256 fingerprint of our certificate: {certificate}",
        "Assign the configuration to team members, end users or both.",
    ],
};

pub(super) const DROPBOX: ApplicationTemplate = ApplicationTemplate {
    key: "dropbox",
    name: "Dropbox",
    description: "A team at Dropbox",
    kind: TemplateKind::Workplace,
    source: "https://help.dropbox.com/security/sso-admin",
    parameters: &[],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Response,
    is_idp_initiated: false,
    entity_id: "Dropbox",
    acs_url: "https://www.dropbox.com/saml_login",
    name_id: Some("user.email"),
    attributes: &[],
    relay_state: None,
    steps: &[
        "In Dropbox's admin console, under Settings, Single sign-on, make it optional at first.",
        "Enter {sso_url} as identity provider sign-in URL and upload the certificate: {certificate}",
        "Save. Make it required once a user has signed in this way.",
    ],
};

pub(super) const NEXTCLOUD: ApplicationTemplate = ApplicationTemplate {
    key: "nextcloud",
    name: "Nextcloud",
    description: "An installation of Nextcloud with the app SSO & SAML authentication",
    kind: TemplateKind::Workplace,
    source: "https://github.com/nextcloud/user_saml",
    parameters: &[
        TemplateParameter {
            key: "EntityId",
            description: "The entityID in the metadata that the app's settings offer for download",
            example: "https://cloud.example.com/apps/user_saml/saml/metadata",
            rule: ParameterRule::EntityId,
        },
        TemplateParameter {
            key: "AcsUrl",
            description: "The Location of the AssertionConsumerService in the same metadata",
            example: "https://cloud.example.com/apps/user_saml/saml/acs",
            rule: ParameterRule::Url,
        },
    ],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{EntityId}",
    acs_url: "{AcsUrl}",
    name_id: None,
    attributes: &[
        basic("uid", "user.userName"),
        basic("displayname", "default(user.displayName, user.userName)"),
        basic("email", "user.email"),
        basic("groups", "groups"),
    ],
    relay_state: None,
    steps: &[
        "In Nextcloud's administration settings, under SSO & SAML authentication, choose the built-in SAML authentication.",
        "Enter uid as attribute to map the UID to, {entity_id} as identifier of the IdP, {sso_url} as URL target, and as public certificate: {certificate}",
        "Under attribute mapping, enter displayname, email and groups.",
        "Download the metadata, and copy entity id and ACS URL into this application.",
    ],
};
