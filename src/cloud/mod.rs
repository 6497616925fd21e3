//! The driver: a blocking client for the OpenAPIs of cloud accounts (STS 2015-04-01, RAM 2015-05-01, IMS
//! 2019-08-15, ResourceDirectoryMaster 2022-04-19), the same for the real cloud and the local one.
//!
//! It enters a member account by `AssumeRole`, signs, sends, waits and tries again where that may help, and
//! says which errors a later try may cure. It does not know what an account should look like, and keeps
//! nothing but credentials, in memory.

mod account;
mod attachment;
mod breaker;
mod call;
mod directory;
mod error;
mod ims;
mod limits;
mod logout;
mod paging;
mod ram;
mod retry;
mod site;
mod sts;
mod traffic;
mod transport;
mod turnstile;
mod user;
mod user_access;
mod user_sso;

pub use account::{Account, Cloud};
pub use attachment::AttachedPolicy;
pub use directory::{Folder, Member, NewMember, ResourceDirectory};
pub use error::Error;
pub use ims::{NewSamlProvider, SamlProvider, SamlProviderChanges};
pub use limits::Limits;
pub use ram::{
    ListedPolicy, ListedRole, NewPolicyVersion, NewRole, Policy, PolicyKind, PolicyVersion, Role, RoleChanges,
};
pub use retry::Retry;
pub use site::{Endpoint, Endpoints, Entropy, Pause, Site, Surroundings, Timeouts};
pub use sts::{CallerIdentity, RoleSession, SamlLogon};
pub use user::{NewRamUser, RamUser, RamUserChanges};
pub use user_access::RamAccessKey;
pub use user_sso::UserSsoSettings;

#[cfg(test)]
mod tests;
