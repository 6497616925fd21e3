//! Console sessions, found by the browser that holds them, or by whom they are about.

use diesel::prelude::*;

use crate::crypto::hash;

use super::account::AccountRow;
use super::role::RoleRow;
use super::schema::{accounts, console_sessions, roles, session_metadata, users};
use super::user::UserRow;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = console_sessions, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct ConsoleSessionRow {
    pub(crate) id: String,
    /// The hash of the browser's token.
    pub(crate) browser_digest: String,
    /// Whose session it is: a role's, a user's or the owner's of an account.
    pub(crate) role_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) owner_of: Option<String>,
    /// `RoleSso`, `UserSso`, `Password`, `OwnerPassword` or `RoleSwitch`.
    pub(crate) came_by: String,
    /// The session in which somebody switched to this one's role, and with which it ends.
    pub(crate) switched_from: Option<String>,
    pub(crate) session_name: String,
    /// The identity behind a chain of roles.
    pub(crate) source_identity: Option<String>,
    /// Whether a second factor was passed.
    pub(crate) mfa_present: bool,
    /// The SAML provider of a role's session.
    pub(crate) provider_name: Option<String>,
    /// What the identity provider said of the person.
    pub(crate) issuer: Option<String>,
    pub(crate) name_id: Option<String>,
    pub(crate) name_id_format: Option<String>,
    pub(crate) session_index: Option<String>,
    /// The metadata by which it came in.
    pub(crate) metadata_digest: Option<String>,
    pub(crate) started_at: i64,
    pub(crate) expires_at: i64,
}

/// As whom a session acts.
#[derive(Clone, Debug)]
pub(crate) enum Holder {
    Role(RoleRow),
    User(UserRow),
    Owner(AccountRow),
}

impl Holder {
    /// The account whose resources the session is about.
    pub(crate) fn account_id(&self) -> &str {
        match self {
            Self::Role(role) => &role.account_id,
            Self::User(user) => &user.account_id,
            Self::Owner(account) => &account.id,
        }
    }
}

/// A session that came in by an identity provider, and where to look for the keys that may end it.
#[derive(Clone, Debug)]
pub(crate) struct FederatedSession {
    pub(crate) row: ConsoleSessionRow,
    pub(crate) account_id: String,
    /// The metadata by which it came in, where it is remembered.
    pub(crate) metadata: Option<String>,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &ConsoleSessionRow) -> QueryResult<()> {
    diesel::insert_into(console_sessions::table).values(row).execute(connection).map(drop)
}

/// Remembers metadata for as long as a session has its digest, which is returned.
pub(crate) fn remember_metadata(connection: &mut SqliteConnection, document: &str) -> QueryResult<String> {
    let digest = hash::sha256_hex(document.as_bytes());
    diesel::insert_or_ignore_into(session_metadata::table)
        .values((session_metadata::digest.eq(&digest), session_metadata::document.eq(document)))
        .execute(connection)?;
    Ok(digest)
}

/// A session with whom it acts as.
pub(crate) type Held = (ConsoleSessionRow, Holder);

/// The sessions of a browser that last beyond `now`, the oldest first; one of a deleted role or user is gone
/// with it.
pub(crate) fn of_browser(
    connection: &mut SqliteConnection,
    browser_digest: &str,
    now: i64,
) -> QueryResult<Vec<Held>> {
    type Found = (ConsoleSessionRow, Option<RoleRow>, Option<UserRow>, Option<AccountRow>);
    let found: Vec<Found> = console_sessions::table
        .filter(console_sessions::browser_digest.eq(browser_digest))
        .filter(console_sessions::expires_at.gt(now))
        .left_join(roles::table)
        .left_join(users::table)
        .left_join(accounts::table)
        .order((console_sessions::started_at, console_sessions::id))
        .select((
            ConsoleSessionRow::as_select(),
            Option::<RoleRow>::as_select(),
            Option::<UserRow>::as_select(),
            Option::<AccountRow>::as_select(),
        ))
        .load(connection)?;
    let held = |(session, role, user, owner): Found| {
        let holder = role.map(Holder::Role).or(user.map(Holder::User)).or(owner.map(Holder::Owner))?;
        Some((session, holder))
    };
    Ok(found.into_iter().filter_map(held).collect())
}

