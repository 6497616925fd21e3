//! The words that every other room speaks in: ids with their wire prefixes, time and its spellings,
//! validated names, paging, networks, secrets that cannot be printed, and a token bucket.
//!
//! Nothing here knows a protocol, a table or a rule of the product, and nothing here reads the
//! system clock except [`Clock::system`], which only `app` constructs.

mod clock;
mod id;
mod name;
mod network;
mod page;
mod secret;
mod token_bucket;

pub use clock::{Clock, Timestamp};
pub use id::{
    AccessConfigurationId, AccessKeyId, AccountId, AdministratorId, ApplicationId, ApplicationSessionId,
    ConsoleSessionId, DirectoryId, EventId, FolderId, Generated, GroupId, MachineIdentityId, MfaDeviceId,
    RequestId, ScimConnectorId, ScimCredentialId, SessionId, SignInId, SigningKeyId, SingleLogoutId, TaskId,
    UserId, UserProvisioningEventId, UserProvisioningId,
};
pub use name::{
    AccessConfigurationName, ApplicationName, ConnectorName, DirectoryName, GroupName, InvalidName,
    MachineName, UserName, fold,
};
pub use network::{Network, client_address};
pub use page::{Page, PageRequest};
pub use secret::Secret;
pub use token_bucket::TokenBucket;
