//! The consoles of clouds. Who gets which role is said by groups: somebody in the group `aws-Reader` gets the role
//! `Reader`, where the prefix is `aws-`.

use super::{
    ApplicationTemplate, NameIdKind, ParameterRule, Signed, TemplateKind, TemplateParameter, basic,
    unspecified, uri,
};

const GROUP_PREFIX: TemplateParameter = TemplateParameter {
    key: "GroupPrefix",
    description: "How the names of groups begin that give a role; the rest of the name is the role's name",
    example: "cloud-",
    rule: ParameterRule::Name("-_.", 64),
};

const PROVIDER_NAME: TemplateParameter = TemplateParameter {
    key: "ProviderName",
    description: "The name that this identity provider gets in the account",
    example: "cloudsso",
    rule: ParameterRule::Name("-_.", 128),
};

const ALIBABA_ACCOUNT_ID: TemplateParameter = TemplateParameter {
    key: "AccountId",
    description: "The id of the Alibaba Cloud account, as its account centre shows it",
    example: "1234567890123456",
    rule: ParameterRule::Digits(1, 20),
};

const ALIBABA_ROLE: &str = r#"map(filter(groups, startsWith(it, "{GroupPrefix}")), "acs:ram::{AccountId}:role/" + after(it, "{GroupPrefix}") + ",acs:ram::{AccountId}:saml-provider/{ProviderName}")"#;

pub(super) const ALIBABA_CLOUD: ApplicationTemplate = ApplicationTemplate {
    key: "alibaba-cloud",
    name: "Alibaba Cloud (China site)",
    description: "The console of one account, as a RAM role",
    kind: TemplateKind::CloudConsole,
    source: "https://www.alibabacloud.com/help/en/ram/saml-response-for-role-based-sso",
    parameters: &[ALIBABA_ACCOUNT_ID, PROVIDER_NAME, GROUP_PREFIX],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Assertion,
    is_idp_initiated: true,
    entity_id: "urn:alibaba:cloudcomputing",
    acs_url: "https://signin.aliyun.com/saml-role/sso",
    name_id: None,
    attributes: &[
        uri("https://www.aliyun.com/SAML-Role/Attributes/Role", ALIBABA_ROLE),
        uri("https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName", "user.userName"),
    ],
    relay_state: None,
    steps: ALIBABA_STEPS,
};

const ALIBABA_STEPS: &[&str] = &[
    "Download our metadata from {metadata_url}.",
    "In the RAM console of account {AccountId}, under SSO, role-based SSO, add a SAML identity provider named {ProviderName} and upload the metadata.",
    "Add a RAM role for each group that begins with {GroupPrefix}, named like the rest of the group's name, and let it be assumed by the identity provider {ProviderName}.",
    "Attach to each role the policies that it is to have.",
];

pub(super) const ALIBABA_CLOUD_INTERNATIONAL: ApplicationTemplate = ApplicationTemplate {
    key: "alibaba-cloud-international",
    name: "Alibaba Cloud (international site)",
    entity_id: "urn:alibaba:cloudcomputing:international",
    acs_url: "https://signin.alibabacloud.com/saml-role/sso",
    source: "https://www.alibabacloud.com/help/en/ram/configure-alibaba-cloud-as-a-trusted-sp-for-role-based-sso",
    ..ALIBABA_CLOUD
};

pub(super) const AWS: ApplicationTemplate = ApplicationTemplate {
    key: "aws",
    name: "Amazon Web Services",
    description: "The management console of one account, as an IAM role",
    kind: TemplateKind::CloudConsole,
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html",
    parameters: &[
        TemplateParameter {
            key: "AccountId",
            description: "The id of the AWS account, without hyphens",
            example: "123456789012",
            rule: ParameterRule::Digits(12, 12),
        },
        PROVIDER_NAME,
        GROUP_PREFIX,
    ],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Assertion,
    is_idp_initiated: true,
    entity_id: "urn:amazon:webservices",
    acs_url: "https://signin.aws.amazon.com/saml",
    name_id: None,
    attributes: &[
        uri(
            "https://aws.amazon.com/SAML/Attributes/Role",
            r#"map(filter(groups, startsWith(it, "{GroupPrefix}")), "arn:aws:iam::{AccountId}:role/" + after(it, "{GroupPrefix}") + ",arn:aws:iam::{AccountId}:saml-provider/{ProviderName}")"#,
        ),
        uri("https://aws.amazon.com/SAML/Attributes/RoleSessionName", "user.userName"),
    ],
    relay_state: None,
    steps: &[
        "Download our metadata from {metadata_url}.",
        "In the IAM console of account {AccountId}, under Identity providers, add a provider of type SAML named {ProviderName} and upload the metadata.",
        "Create a role for each group that begins with {GroupPrefix}, named like the rest of the group's name, for SAML 2.0 federation with {ProviderName} and access to the management console.",
        "Attach to each role the policies that it is to have.",
    ],
};