/// Gives the sessions of a browser to its next token.
pub(crate) fn move_to(
    connection: &mut SqliteConnection,
    browser_digest: &str,
    new_digest: &str,
) -> QueryResult<()> {
    diesel::update(console_sessions::table.filter(console_sessions::browser_digest.eq(browser_digest)))
        .set(console_sessions::browser_digest.eq(new_digest))
        .execute(connection)
        .map(drop)
}

/// The sessions that last beyond `now` and that `issuer` opened for `name_id`.
pub(crate) fn of_subject(
    connection: &mut SqliteConnection,
    issuer: &str,
    name_id: &str,
    now: i64,
) -> QueryResult<Vec<FederatedSession>> {
    type Found = (ConsoleSessionRow, Option<String>, Option<String>, Option<String>);
    let found: Vec<Found> = console_sessions::table
        .filter(console_sessions::issuer.eq(issuer))
        .filter(console_sessions::name_id.eq(name_id))
        .filter(console_sessions::expires_at.gt(now))
        .left_join(roles::table)
        .left_join(users::table)
        .left_join(session_metadata::table)
        .select((
            ConsoleSessionRow::as_select(),
            roles::account_id.nullable(),
            users::account_id.nullable(),
            session_metadata::document.nullable(),
        ))
        .load(connection)?;
    let session = |(row, of_role, of_user, metadata): Found| {
        Some(FederatedSession { row, account_id: of_role.or(of_user)?, metadata })
    };
    Ok(found.into_iter().filter_map(session).collect())
}

/// Ends a session, and those that somebody switched to in it.
pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(console_sessions::table.find(id)).execute(connection).map(drop)
}

/// The sessions of a user count as passed without a second factor from now on, and with them those of roles
/// that were switched to in them.
pub(crate) fn forget_second_factor(connection: &mut SqliteConnection, user_id: &str) -> QueryResult<()> {
    const FORGET: &str = "
        WITH RECURSIVE theirs (id) AS (
            SELECT id FROM console_sessions WHERE user_id = ?
            UNION SELECT next.id FROM console_sessions AS next JOIN theirs ON next.switched_from = theirs.id
        )
        UPDATE console_sessions SET mfa_present = FALSE WHERE id IN (SELECT id FROM theirs)";
    diesel::sql_query(FORGET).bind::<diesel::sql_types::Text, _>(user_id).execute(connection).map(drop)
}

/// The sessions of a user (`user_id`) or of the owner of an account (`owner_of`), of whatever browser, that
/// last beyond `now`, the newest first.
pub(crate) fn of_holder(
    connection: &mut SqliteConnection,
    (user_id, owner_of): (Option<&str>, Option<&str>),
    now: i64,
) -> QueryResult<Vec<ConsoleSessionRow>> {
    let mut query = console_sessions::table
        .filter(console_sessions::expires_at.gt(now))
        .order((console_sessions::started_at.desc(), console_sessions::id))
        .select(ConsoleSessionRow::as_select())
        .into_boxed();
    query = match (user_id, owner_of) {
        (Some(user), _) => query.filter(console_sessions::user_id.eq(user.to_owned())),
        (None, Some(account)) => query.filter(console_sessions::owner_of.eq(account.to_owned())),
        (None, None) => return Ok(Vec::new()),
    };
    query.load(connection)
}

/// Ends the sessions that a user opened by its password, but the one of this id.
pub(crate) fn delete_by_password(
    connection: &mut SqliteConnection,
    user_id: &str,
    kept: Option<&str>,
) -> QueryResult<()> {
    let others = console_sessions::table
        .filter(console_sessions::user_id.eq(user_id))
        .filter(console_sessions::came_by.eq("Password"))
        .filter(console_sessions::id.ne(kept.unwrap_or_default()));
    diesel::delete(others).execute(connection).map(drop)
}

/// Ends the sessions of an account's owner, but the one of this id.
pub(crate) fn delete_of_owner(
    connection: &mut SqliteConnection,
    account_id: &str,
    kept: &str,
) -> QueryResult<()> {
    let others = console_sessions::table
        .filter(console_sessions::owner_of.eq(account_id))
        .filter(console_sessions::id.ne(kept));
    diesel::delete(others).execute(connection).map(drop)
}

/// Ends all sessions of a browser.
pub(crate) fn delete_of_browser(connection: &mut SqliteConnection, browser_digest: &str) -> QueryResult<()> {
    diesel::delete(console_sessions::table.filter(console_sessions::browser_digest.eq(browser_digest)))
        .execute(connection)
        .map(drop)
}

