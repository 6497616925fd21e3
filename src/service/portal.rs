//! What somebody sees after sign-in: their accounts, and in each the roles that they hold and the RAM user
//! that is kept for them.

use std::collections::{BTreeMap, HashMap};

use crate::base::{AccessConfigurationId, AccountId, fold};
use crate::domain::{AccessConfiguration, Account, Application, FolderTree, SessionLimits};
use crate::storage::{access_configuration, account, assignment, provisioning};

use super::own_ram_user::{self, OwnRamUser};
use super::{Context, Error, PortalSession, Principal, application, console_logon, directory};

/// Everything that the portal shows.
pub struct Portal {
    /// The organisation's name.
    pub organisation: String,
    /// The accounts that match the search, by name.
    pub accounts: Vec<PortalAccount>,
    /// How many accounts there are without a search.
    pub total: usize,
    /// The applications that match the search, by name.
    pub applications: Vec<Application>,
    /// How long the portal session may last in all.
    pub limits: SessionLimits,
}

/// An account in which somebody holds a role or has a RAM user.
pub struct PortalAccount {
    /// The account.
    pub account: Account,
    /// The folders it lies in, outermost first.
    pub folders: Vec<String>,
    /// The roles held there, by name.
    pub roles: Vec<PortalRole>,
    /// The RAM user that is kept there for them.
    pub ram_user: Option<OwnRamUser>,
}

/// A role that somebody holds in an account.
pub struct PortalRole {
    /// What it allows.
    pub configuration: AccessConfiguration,
    /// Whether the account has it yet.
    pub is_ready: bool,
}

/// The accounts of whoever is signed in, with their roles and RAM users: those that match `query` in the
/// account's name, id or folders, or in the role's or RAM user's name; and the applications of such a name that may be
/// begun here. Administrators hold none.
///
/// # Errors
/// Failures of the database.
pub fn view(ctx: &Context, portal: &PortalSession, query: &str) -> Result<Portal, Error> {
    let limits = SessionLimits::of(&portal.session().principal);
    let (organisation, accounts, applications) = match portal.principal() {
        Principal::Administrator(_) => (ctx.store.read(directory::name)?, Vec::new(), Vec::new()),
        Principal::User(user) => ctx.store.read(|conn| {
            let grants = assignment::list_grants(conn, &user.id)?;
            let ids: Vec<&str> = grants.iter().map(|grant| grant.access_configuration_id.as_str()).collect();
            let configurations: HashMap<AccessConfigurationId, AccessConfiguration> =
                access_configuration::list_by_id(conn, &ids)?
                    .into_iter()
                    .map(|one| (one.id.clone(), one))
                    .collect();
            let provisionings = provisioning::list_by_configuration(conn, &ids)?;
            let ready: Vec<_> = provisionings.iter().filter(|one| one.status.is_usable()).collect();
            let tree = FolderTree::new(account::list_folders(conn)?)?;
            let mut roles: BTreeMap<_, Vec<PortalRole>> = BTreeMap::new();
            for grant in grants {
                let Some(configuration) = configurations.get(&grant.access_configuration_id) else {
                    continue;
                };
                let is_ready = ready.iter().any(|one| {
                    one.access_configuration_id == configuration.id && one.account_id == grant.account_id
                });
                let role = PortalRole { configuration: configuration.clone(), is_ready };
                roles.entry(grant.account_id).or_default().push(role);
            }
            let mut ram_users = own_ram_user::list(ctx, conn, &user.id)?;
            let mut accounts = Vec::new();
            for account in account::list(conn)? {
                let ram_user = ram_users.remove(&account.id);
                let mut roles = roles.remove(&account.id).unwrap_or_default();
                if roles.is_empty() && ram_user.is_none() {
                    continue;
                }
                roles.sort_by_key(|role| role.configuration.spec.name.key());
                let folders = tree.path(&account.folder_id).into_iter().map(str::to_owned).collect();
                accounts.push(PortalAccount { account, folders, roles, ram_user });
            }
            let applications = application::list_of_user(conn, &user.id)?;
            Ok::<_, Error>((directory::name(conn)?, accounts, applications))
        })?,
    };
    let total = accounts.len();
    let query = fold(query.trim());
    let accounts = accounts.into_iter().filter_map(|account| narrow(account, &query)).collect();
    let is_shown = |application: &Application| {
        application.settings.allows_idp_initiated && application.name.key().contains(&query)
    };
    let applications = applications.into_iter().filter(is_shown).collect();
    Ok(Portal { organisation, accounts, total, applications, limits })
}

/// The account and configuration that a direct link names, if the one who follows it holds it.
///
/// # Errors
/// [`Error::Refused`] when they do not.
pub fn find_role(
    ctx: &Context,
    portal: &PortalSession,
    account: &AccountId,
    role: &str,
) -> Result<(Account, AccessConfiguration), Error> {
    let key = fold(role);
    let shown = view(ctx, portal, "")?;
    let account = shown.accounts.into_iter().find(|one| &one.account.id == account);
    let role = account.and_then(|account| {
        let role = account.roles.into_iter().find(|role| role.configuration.spec.name.key() == key)?;
        Some((account.account, role.configuration))
    });
    role.ok_or_else(console_logon::denied)
}

/// The account if it matches, or with the roles that do; `query` is folded.
fn narrow(mut account: PortalAccount, query: &str) -> Option<PortalAccount> {
    let matches = |text: &str| fold(text).contains(query);
    let is_found = query.is_empty()
        || matches(&account.account.name)
        || account.account.id.as_str().contains(query)
        || account.folders.iter().any(|folder| matches(folder));
    if is_found {
        return Some(account);
    }
    account.roles.retain(|role| role.configuration.spec.name.key().contains(query));
    account.ram_user = account.ram_user.filter(|ram_user| matches(&ram_user.principal_name));
    (!account.roles.is_empty() || account.ram_user.is_some()).then_some(account)
}
