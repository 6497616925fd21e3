//! What developers and operators work with.

use super::{
    ApplicationTemplate, NameIdKind, ParameterRule, Signed, TemplateKind, TemplateParameter, basic, uri,
};

/// The address of an installation of one's own.
const BASE_URL: TemplateParameter = TemplateParameter {
    key: "BaseUrl",
    description: "The address under which users reach it",
    example: "https://app.example.com",
    rule: ParameterRule::BaseUrl,
};

const FULL_NAME: &str = "default(user.displayName, user.firstName + \" \" + user.lastName, user.userName)";

pub(super) const GITHUB_ORGANIZATION: ApplicationTemplate = ApplicationTemplate {
    key: "github-organization",
    name: "GitHub (organization)",
    description: "An organization on GitHub Enterprise Cloud",
    kind: TemplateKind::Development,
    source: "https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/saml-configuration-reference",
    parameters: &[TemplateParameter {
        key: "Organization",
        description: "The name of the organization in GitHub's addresses",
        example: "example-org",
        rule: ParameterRule::Name("-", 39),
    }],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "https://github.com/orgs/{Organization}",
    acs_url: "https://github.com/orgs/{Organization}/saml/consume",
    name_id: None,
    attributes: &[basic("full_name", FULL_NAME), basic("emails", "user.email")],
    relay_state: None,
    steps: &[
        "In the settings of the organization {Organization}, under Authentication security, enable SAML authentication.",
        "Enter {sso_url} as sign on URL, {entity_id} as issuer, and as public certificate: {certificate}",
        "Choose RSA-SHA256 and SHA256, test the configuration, save it and store the recovery codes.",
    ],
};

pub(super) const GITHUB_ENTERPRISE: ApplicationTemplate = ApplicationTemplate {
    key: "github-enterprise",
    name: "GitHub (enterprise account)",
    description: "An enterprise account on GitHub Enterprise Cloud, with all its organizations",
    parameters: &[TemplateParameter {
        key: "Enterprise",
        description: "The name of the enterprise account in GitHub's addresses",
        example: "example",
        rule: ParameterRule::Name("-", 60),
    }],
    entity_id: "https://github.com/enterprises/{Enterprise}",
    acs_url: "https://github.com/enterprises/{Enterprise}/saml/consume",
    steps: &[
        "In the settings of the enterprise {Enterprise}, under Authentication security, require SAML authentication.",
        "Enter {sso_url} as sign on URL, {entity_id} as issuer, and as public certificate: {certificate}",
        "Choose RSA-SHA256 and SHA256, test the configuration, save it and store the recovery codes.",
    ],
    ..GITHUB_ORGANIZATION
};

pub(super) const GITLAB: ApplicationTemplate = ApplicationTemplate {
    key: "gitlab",
    name: "GitLab (self-managed)",
    description: "An installation of GitLab",
    kind: TemplateKind::Development,
    source: "https://docs.gitlab.com/integration/saml/",
    parameters: &[BASE_URL],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{BaseUrl}",
    acs_url: "{BaseUrl}/users/auth/saml/callback",
    name_id: None,
    attributes: &[
        basic("email", "user.email"),
        basic("name", FULL_NAME),
        basic("first_name", "user.firstName"),
        basic("last_name", "user.lastName"),
        basic("Groups", "groups"),
    ],
    relay_state: None,
    steps: &[
        "In the configuration of GitLab, add to omniauth_providers one named saml, with groups_attribute Groups.",
        "In its args, set assertion_consumer_service_url to {BaseUrl}/users/auth/saml/callback, issuer to {BaseUrl}, idp_sso_target_url to {sso_url} and name_identifier_format to urn:oasis:names:tc:SAML:2.0:nameid-format:persistent.",
        "Set idp_cert to our certificate: {certificate}",
        "Reconfigure GitLab.",
    ],
};

pub(super) const GITLAB_COM: ApplicationTemplate = ApplicationTemplate {
    key: "gitlab-com",
    name: "GitLab.com (group)",
    description: "A top-level group on GitLab.com",
    source: "https://docs.gitlab.com/user/group/saml_sso/",
    parameters: &[TemplateParameter {
        key: "Group",
        description: "The path of the top-level group in GitLab's addresses",
        example: "example-group",
        rule: ParameterRule::Name("-_.", 255),
    }],
    entity_id: "https://gitlab.com/groups/{Group}",
    acs_url: "https://gitlab.com/groups/{Group}/-/saml/callback",
    steps: &[
        "In the group {Group}, under Settings, SAML SSO, compare identifier and assertion consumer service URL with those of this application.",
        "Enter {sso_url} as identity provider single sign-on URL and the SHA-1 fingerprint of our certificate: {certificate}",
        "Enable SAML authentication for the group and verify the configuration.",
    ],
    ..GITLAB
};

