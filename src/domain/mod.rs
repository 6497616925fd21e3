//! What is true: the values and rules of the product. Pure: no SQL, no HTTP, no XML, no clock and no
//! randomness; whoever asks brings the time along.
//!
//! Field rules and limits are those of the CloudSSO OpenAPI 2021-05-15, so that its clients meet
//! the refusals they know.

mod access_configuration;
mod account;
mod account_objects;
mod administrator;
mod assignment;
mod cloud_site;
mod drift;
mod error;
mod event;
mod group;
mod local_path;
mod password_rule;
mod principal;
mod provisioning;
mod reach;
mod session;
mod target;
mod task;
mod text;
mod throttle;
mod user;

pub use access_configuration::{
    AccessConfiguration, AccessConfigurationSpec, PermissionPolicy, SYSTEM_POLICIES_PER_CONFIGURATION,
};
pub use account::{Account, AccountKind, FOLDER_DEPTH, Folder, FolderTree};
pub use account_objects::{
    AccountObjects, ForeignObject, ObjectKind, ObservedObjects, ObservedPolicy, ObservedRole,
    ObservedSamlProvider, RamPolicy, Step, owner_tag, removal_steps,
};
pub use administrator::Administrator;
pub use assignment::{Assignee, AssigneeKind, Assignment, AssignmentFilter, AssignmentKey, Grant};
pub use cloud_site::CloudSite;
pub use drift::{Difference, Finding};
pub use error::{Error, Kind};
pub use event::{Action, Event};
pub use group::{Group, GroupSpec};
pub use local_path::LocalPath;
pub use password_rule::{PASSWORD_RULES, check_password};
pub use principal::PrincipalId;
pub use provisioning::{Provisioning, ProvisioningFilter, ProvisioningStatus, ReservedNames, RoleSession};
pub use reach::{Directory, ReachChange};
pub use session::{AuthenticationMethod, Session, SessionLimits, SignIn, SignInStage};
pub use target::{Target, TargetKind};
pub use task::{DeprovisionStrategy, Progress, Task, TaskFilter, TaskKind, TaskStatus, retry_delay};
pub use throttle::{FailureCounter, Throttle};
pub use user::{ProvisionType, Status, User, UserSpec};
