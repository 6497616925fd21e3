//! The two faces of an account's users and groups: RAM 2015-05-01 names a user by its name, IMS
//! 2019-08-15 by its logon name, `<name>@<domain>`. Behind both stands the same store.

use diesel::SqliteConnection;

use crate::base::fold;
use crate::local_cloud::identity::{IdentityKind, user_arn};
use crate::local_cloud::logon_name::is_domain_of;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::user::{self, UserRow};

use super::invocation::Invocation;
use super::permission::authorise_unless_denied;
use super::version;

const PRINCIPAL_NAME: &str = "<user name>@<default domain>, at most 128 characters long";

/// Which API a call came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Ram,
    Ims,
}

impl Face {
    /// The parameter that names a user.
    pub(super) const fn user_parameter(self) -> &'static str {
        match self {
            Self::Ram => "UserName",
            Self::Ims => "UserPrincipalName",
        }
    }

    /// The action as policies name it, such as `ram:CreateUser`.
    pub(super) fn action(self, name: &str) -> String {
        match self {
            Self::Ram => format!("ram:{name}"),
            Self::Ims => format!("ims:{name}"),
        }
    }
}

impl Invocation<'_> {
    /// Which API the call came by.
    pub(super) fn face(&self) -> Face {
        if self.version == version::IMS { Face::Ims } else { Face::Ram }
    }

    /// The action as policies name it, such as `ims:CreateUser`.
    pub(super) fn action(&self, name: &str) -> String {
        self.face().action(name)
    }
}

/// Reads a user's name in the spelling of the call's face. The domain may be the default one or, as
/// with the real cloud, the one that the account's id makes; `None` if it is another.
pub(super) fn user_name(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    parameter: &'static str,
    text: &str,
) -> Result<Option<String>, Refusal> {
    if call.face() == Face::Ram {
        return Ok(Some(rules::USER_NAME.check(parameter, text)?.to_owned()));
    }
    if text.chars().count() > 128 {
        return Err(Refusal::parameter(parameter, Flaw::Length, PRINCIPAL_NAME));
    }
    let (name, domain) =
        text.split_once('@').ok_or_else(|| Refusal::parameter(parameter, Flaw::Value, PRINCIPAL_NAME))?;
    let name = rules::USER_NAME.check(parameter, name)?;
    if name.is_empty() || !domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
        return Err(Refusal::parameter(parameter, Flaw::InvalidChars, PRINCIPAL_NAME));
    }
    let is_own = is_domain_of(connection, call.account(), domain)?;
    Ok(is_own.then(|| name.to_owned()))
}

/// What a call names, looked up: the ARN that policies are asked about, and the user or why there is none.
/// The user comes out by a question to the policies only.
pub(super) struct NamedUser {
    arn: String,
    user: Result<UserRow, Refusal>,
}

impl NamedUser {
    /// A user that was found, or none of what was `given`. Its ARN has the name as it was given at the
    /// creation, so that its spelling in a call evades no policy.
    pub(super) fn new(call: &Invocation<'_>, found: Option<UserRow>, name: &str, given: &str) -> Self {
        let arn = user_arn(call.account(), found.as_ref().map_or(name, |row| row.name.as_str()));
        Self { arn, user: found.ok_or_else(|| Refusal::missing(Entity::User, given)) }
    }

    /// The user, if the caller may do `action` (without its product) to it.
    pub(super) fn authorised(
        self,
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        action: &str,
    ) -> Result<UserRow, Refusal> {
        self.authorised_or_own(call, connection, (action, false))
    }

    /// As [`NamedUser::authorised`]; but where the account lets its users do this for themselves
    /// (`is_own_right`), the user itself needs no policy that allows it.
    pub(super) fn authorised_or_own(
        self,
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        (action, is_own_right): (&str, bool),
    ) -> Result<UserRow, Refusal> {
        let caller = call.identity.ram_user().map(|caller| caller.id.as_str());
        let is_self = self.user.as_ref().is_ok_and(|user| caller == Some(user.id.as_str()));
        let right = (call.action(action), is_self && is_own_right);
        authorise_unless_denied(call, connection, (&right.0, right.1), &self.arn)?;
        self.user
    }
}

/// The user that a call names, if the caller may do `action` (without its product) to it.
pub(super) fn named_user(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<UserRow, Refusal> {
    look_up(call, connection)?.authorised(call, connection, action)
}

/// The user that a call names in the spelling of its face.
pub(super) fn look_up(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
) -> Result<NamedUser, Refusal> {
    let parameter = call.face().user_parameter();
    let given = call.parameters.required(parameter)?;
    let Some(name) = user_name(call, connection, parameter, given)? else {
        return Ok(NamedUser::new(call, None, "*", given));
    };
    let row = user::find(connection, call.account().as_str(), &fold(&name))?;
    Ok(NamedUser::new(call, row, &name, given))
}

/// The user that a call names or, where it names none, the RAM user who calls; `None` where the account
/// itself calls and names nobody.
pub(super) fn named_or_own(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
) -> Result<Option<NamedUser>, Refusal> {
    let parameter = call.face().user_parameter();
    if call.parameters.optional(parameter).is_some_and(|text| !text.is_empty()) {
        return look_up(call, connection).map(Some);
    }
    match &call.identity.kind {
        IdentityKind::RamUser(_) => own_user(call, connection).map(Some),
        IdentityKind::Owner => Ok(None),
        IdentityKind::Service { .. } | IdentityKind::RoleSession(_) => {
            Err(Refusal::Envelope(crate::rpc::Error::Missing(parameter.to_owned())))
        }
    }
}

/// The RAM user who calls, as it is now and not as it was when the signature was verified.
pub(super) fn own_user(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
) -> Result<NamedUser, Refusal> {
    let caller = call.identity.ram_user().ok_or_else(|| Refusal::Permission {
        action: call.action("*"),
        resource: call.identity.arn(),
        decided_by: "only a RAM user does this for itself".to_owned(),
    })?;
    let row = user::find_by_id(connection, &caller.id)?.ok_or(Refusal::AccessKeyUnknown)?;
    Ok(NamedUser::new(call, Some(row), &caller.name, &caller.id))
}
