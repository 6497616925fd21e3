//! RAM users that are kept for persons: how they are called, what they should be, what the account has
//! of them, and the steps from one to the other. The same steps provision and repair.

use std::fmt;

use crate::base::{AccountId, Timestamp, UserId, UserName, fold};
use crate::crypto::hash;

use super::{DuplicationStrategy, User};

/// Letters that the hash in a mapped name has: 80 bits in hexadecimal.
const HASH: usize = 20;
/// What the name beside the hash may have, so that a dash and [`BESIDE`] still fit.
const READABLE: usize = LONGEST - BESIDE.len() - 1 - HASH;
/// The longest name of a RAM user.
const LONGEST: usize = 64;
/// What stands behind a name that the account has already.
const BESIDE: &str = "_sso";
/// The longest display name that IMS takes, in characters.
const LONGEST_DISPLAY_NAME: usize = 24;

/// The name of the RAM user of `user`: their own where RAM admits it, else its letters and a hash of it.
///
/// Deterministic, and no two persons have the same: a name that is mapped ends with a dash and 20
/// hexadecimal digits, and a name that ends so by itself is mapped too.
pub fn ram_user_name(user: &UserName) -> String {
    let name = user.as_str();
    if name.len() <= LONGEST && name.bytes().all(is_plain) && !looks_mapped(name) {
        name.to_owned()
    } else {
        mapped(name)
    }
}

/// The name beside one that is taken, which must have room for it.
fn name_beside(user: &UserName) -> String {
    let name = ram_user_name(user);
    let name = if name.len() + BESIDE.len() > LONGEST { mapped(user.as_str()) } else { name };
    format!("{name}{BESIDE}")
}

fn mapped(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii() && is_plain(letter as u8) { letter } else { '.' };
    let readable: String = name.chars().map(plain).take(READABLE).collect();
    let hash: String = hash::sha256_hex(fold(name).as_bytes()).chars().take(HASH).collect();
    format!("{readable}-{hash}")
}

fn looks_mapped(name: &str) -> bool {
    name.rsplit_once('-')
        .is_some_and(|(_, end)| end.len() == HASH && end.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

/// How a person's RAM user stands in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionedUserStatus {
    /// It is being made or taken over: part of that may be done.
    Provisioning,
    /// The account has it.
    Provisioned,
    /// It is being deleted or let go: nobody enters by it any more.
    Deprovisioning,
}

impl ProvisionedUserStatus {
    const ALL: [Self; 3] = [Self::Provisioning, Self::Provisioned, Self::Deprovisioning];

    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "Provisioning",
            Self::Provisioned => "Provisioned",
            Self::Deprovisioning => "Deprovisioning",
        }
    }

    /// Reads what [`ProvisionedUserStatus::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A person's RAM user in an account, as we know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedUser {
    /// In which account.
    pub account_id: AccountId,
    /// Whose.
    pub user_id: UserId,
    /// Its name there.
    pub ram_user_name: String,
    /// `<name>@<domain>` as the account spelled it when it was last looked at.
    pub principal_name: String,
    /// How it stands.
    pub status: ProvisionedUserStatus,
    /// What it had when it was taken over; `None` for one that we made.
    pub taken_over: Option<TakenOver>,
    /// Whether it holds any policy, by itself or through a group of the account, when last looked at.
    pub has_permissions: bool,
    /// When its permissions were last looked at.
    pub looked_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The ways in that a RAM user had when it was taken over; they were closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TakenOver {
    /// The name it was shown by.
    pub display_name: String,
    /// Whether it had a password for the console, which was deleted.
    pub login_profile: bool,
    /// Access keys that were active and were set inactive.
    pub access_keys: Vec<String>,
}

/// What a person's RAM user should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedRamUser {
    /// The name it is shown by, 1–24 characters.
    pub display_name: String,
    /// The e-mail address; empty where RAM would not take it.
    pub email: String,
    /// Says for whom it is kept.
    pub mark: String,
    /// Whether its access keys must be inactive: the person is disabled, or it was not settled yet who
    /// holds them.
    pub is_locked: bool,
}

impl WantedRamUser {
    /// What the RAM user of `user` should be.
    pub fn of(user: &User, mark: String, is_locked: bool) -> Self {
        let shown: String = user
            .shown_name()
            .chars()
            .filter(|letter| !letter.is_control())
            .take(LONGEST_DISPLAY_NAME)
            .collect();
        let email = user.spec.email.as_deref().filter(|email| is_ram_email(email));
        Self {
            display_name: shown.trim().to_owned(),
            email: email.unwrap_or_default().to_owned(),
            mark,
            is_locked,
        }
    }

    /// The steps from what the account has to what it should have; none when it is so.
    pub fn steps(&self, observed: &ObservedRamUser) -> Vec<RamUserStep> {
        let mut steps = Vec::new();
        if observed.owner == RamUserOwner::Account {
            steps.push(RamUserStep::TakeOver);
        } else if (&observed.display_name, &observed.email) != (&self.display_name, &self.email) {
            steps.push(RamUserStep::Update);
        }
        if observed.has_login_profile {
            steps.push(RamUserStep::DeleteLoginProfile);
        }
        if self.is_locked {
            steps.extend(observed.active_keys.iter().cloned().map(RamUserStep::DisableAccessKey));
        }
        steps
    }
}

