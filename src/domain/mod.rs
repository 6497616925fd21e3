//! What is true: the values and rules of the product. Pure: no SQL, no HTTP, no XML, no clock and no
//! randomness; whoever asks brings the time along.
//!
//! Field rules and limits are those of the CloudSSO OpenAPI 2021-05-15, so that its clients meet
//! the refusals they know.

mod access_configuration;
mod access_key;
mod account;
mod account_objects;
mod administrator;
mod application;
mod application_session;
mod application_template;
mod assignment;
mod attribute_expression;
mod attribute_name_format;
mod authentication_strength;
mod cloud_site;
mod console_session;
mod directory;
mod drift;
mod error;
mod event;
mod group;
mod identity_key;
mod identity_provider_profile;
mod local_path;
mod machine_identity;
mod mass_change;
mod metadata_source;
mod name_id_kind;
mod nesting;
mod password_rule;
mod principal;
mod profile;
mod provisioning;
mod query;
mod ram_user;
mod reach;
mod saml_exchange;
mod scim_connector;
mod scim_credential;
mod scim_request;
pub mod search;
mod search_cost;
mod session;
mod signed;
mod single_logout;
mod tag;
mod target;
mod task;
mod text;
mod throttle;
mod user;
mod user_provisioning;
mod user_sso;

pub use access_configuration::{
    AccessConfiguration, AccessConfigurationChanges, AccessConfigurationSpec, PermissionPolicy,
    SYSTEM_POLICIES_PER_CONFIGURATION,
};
pub use access_key::{ACCESS_KEYS_PER_HOLDER, AccessKey, Activity, KeyHolder, LAST_USE_PRECISION};
pub use account::{Account, AccountKind, FOLDER_DEPTH, Folder, FolderTree};
pub use account_objects::{
    AccountObjects, ForeignObject, ObjectKind, ObservedObjects, ObservedPolicy, ObservedRole,
    ObservedSamlProvider, RamPolicy, Step, owner_tag, removal_steps,
};
pub use administrator::Administrator;
pub use application::{Application, ApplicationSettings, ApplicationSummary, AttributeMapping, Encryption};
pub use application_session::ApplicationSession;
pub use application_template::{
    ApplicationTemplate, FilledAttribute, FilledTemplate, IdentityProviderDetails, ParameterRule,
    TemplateKind, TemplateParameter,
};
pub use assignment::{Assignee, AssigneeKind, Assignment, AssignmentFilter, AssignmentKey, Grant};
pub use attribute_expression::{
    AttributeExpression, DEEPEST_EXPRESSION, EXPRESSION_BYTES, EXPRESSION_NODES, EXPRESSION_VALUES,
    EXPRESSION_WORK, ExpressionError, LONGEST_EXPRESSION, Subject,
};
pub use attribute_name_format::AttributeNameFormat;
pub use authentication_strength::AuthenticationStrength;
pub use cloud_site::{CloudSite, SessionEnd};
pub use console_session::{ConsoleIdentity, ConsoleSession, ConsoleSessionFilter, EndReason};
pub use directory::{DirectoryCounts, DirectoryRecord, Quotas, REGION};
pub use drift::{Difference, Finding};
pub use error::{Error, Kind};
pub use event::{Action, Event};
pub use group::{Group, GroupChanges, GroupSpec, Member};
pub use identity_key::{IdentityKey, KeyGroup, KeyPurpose, KeySchedule, KeyState};
pub use identity_provider_profile::IdentityProviderProfile;
pub use local_path::LocalPath;
pub use machine_identity::{MachineIdentity, MachinePolicy, POLICIES_PER_MACHINE, check_machine_policies};
pub use mass_change::{Destructive, HeldChange, MassChange, MassChangeLimits, MassChangeWindow};
pub use metadata_source::{MetadataOrigin, MetadataSource, PendingMetadata};
pub use name_id_kind::NameIdKind;
pub use nesting::{NESTING_LEVELS, Nesting};
pub use password_rule::{PASSWORD_RULES, check_password, check_reset_password};
pub use principal::PrincipalId;
pub use profile::Profile;
pub use provisioning::{Provisioning, ProvisioningFilter, ProvisioningStatus, ReservedNames, RoleSession};
pub use query::{AccessConfigurationQuery, GroupQuery, NameFilter, UserQuery, task_start};
pub use ram_user::{
    NameTaken, Naming, ObservedRamUser, ProvisionedUser, ProvisionedUserStatus, RamUserOwner, RamUserStep,
    TakenOver, WantedRamUser, ram_user_name, settle_name,
};
pub use reach::{Directory, ReachChange};
pub use saml_exchange::{
    AnswerOutline, ApplicationUse, LONGEST_KEPT_MESSAGE, SAML_EXCHANGES_KEPT, SamlExchange, SamlExchangeKind,
};
pub use scim_connector::{
    Adoption, LastRefusal, LastSynchronization, Ownership, SCIM_CONNECTORS, ScimConnector,
    ScimConnectorChanges, ScimDialect,
};
pub use scim_credential::{
    SCIM_LIFETIME, SCIM_OVERLAP, SCIM_TOKEN_PREFIX, ScimCredential, ScimScope, ScimSubject,
    check_scim_lifetime, check_scim_overlap,
};
pub use scim_request::{SCIM_REQUESTS_KEPT, ScimRequest};
pub use search_cost::{Cost, SCAN_BOUND, TESTS_AT_BOUND};
pub use session::{AuthenticationMethod, Session, SessionLimits, SignIn, SignInStage};
pub use signed::Signed;
pub use single_logout::{LogoutAnswer, LogoutInitiator, LogoutOutcome, LogoutParticipant, SingleLogout};
pub use tag::{TAGS_PER_RESOURCE, Tag, check_tags};
pub use target::{Target, TargetKind};
pub use task::{DeprovisionStrategy, Progress, Task, TaskFilter, TaskKind, TaskStatus, retry_delay};
pub use throttle::{FailureCounter, Throttle};
pub use user::{ProvisionType, Status, User, UserChanges, UserSpec};
pub use user_provisioning::{
    DeletionStrategy, DuplicationStrategy, EventSource, UserProvisioning, UserProvisioningChanges,
    UserProvisioningConfiguration, UserProvisioningEvent, UserProvisioningFilter, UserProvisioningStatistics,
    UserProvisioningTerms, ram_user_mark, ram_user_marked,
};
pub use user_sso::{
    AccountUserSso, ForeignUserSso, UserSsoSettings, UserSsoStatus, user_sso_to_restore, user_sso_to_set,
};