pub(super) const TENCENT_CLOUD: ApplicationTemplate = ApplicationTemplate {
    key: "tencent-cloud",
    name: "Tencent Cloud (China site)",
    description: "The console of one account, as a CAM role",
    kind: TemplateKind::CloudConsole,
    source: "https://www.tencentcloud.com/document/product/598/30391",
    parameters: &[
        TemplateParameter {
            key: "AccountId",
            description: "The id (uin) of the Tencent Cloud account, as its account centre shows it",
            example: "100000000001",
            rule: ParameterRule::Digits(1, 20),
        },
        PROVIDER_NAME,
        GROUP_PREFIX,
    ],
    name_id_kind: NameIdKind::Unspecified,
    signed: Signed::Assertion,
    is_idp_initiated: true,
    entity_id: "cloud.tencent.com",
    acs_url: "https://cloud.tencent.com/login/saml",
    name_id: Some("user.userName"),
    attributes: &[
        uri(
            "https://cloud.tencent.com/SAML/Attributes/Role",
            r#"map(filter(groups, startsWith(it, "{GroupPrefix}")), "qcs::cam::uin/{AccountId}:roleName/" + after(it, "{GroupPrefix}") + ",qcs::cam::uin/{AccountId}:saml-provider/{ProviderName}")"#,
        ),
        uri("https://cloud.tencent.com/SAML/Attributes/RoleSessionName", "user.userName"),
    ],
    relay_state: None,
    steps: &[
        "Download our metadata from {metadata_url}.",
        "In the CAM console of account {AccountId}, under Identity Providers, Role SSO, create a provider of type SAML named {ProviderName} and upload the metadata.",
        "Create a role for each group that begins with {GroupPrefix}, named like the rest of the group's name, with the identity provider {ProviderName} as its entity and console access allowed.",
        "Attach to each role the policies that it is to have.",
        "Compare entity id and ACS URL with the metadata at https://cloud.tencent.com/saml.xml.",
    ],
};

