//! Users: creation, status, credentials.

use crate::base::{Secret, UserId};
use crate::crypto::TotpSecret;
use crate::domain::{self, Action, Event, PrincipalId, ProvisionType, Status, User, UserSpec};
use crate::storage::credential::{MfaDevice, Password};
use crate::storage::{self, administrator, credential, session, sign_in, user};

use super::{Context, Error, Operator, directory, second_factor};

/// Creates a user.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, or when the name or the e-mail address
/// is taken.
pub fn create(ctx: &Context, operator: &Operator, spec: UserSpec) -> Result<UserId, Error> {
    spec.check()?;
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        if administrator::find_by_name(conn, &spec.user_name.key())?.is_some() {
            return Err(domain::Error::exists("User", &spec.user_name).into());
        }
        let user = User {
            id: change.id()?,
            spec: spec.clone(),
            provision_type: ProvisionType::Manual,
            created_at: change.now,
            updated_at: change.now,
        };
        let directory = directory::id(conn)?;
        user::insert(conn, &directory, &user).map_err(|error| taken(error, &user.spec))?;
        let detail = serde_json::json!({ "user_name": user.spec.user_name });
        change.record(conn, &Event::new(Action::UserCreated, &user.id).with(detail))?;
        Ok::<_, Error>(user.id)
    })
}

/// The user of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<User>, Error> {
    Ok(ctx.store.read(|conn| user::find_by_name(conn, &crate::base::fold(name)))?)
}

/// Enables or disables a user. Disabling ends every session and every sign-in under way, in the
/// same transaction, on every replica.
///
/// # Errors
/// [`Error::Refused`] when there is no such user.
pub fn update_status(ctx: &Context, operator: &Operator, id: &UserId, status: Status) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        if !user::update_status(conn, &id, status, change.now)? {
            return Err(domain::Error::missing("User", &id).into());
        }
        let mut ended = 0;
        let action = match status {
            Status::Enabled => Action::UserEnabled,
            Status::Disabled => {
                let principal = PrincipalId::User(id.clone());
                ended = session::delete_by_principal(conn, &principal)?;
                sign_in::delete_by_principal(conn, &principal)?;
                Action::UserDisabled
            }
        };
        change.record(conn, &Event::new(action, &id).with(serde_json::json!({ "sessions_ended": ended })))
    })
}

/// Sets somebody's password; with `must_change` they choose another at the next sign-in. Whoever is
/// signed in by the old one, or about to be, is so no longer.
///
/// # Errors
/// Failures of the database, and of hashing.
pub fn set_password(
    ctx: &Context,
    operator: &Operator,
    principal: &PrincipalId,
    password: &Secret,
    must_change: bool,
) -> Result<(), Error> {
    let password = Password { hash: ctx.hasher.hash(&ctx.random, password)?, must_change };
    let (change, principal) = (ctx.change(operator.origin()), principal.clone());
    ctx.store.write(move |conn| {
        credential::set_password(conn, &principal, &password, change.now)?;
        sign_in::delete_by_principal(conn, &principal)?;
        let ended = session::delete_by_principal(conn, &principal)?;
        let detail = serde_json::json!({ "sessions_ended": ended });
        change.record(conn, &Event::new(Action::PasswordSet, &principal).with(detail))
    })
}

/// Whether this is somebody's password.
///
/// # Errors
/// Failures of the database, and of hashing.
pub fn has_password(
    ctx: &Context,
    _operator: &Operator,
    principal: &PrincipalId,
    password: &Secret,
) -> Result<bool, Error> {
    let stored = ctx.store.read(|conn| credential::find_password(conn, principal))?;
    Ok(ctx.hasher.verify(password, stored.as_ref().map(|stored| stored.hash.as_str()))?)
}

/// Binds a device that makes codes from `secret`, in place of any other; for people who are set up
/// by whoever runs the program, as the demo's are.
///
/// # Errors
/// Failures of the database.
pub fn set_totp_device(
    ctx: &Context,
    operator: &Operator,
    principal: &PrincipalId,
    secret: &TotpSecret,
) -> Result<(), Error> {
    let change = ctx.change(operator.origin());
    let id = change.id()?;
    let sealed_secret = second_factor::seal(ctx, &second_factor::purpose(&id), secret)?;
    let (principal, device) = (principal.clone(), MfaDevice { id, sealed_secret });
    ctx.store.write(move |conn| {
        credential::delete_mfa_devices(conn, &principal)?;
        credential::insert_mfa_device(conn, &principal, &device, 0, change.now)?;
        change.record(conn, &Event::new(Action::MfaDeviceBound, &device.id))
    })
}

fn taken(error: storage::Error, spec: &UserSpec) -> Error {
    match error {
        storage::Error::Duplicate(text) if text.contains("email") => {
            domain::Error::exists("Email", spec.email.as_deref().unwrap_or_default()).into()
        }
        storage::Error::Duplicate(_) => domain::Error::exists("User", &spec.user_name).into(),
        error => error.into(),
    }
}