/// As RAM asks: a dot in the domain, no white space.
fn is_ram_email(email: &str) -> bool {
    let has_dot = email.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
    has_dot && !email.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

/// Whose a RAM user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RamUserOwner {
    /// Kept by this directory for the person in question.
    Person,
    /// The account's own: made there by hand or by a program.
    Account,
    /// Kept for somebody else, by us or by another directory. It is never touched.
    SomebodyElse,
}

/// A RAM user as the account has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedRamUser {
    /// `<name>@<domain>`.
    pub principal_name: String,
    /// The name it is shown by.
    pub display_name: String,
    /// The e-mail address; empty for none.
    pub email: String,
    /// Whose it is.
    pub owner: RamUserOwner,
    /// Whether it has a password for the console.
    pub has_login_profile: bool,
    /// Its access keys that can be used.
    pub active_keys: Vec<String>,
}

impl ObservedRamUser {
    /// The ways in that it has.
    pub fn ways_in(&self) -> TakenOver {
        TakenOver {
            display_name: self.display_name.clone(),
            login_profile: self.has_login_profile,
            access_keys: self.active_keys.clone(),
        }
    }
}

/// One change of a RAM user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RamUserStep {
    /// Give it our mark, its display name and its e-mail address.
    TakeOver,
    /// Give it the present display name and e-mail address.
    Update,
    /// Delete its password for the console.
    DeleteLoginProfile,
    /// Set this access key inactive.
    DisableAccessKey(String),
}

impl fmt::Display for RamUserStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakeOver => f.write_str("owner"),
            Self::Update => f.write_str("display name or e-mail address"),
            Self::DeleteLoginProfile => f.write_str("login profile"),
            Self::DisableAccessKey(id) => write!(f, "access key {id}"),
        }
    }
}

/// Under which name a person's RAM user is kept, and what has to be done for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The account has it under this name.
    Kept(String),
    /// It is to be made under this name.
    Create(String),
    /// The account's own RAM user of this name becomes ours.
    TakeOver(String),
    /// Every name that the strategy allows is taken.
    Taken(NameTaken),
}

/// Which names are taken, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTaken {
    names: Vec<(String, RamUserOwner)>,
}

impl NameTaken {
    /// Whether the other strategy would find a way.
    fn helps(&self) -> bool {
        matches!(self.names.first(), Some((_, RamUserOwner::Account)))
    }
}

impl fmt::Display for NameTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperationConflict.UserProvisioning.Process.fail.ImsUserExists: the account has ")?;
        for (position, (name, owner)) in self.names.iter().enumerate() {
            let and = if position == 0 { "" } else { " and " };
            let whose = match owner {
                RamUserOwner::SomebodyElse => " that is kept for somebody else",
                RamUserOwner::Account | RamUserOwner::Person => "",
            };
            write!(f, "{and}a RAM user {name}{whose}")?;
        }
        match (self.names.len(), self.helps()) {
            (1, _) => f.write_str("; retry with KeepBoth, or rename or delete it"),
            (_, true) => f.write_str("; retry with TakeOver, or rename or delete one of them"),
            (_, false) => f.write_str("; rename or delete one of them, and retry"),
        }
    }
}

/// Finds the name for the RAM user of `user`; the one that they have been `known` by stays theirs while
/// nobody else has it. `look` says whose the RAM user of a name is, `None` where there is none.
///
/// # Errors
/// Those of `look`.
pub fn settle_name<E>(
    user: &UserName,
    known: Option<&str>,
    strategy: DuplicationStrategy,
    mut look: impl FnMut(&str) -> Result<Option<RamUserOwner>, E>,
) -> Result<Naming, E> {
    let own = ram_user_name(user);
    if let Some(known) = known.filter(|known| *known != own) {
        match look(known)? {
            None => return Ok(Naming::Create(known.to_owned())),
            Some(RamUserOwner::Person) => return Ok(Naming::Kept(known.to_owned())),
            Some(_) => {}
        }
    }
    let owner = match look(&own)? {
        None => return Ok(Naming::Create(own)),
        Some(RamUserOwner::Person) => return Ok(Naming::Kept(own)),
        Some(owner) => owner,
    };
    if strategy == DuplicationStrategy::TakeOver {
        return Ok(match owner {
            RamUserOwner::Account => Naming::TakeOver(own),
            _ => Naming::Taken(NameTaken { names: vec![(own, owner)] }),
        });
    }
    let beside = name_beside(user);
    Ok(match look(&beside)? {
        None => Naming::Create(beside),
        Some(RamUserOwner::Person) => Naming::Kept(beside),
        Some(other) => Naming::Taken(NameTaken { names: vec![(own, owner), (beside, other)] }),
    })
}

#[cfg(test)]
mod tests;