pub(super) const HUAWEI_CLOUD: ApplicationTemplate = ApplicationTemplate {
    key: "huawei-cloud",
    name: "Huawei Cloud",
    description: "The console of one account, as an IAM user with the same external identity id",
    kind: TemplateKind::CloudConsole,
    source: "https://support.huaweicloud.com/intl/en-us/usermanual-iam/iam_08_0252.html",
    parameters: &[
        TemplateParameter {
            key: "EntityId",
            description: "The entityID in the metadata of Huawei Cloud, which the IAM console offers for download",
            example: "https://auth.example.com/",
            rule: ParameterRule::EntityId,
        },
        TemplateParameter {
            key: "AcsUrl",
            description: "The Location of the AssertionConsumerService in the same metadata",
            example: "https://auth.example.com/saml/acs",
            rule: ParameterRule::Url,
        },
        TemplateParameter {
            key: "AccountId",
            description: "The account id, as My Credentials shows it",
            example: "0123456789abcdef0123456789abcdef",
            rule: ParameterRule::Name("", 64),
        },
        PROVIDER_NAME,
    ],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Assertion,
    is_idp_initiated: true,
    entity_id: "{EntityId}",
    acs_url: "{AcsUrl}",
    name_id: None,
    attributes: &[
        unspecified("IAM_SAML_Attributes_xUserId", "user.userName"),
        unspecified("IAM_SAML_Attributes_domain_id", r#""{AccountId}""#),
        unspecified("IAM_SAML_Attributes_idp_id", r#""{ProviderName}""#),
    ],
    relay_state: None,
    steps: &[
        "Download our metadata from {metadata_url}.",
        "In the IAM console, under Identity Providers, create a provider named {ProviderName} with protocol SAML and SSO type IAM user, and upload the metadata.",
        "Give each IAM user who is to come in this way an external identity id that is their user name here.",
    ],
};

pub(super) const GOOGLE_CLOUD: ApplicationTemplate = ApplicationTemplate {
    key: "google-cloud",
    name: "Google Cloud",
    description: "The console, by a workforce identity pool and without Google accounts",
    kind: TemplateKind::CloudConsole,
    source: "https://cloud.google.com/iam/docs/configuring-workforce-identity-federation",
    parameters: &[
        TemplateParameter {
            key: "PoolId",
            description: "The id of the workforce identity pool",
            example: "staff-pool",
            rule: ParameterRule::Label,
        },
        TemplateParameter {
            key: "ProviderId",
            description: "The id that the provider gets in the pool",
            example: "cloudsso",
            rule: ParameterRule::Label,
        },
    ],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: true,
    entity_id: "https://iam.googleapis.com/locations/global/workforcePools/{PoolId}/providers/{ProviderId}",
    acs_url: "https://auth.cloud.google/signin-callback/locations/global/workforcePools/{PoolId}/providers/{ProviderId}",
    name_id: Some("user.email"),
    attributes: &[
        basic("displayName", "default(user.displayName, user.userName)"),
        basic("groups", "groups"),
    ],
    relay_state: Some("https://console.cloud.google/"),
    steps: &[
        "Download our metadata from {metadata_url}.",
        "In the Google Cloud console, under Workforce Identity Pools, add to the pool {PoolId} a provider of type SAML with the id {ProviderId} and upload the metadata.",
        "Map google.subject to assertion.subject, google.display_name to assertion.attributes['displayName'][0] and google.groups to assertion.attributes['groups'].",
        "Grant IAM roles to users or groups of the pool.",
    ],
};

pub(super) const GOOGLE_WORKSPACE: ApplicationTemplate = ApplicationTemplate {
    key: "google-workspace",
    name: "Google Workspace",
    description: "Google accounts of an organisation, with Gmail, Drive and the Google Cloud console",
    kind: TemplateKind::CloudConsole,
    source: "https://support.google.com/a/answer/6349809",
    parameters: &[
        TemplateParameter {
            key: "EntityId",
            description: "The entity id that the SSO profile shows",
            example: "https://accounts.google.com/samlrp/0abc",
            rule: ParameterRule::EntityId,
        },
        TemplateParameter {
            key: "AcsUrl",
            description: "The ACS URL that the SSO profile shows",
            example: "https://accounts.google.com/samlrp/0abc/acs",
            rule: ParameterRule::Url,
        },
    ],
    name_id_kind: NameIdKind::Email,
    signed: Signed::Both,
    is_idp_initiated: false,
    entity_id: "{EntityId}",
    acs_url: "{AcsUrl}",
    name_id: Some("user.email"),
    attributes: &[],
    relay_state: None,
    steps: &[
        "In the Google Admin console, under Security, SSO with third party IdP, add a SAML profile.",
        "Enter {entity_id} as the IdP entity id, {sso_url} as the sign-in page, and upload the certificate: {certificate}",
        "Save, and copy entity id and ACS URL of the profile into this application.",
        "Assign the profile to the organisational units or groups that are to sign in here. Their primary addresses must be the e-mail addresses here.",
    ],
};

pub(super) const MICROSOFT_ENTRA_ID: ApplicationTemplate = ApplicationTemplate {
    key: "microsoft-entra-id",
    name: "Microsoft Entra ID",
    description: "A federated domain, with the Azure portal and Microsoft 365",
    kind: TemplateKind::CloudConsole,
    source: "https://learn.microsoft.com/en-us/entra/identity/hybrid/connect/how-to-connect-fed-saml-idp",
    parameters: &[TemplateParameter {
        key: "Domain",
        description: "The verified domain that is to be federated, to which the e-mail addresses belong",
        example: "example.com",
        rule: ParameterRule::Name("-.", 253),
    }],
    name_id_kind: NameIdKind::Persistent,
    signed: Signed::Assertion,
    is_idp_initiated: false,
    entity_id: "urn:federation:MicrosoftOnline",
    acs_url: "https://login.microsoftonline.com/login.srf",
    name_id: Some("user.id"),
    attributes: &[unspecified(
        "IDPEmail",
        r#"if(endsWith(lower(user.email), lower("@{Domain}")), user.email)"#,
    )],
    relay_state: None,
    steps: &[
        "Give every user of the domain in Entra ID their user id here as onPremisesImmutableId, and their e-mail address here as user principal name.",
        "With Microsoft Graph PowerShell, federate the domain {Domain}: IssuerUri {entity_id}, PassiveSignInUri {sso_url}, PreferredAuthenticationProtocol saml, and as SigningCertificate: {certificate}",
        "Try it with one user before the domain is federated for all: who cannot sign in here cannot sign in there any more.",
    ],
};