/// Forgets what expired before `moment`, and the metadata that no session needs any more.
pub(crate) fn delete_expired(connection: &mut SqliteConnection, moment: i64) -> QueryResult<()> {
    diesel::delete(console_sessions::table.filter(console_sessions::expires_at.lt(moment)))
        .execute(connection)?;
    let needed = console_sessions::table
        .filter(console_sessions::metadata_digest.eq(session_metadata::digest.nullable()));
    diesel::delete(session_metadata::table.filter(diesel::dsl::not(diesel::dsl::exists(needed))))
        .execute(connection)
        .map(drop)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;
    use diesel_migrations::MigrationHarness as _;

    use super::super::{MIGRATIONS, connect};
    use super::*;

    /// What a database had before sessions of users came.
    const BEFORE: &str = "
        INSERT INTO folders (id, name, name_key, depth, created_at) VALUES ('r-1', 'Root', 'root', 0, 0);
        INSERT INTO accounts (id, folder_id, kind, name, display_name, display_name_key, join_method, status,
            console_session_seconds, created_at, updated_at)
            VALUES ('1', 'r-1', 'ResourceAccount', 'a', 'a', 'a', 'created', 'CreateSuccess', 3600, 0, 0);
        INSERT INTO roles (id, account_id, name, name_key, description, trust_policy, max_session_seconds,
            created_at, updated_at) VALUES ('3', '1', 'reader', 'reader', '', '{}', 3600, 0, 0);
        INSERT INTO console_sessions (token_digest, role_id, session_name, provider_name, issuer, name_id,
            started_at, expires_at) VALUES ('t', '3', 'alice', 'p', 'https://idp.example.com', 'u-alice', 1, 9);";

    #[test]
    fn sessions_of_roles_outlast_the_change_of_their_table() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = connect(&directory.path().join("old.db").to_string_lossy()).unwrap();
        for migration in &connection.pending_migrations(MIGRATIONS).unwrap() {
            if migration.name().to_string().as_str() < "2026-11-28-000001" {
                connection.run_migration(migration).unwrap();
            }
        }
        connection.batch_execute(BEFORE).unwrap();
        connection.run_pending_migrations(MIGRATIONS).unwrap();
        let (session, holder) = of_browser(&mut connection, "t", 8).unwrap().pop().unwrap();
        assert_eq!((session.came_by.as_str(), session.started_at), ("RoleSso", 1));
        assert!(matches!(holder, Holder::Role(role) if role.name == "reader"));
        let found = of_subject(&mut connection, "https://idp.example.com", "u-alice", 8).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].account_id.as_str(), &found[0].metadata), ("1", &None));
        connection.batch_execute("DELETE FROM roles").unwrap();
        assert!(of_browser(&mut connection, "t", 8).unwrap().is_empty());
    }

    #[test]
    fn metadata_is_kept_while_a_session_needs_it() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = connect(&directory.path().join("new.db").to_string_lossy()).unwrap();
        connection.run_pending_migrations(MIGRATIONS).unwrap();
        let digest = remember_metadata(&mut connection, "<x/>").unwrap();
        assert_eq!(remember_metadata(&mut connection, "<x/>").unwrap(), digest);
        let before = BEFORE.split("INSERT INTO console_sessions").next().unwrap();
        connection.batch_execute(before).unwrap();
        let row = ConsoleSessionRow {
            id: "cs-1".to_owned(),
            browser_digest: "t".to_owned(),
            role_id: Some("3".to_owned()),
            user_id: None,
            owner_of: None,
            came_by: "RoleSso".to_owned(),
            switched_from: None,
            session_name: "alice".to_owned(),
            source_identity: None,
            mfa_present: false,
            provider_name: Some("p".to_owned()),
            issuer: Some("i".to_owned()),
            name_id: Some("n".to_owned()),
            name_id_format: None,
            session_index: None,
            metadata_digest: Some(digest),
            started_at: 1,
            expires_at: 9,
        };
        insert(&mut connection, &row).unwrap();
        let both = ConsoleSessionRow { id: "cs-2".to_owned(), user_id: Some("4".to_owned()), ..row };
        assert!(insert(&mut connection, &both).is_err(), "nobody is a role and a user");
        let count = |connection: &mut SqliteConnection| -> i64 {
            session_metadata::table.count().get_result(connection).unwrap()
        };
        delete_expired(&mut connection, 9).unwrap();
        assert_eq!(count(&mut connection), 1);
        delete_expired(&mut connection, 10).unwrap();
        assert_eq!(count(&mut connection), 0);
    }
}
