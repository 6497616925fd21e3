//! Several users at once, all of them or none: what the RAM console's page of creation does. It is no action of
//! the vendor's; it is made of `CreateUser`, `CreateLoginProfile` and `CreateAccessKey`, each with its own
//! permission, so that what it makes is what they make.

use diesel::SqliteConnection;
use serde_json::Value;

use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::Identity;
use crate::local_cloud::refusal::Refusal;
use crate::rpc::Parameters;

use super::invocation::Invocation;
use super::version::RAM;
use super::{access_key, login_profile, user};

/// A user who is about to be made.
pub(crate) struct NewUser {
    /// For `CreateUser` of RAM 2015-05-01.
    pub(crate) user: Parameters,
    /// For `CreateLoginProfile`, where the user shall sign in to the console.
    pub(crate) login_profile: Option<Parameters>,
    /// For `CreateAccessKey`, where the user shall call the APIs.
    pub(crate) access_key: Option<Parameters>,
}

/// What became of it.
pub(crate) struct CreatedUser {
    /// The answer of `CreateAccessKey`, which holds the secret.
    pub(crate) access_key: Option<Value>,
}

/// Who makes users, and how they came.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) identity: &'a Identity,
    pub(crate) channel: Channel,
}

/// Why there is none of them.
pub(crate) enum NotCreated {
    /// What is wrong with the one of this index.
    Refused(usize, Refusal),
    /// Nobody's fault.
    Failed(Refusal),
    /// It was a rehearsal.
    Rehearsed,
}

impl<E: Into<Refusal>> From<E> for NotCreated {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Makes them, or says which of them cannot be made and why.
///
/// Passwords are hashed between two transactions. The first is a rehearsal and leaves nothing, so that nobody
/// has passwords hashed for users whom they may not make.
pub(crate) fn create_users(maker: Maker<'_>, users: &[NewUser]) -> Result<Vec<CreatedUser>, NotCreated> {
    let store = &maker.cloud.store;
    let rehearsal = store.write(|connection| {
        for (index, new) in users.iter().enumerate() {
            create(maker, connection, (new, None)).map_err(|refusal| NotCreated::Refused(index, refusal))?;
        }
        Err::<(), _>(NotCreated::Rehearsed)
    });
    match rehearsal {
        Err(NotCreated::Rehearsed) | Ok(()) => {}
        Err(refused) => return Err(refused),
    }
    let mut hashes = Vec::new();
    for (index, new) in users.iter().enumerate() {
        let hash = hash(maker, new).map_err(|refusal| NotCreated::Refused(index, refusal))?;
        hashes.push(hash);
    }
    store.write(|connection| {
        let mut created = Vec::new();
        for (index, (new, hash)) in users.iter().zip(&hashes).enumerate() {
            let one = create(maker, connection, (new, hash.clone()));
            created.push(one.map_err(|refusal| NotCreated::Refused(index, refusal))?);
        }
        Ok(created)
    })
}

fn hash(maker: Maker<'_>, new: &NewUser) -> Result<Option<String>, Refusal> {
    let name = new.user.required("UserName")?;
    let Some(parameters) = &new.login_profile else { return Ok(None) };
    login_profile::hash_for_new(&maker.invocation(parameters), name)
}

fn create(
    maker: Maker<'_>,
    connection: &mut SqliteConnection,
    (new, hash): (&NewUser, Option<String>),
) -> Result<CreatedUser, Refusal> {
    user::create(&maker.invocation(&new.user), connection)?;
    if let Some(parameters) = &new.login_profile {
        login_profile::create_with(&maker.invocation(parameters), connection, hash)?;
    }
    let access_key = match &new.access_key {
        Some(parameters) => Some(access_key::create(&maker.invocation(parameters), connection)?),
        None => None,
    };
    Ok(CreatedUser { access_key })
}

impl<'a> Maker<'a> {
    fn invocation(self, parameters: &'a Parameters) -> Invocation<'a> {
        let Self { cloud, identity, channel } = self;
        Invocation { cloud, identity, parameters, channel, session_id: None, version: RAM, now: cloud.now() }
    }
}