pub(super) const JENKINS: ApplicationTemplate = ApplicationTemplate {
    key: "jenkins",
    name: "Jenkins",
    description: "An installation of Jenkins with the SAML plugin",
    kind: TemplateKind::Development,
    source: "https://github.com/jenkinsci/saml-plugin/blob/main/doc/CONFIGURE.md",
    parameters: &[BASE_URL],
    name_id_kind: NameIdKind::Unspecified,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{BaseUrl}/securityRealm/finishLogin",
    acs_url: "{BaseUrl}/securityRealm/finishLogin",
    name_id: Some("user.userName"),
    attributes: &[basic("displayName", FULL_NAME), basic("email", "user.email"), basic("groups", "groups")],
    relay_state: None,
    steps: &[
        "In Jenkins, under Manage Jenkins, Security, choose SAML 2.0 as security realm.",
        "Enter {metadata_url} as IdP metadata URL.",
        "Enter displayName as display name attribute, groups as group attribute and email as email attribute; leave the username attribute empty.",
        "In the advanced configuration, enter {BaseUrl}/securityRealm/finishLogin as SP entity id.",
    ],
};

pub(super) const GRAFANA: ApplicationTemplate = ApplicationTemplate {
    key: "grafana",
    name: "Grafana",
    description: "Grafana Enterprise or Grafana Cloud",
    kind: TemplateKind::Development,
    source: "https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/saml/",
    parameters: &[BASE_URL],
    name_id_kind: NameIdKind::Transient,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{BaseUrl}/saml/metadata",
    acs_url: "{BaseUrl}/saml/acs",
    name_id: None,
    attributes: &[
        basic("displayName", FULL_NAME),
        basic("login", "user.userName"),
        basic("mail", "user.email"),
        basic("groups", "groups"),
    ],
    relay_state: None,
    steps: &[
        "In the section auth.saml of Grafana's configuration, set enabled to true and idp_metadata_url to {metadata_url}, and give Grafana a certificate and a private key of its own.",
        "Set assertion_attribute_name to displayName, assertion_attribute_login to login, assertion_attribute_email to mail and assertion_attribute_groups to groups.",
        "Restart Grafana.",
    ],
};

pub(super) const DATADOG: ApplicationTemplate = ApplicationTemplate {
    key: "datadog",
    name: "Datadog",
    description: "An organisation at Datadog, on any of its sites",
    kind: TemplateKind::Development,
    source: "https://docs.datadoghq.com/account_management/saml/",
    parameters: &[
        TemplateParameter {
            key: "EntityId",
            description: "The service provider entity id that Datadog's SAML configuration shows",
            example: "https://app.datadoghq.com/account/saml/metadata.xml",
            rule: ParameterRule::EntityId,
        },
        TemplateParameter {
            key: "AcsUrl",
            description: "The assertion consumer service URL that Datadog's SAML configuration shows, the one with /id/",
            example: "https://app.datadoghq.com/account/saml/assertion/id/0a1b2c",
            rule: ParameterRule::Url,
        },
    ],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Assertion,
    is_idp_initiated: false,
    entity_id: "{EntityId}",
    acs_url: "{AcsUrl}",
    name_id: Some("user.email"),
    attributes: &[
        uri("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "user.email"),
        uri("urn:oid:2.5.4.42", "user.firstName"),
        uri("urn:oid:2.5.4.4", "user.lastName"),
    ],
    relay_state: None,
    steps: &[
        "Download our metadata from {metadata_url}.",
        "In Datadog, under Organization Settings, Login Methods, configure SAML and upload the metadata.",
        "If users are to begin at our portal, enable identity provider initiated login there.",
        "Enable SAML.",
    ],
};

pub(super) const SNOWFLAKE: ApplicationTemplate = ApplicationTemplate {
    key: "snowflake",
    name: "Snowflake",
    description: "An account at Snowflake",
    kind: TemplateKind::Development,
    source: "https://docs.snowflake.com/en/user-guide/admin-security-fed-auth-security-integration",
    parameters: &[TemplateParameter {
        key: "AccountUrl",
        description: "The address of the account",
        example: "https://example-account.snowflakecomputing.com",
        rule: ParameterRule::BaseUrl,
    }],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{AccountUrl}",
    acs_url: "{AccountUrl}/fed/login",
    name_id: Some("user.email"),
    attributes: &[],
    relay_state: None,
    steps: &[
        "As account administrator, create a security integration of type SAML2 with SAML2_PROVIDER 'CUSTOM', SAML2_ISSUER '{entity_id}', SAML2_SSO_URL '{sso_url}', SAML2_SNOWFLAKE_ISSUER_URL '{AccountUrl}' and SAML2_SNOWFLAKE_ACS_URL '{AccountUrl}/fed/login'.",
        "Set its SAML2_X509_CERT to our certificate without its first and last line: {certificate}",
        "Give every user their e-mail address here as LOGIN_NAME.",
    ],
};
