//! `--demo`: the example organisation, people who can sign in, and a table that says how.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::block;
use serde::Deserialize;
use tokio::time::interval;
use url::Url;

use crate::base::{AccessKeyId, Clock, ConnectorName, MachineName, Secret, UserName};
use crate::crypto::{Random, TotpSecret};
use crate::domain::{KeyHolder, MachinePolicy, PrincipalId, ScimScope, Status};
use crate::service::scim::credential::Whose;
use crate::service::{
    self, Context, Operator, access_key, administrator, credential, directory, machine_identity,
    organisation, scim, task, user,
};
use crate::storage::DatabaseUrl;

use super::configuration::Settings;
use super::key_file;
use super::organisation::example;
use super::running::{Independent, Running};
use super::terminal::print;

/// What the demo writes for whoever tries it.
pub(super) const FILE: &str = "demo.json";
const EARLIER_FILE: &str = "demo.earlier.json";
const REPLICA_FILE: &str = "replica.toml";
const ADMINISTRATOR: &str = "admin";
/// The machine identity that the demo's AccessKey belongs to.
const MACHINE: &str = "demo";
/// The SCIM connector that the demo's token belongs to.
const CONNECTOR: &str = "demo";
/// No letters that are taken for one another.
const ALPHABET: &str = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
const PASSWORD_LENGTH: usize = 16;

/// Somebody who can sign in to the demo.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) password: Secret,
    pub(super) totp_secret: Secret,
}

/// The people of an earlier start on the same data directory.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Secrets {
    admin: Option<Person>,
    #[serde(default)]
    users: Vec<Person>,
    openapi: Option<Key>,
    scim: Option<ScimAccess>,
}

/// Where a SCIM client finds us, and its token.
#[derive(Clone, Debug, Deserialize)]
struct ScimAccess {
    token: Secret,
}

/// An AccessKey of the OpenAPI.
#[derive(Clone, Debug, Deserialize)]
struct Key {
    access_key_id: String,
    access_key_secret: Secret,
}

impl Secrets {
    /// Reads `demo.json`; what cannot be read is nothing.
    pub(super) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The person of this name.
    pub(super) fn find(&self, username: &str) -> Option<&Person> {
        self.users.iter().chain(&self.admin).find(|person| person.username == username)
    }
}

struct Cast {
    directory_id: String,
    administrator: Person,
    users: Vec<Person>,
    openapi: Key,
    scim_token: Secret,
}

/// Takes away what an earlier start wrote, so that nobody takes it for this one's; its people keep
/// their secrets. Called once the data directory is known to be ours.
pub(super) fn retire(data_dir: &Path) -> Result<(), String> {
    let file = data_dir.join(FILE);
    match fs::rename(&file, data_dir.join(EARLIER_FILE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

/// Makes the organisation, waits until every account is provisioned, writes `demo.json` and prints
/// the table.
pub(super) async fn introduce(settings: &Settings, running: &Running) -> Result<(), String> {
    let (file, earlier) = (settings.data_dir.join(FILE), settings.data_dir.join(EARLIER_FILE));
    let known =
        fs::read_to_string(&earlier).map_or_else(|_none| Secrets::default(), |text| Secrets::parse(&text));
    let ctx = Arc::clone(&running.ctx);
    let cast = block(move || stage(&ctx, &known)).await.map_err(|error| error.to_string())??;
    provisioned(&running.ctx).await?;
    write_files(settings, running, &cast).map_err(|error| format!("{}: {error}", file.display()))?;
    let _none_of_an_earlier_start = fs::remove_file(&earlier);
    print_table(&settings.data_dir, running, &cast);
    Ok(())
}

fn stage(ctx: &Context, known: &Secrets) -> Result<Cast, String> {
    let operator = Operator::local();
    let acme = example()?;
    organisation::apply(ctx, &operator, &acme).map_err(|error| format!("examples/acme: {error}"))?;
    let name = UserName::parse(ADMINISTRATOR).map_err(|error| error.to_string())?;
    let id = administrator::ensure(ctx, &operator, &name).map_err(|error| error.to_string())?;
    let mut people = vec![(ADMINISTRATOR.to_owned(), PrincipalId::Administrator(id))];
    for spec in &acme.users {
        let found =
            user::find_by_name(ctx, &operator, spec.user_name.as_str()).map_err(|error| error.to_string())?;
        let user = found.ok_or_else(|| format!("{} was not made", spec.user_name))?;
        people.push((spec.user_name.to_string(), PrincipalId::User(user.id)));
    }
    // What an earlier start wrote holds only if this database was part of it.
    let holds = match (people.first(), &known.admin) {
        (Some((_, principal)), Some(admin)) => {
            credential::has_password(ctx, &operator, principal, &admin.password)
                .map_err(|error| error.to_string())?
        }
        _ => false,
    };
    let known = if holds { known.clone() } else { Secrets::default() };
    let mut people = equip(ctx, &people, &known)?.into_iter();
    let administrator = people.next().ok_or("nobody is in the demo")?;
    let organisation = directory::id_of(ctx, &operator).map_err(|error| error.to_string())?;
    let openapi = key(ctx, known.openapi.as_ref())?;
    let scim_token = scim_token(ctx, known.scim.as_ref())?;
    let (directory_id, users) = (organisation.to_string(), people.collect());
    Ok(Cast { directory_id, administrator, users, openapi, scim_token })
}

/// The key of a program that may do everything: that of an earlier start, if this database knows it.
fn key(ctx: &Context, known: Option<&Key>) -> Result<Key, String> {
    let in_words = |error: service::Error| error.to_string();
    let operator = Operator::local();
    let name = MachineName::parse(MACHINE).map_err(|error| error.to_string())?;
    let policies = MachinePolicy::known(MachinePolicy::FULL_ACCESS).into_iter().collect();
    let machine = machine_identity::ensure(ctx, &operator, &name, Some(policies)).map_err(in_words)?;
    let holder = KeyHolder::Machine(machine.id);
    if let Some(key) = known
        && let Some(id) = AccessKeyId::parse(&key.access_key_id)
        && access_key::is_held(ctx, &operator, &holder, &id, &key.access_key_secret).map_err(in_words)?
    {
        return Ok(key.clone());
    }
    // Nobody knows the secrets of those any more.
    for lost in access_key::list(ctx, &operator, Some(&holder)).map_err(in_words)? {
        access_key::delete(ctx, &operator, &lost.id).map_err(in_words)?;
    }
    let made = access_key::create(ctx, &operator, &holder).map_err(in_words)?;
    Ok(Key { access_key_id: made.key.id.to_string(), access_key_secret: made.secret })
}

/// The token of the demo's SCIM connector: that of an earlier start, if it is good still.
fn scim_token(ctx: &Context, known: Option<&ScimAccess>) -> Result<Secret, String> {
    let in_words = |error: service::Error| error.to_string();
    let operator = Operator::local();
    scim::synchronization::set_status(ctx, &operator, Status::Enabled).map_err(in_words)?;
    if let Some(ScimAccess { token }) = known
        && scim::credential::is_accepted(ctx, &operator, token).map_err(in_words)?
    {
        return Ok(token.clone());
    }
    let name = ConnectorName::parse(CONNECTOR).map_err(|error| error.to_string())?;
    // Nobody knows the tokens of those any more.
    if let Some(connector) = scim::connector::find_by_name(ctx, &operator, &name).map_err(in_words)? {
        for lost in scim::credential::list(ctx, &operator, Some(&connector.id)).map_err(in_words)? {
            scim::credential::delete(ctx, &operator, &lost.id).map_err(in_words)?;
        }
    }
    let made = scim::credential::create(ctx, &operator, Whose::Named(name), ScimScope::All, None);
    Ok(made.map_err(in_words)?.token)
}

/// Where SCIM is; loopback by its number, as the OpenAPI's.
fn scim_base_url(public_url: &str) -> String {
    let scheme = public_url.split("://").next().unwrap_or("http");
    format!("{scheme}://{}/scim/v2", endpoint(public_url))
}

/// Where the OpenAPI is, `host:port`; loopback by its number, which every client reaches.
fn endpoint(public_url: &str) -> String {
    let Ok(url) = Url::parse(public_url) else { return String::new() };
    let host = match url.host_str().unwrap_or_default() {
        "localhost" => "127.0.0.1",
        host => host,
    };
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Gives everybody a password and a device, unless they have those of an earlier start. Two at a
/// time, since the hashing is what takes long.
fn equip(ctx: &Context, people: &[(String, PrincipalId)], known: &Secrets) -> Result<Vec<Person>, String> {
    let half = people.len().div_ceil(2);
    let equip_all = |people: &[(String, PrincipalId)]| {
        people
            .iter()
            .map(|(name, principal)| equip_one(ctx, name, principal, known))
            .collect::<Result<Vec<_>, _>>()
    };
    let (front, back) = people.split_at_checked(half).unwrap_or((people, &[]));
    std::thread::scope(|scope| {
        let other = scope.spawn(|| equip_all(back));
        let mut all = equip_all(front)?;
        all.extend(other.join().map_err(|_panic| "a thread stopped".to_owned())??);
        Ok(all)
    })
}

fn equip_one(ctx: &Context, name: &str, principal: &PrincipalId, known: &Secrets) -> Result<Person, String> {
    if let Some(person) = known.find(name) {
        return Ok(person.clone());
    }
    let (operator, random) = (Operator::local(), Random::system());
    let (password, device) = secrets(&random).map_err(|error| error.to_string())?;
    credential::set_password(ctx, &operator, principal, &password, false)
        .map_err(|error| error.to_string())?;
    credential::set_totp_device(ctx, &operator, principal, &device).map_err(|error| error.to_string())?;
    Ok(Person { username: name.to_owned(), password, totp_secret: device.to_base32() })
}

fn secrets(random: &Random) -> Result<(Secret, TotpSecret), crate::crypto::Error> {
    Ok((Secret::new(random.text(ALPHABET, PASSWORD_LENGTH)?), TotpSecret::generate(random)?))
}

/// Waits until no task is left to be done.
async fn provisioned(ctx: &Arc<Context>) -> Result<(), String> {
    let mut tick = interval(Duration::from_millis(20));
    // What an earlier start left undone is history.
    let begun_at = ctx.now();
    loop {
        tick.tick().await;
        let ctx = Arc::clone(ctx);
        let counts = block(move || task::backlog(&ctx, &Operator::local(), Some(begun_at))).await;
        let (in_progress, failed) =
            counts.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        if failed > 0 {
            return Err(format!("{failed} tasks of provisioning failed; the log says why"));
        }
        if in_progress == 0 {
            return Ok(());
        }
    }
}

fn write_files(settings: &Settings, running: &Running, cast: &Cast) -> std::io::Result<()> {
    let person = |person: &Person| {
        serde_json::json!({
            "username": person.username,
            "password": person.password.expose(),
            "totp_secret": person.totp_secret.expose(),
        })
    };
    let mut demo = serde_json::json!({
        "public_url": running.public_url,
        "management_url": running.management_url,
        "admin": person(&cast.administrator),
        "users": cast.users.iter().map(person).collect::<Vec<_>>(),
        "directory_id": cast.directory_id,
        "openapi": {
            "endpoint": endpoint(&running.public_url),
            "access_key_id": cast.openapi.access_key_id,
            "access_key_secret": cast.openapi.access_key_secret.expose(),
        },
        "scim": {
            "base_url": scim_base_url(&running.public_url),
            "token": cast.scim_token.expose(),
        },
    });
    if let (Some(local), Some(demo)) = (&running.local_cloud, demo.as_object_mut()) {
        let facts = serde_json::json!({
            "endpoint": local.address.to_string(),
            "console_url": format!("{}/console", local.base_url),
            "access_key_id": local.owner.id,
            "access_key_secret": local.owner.secret.expose(),
            "management_account_id": local.management_account_id,
            "owner_name": local.owner_login.name,
            "owner_password": local.owner_login.password.as_ref().map(Secret::expose),
            "independent_account": independent(&local.independent),
        });
        demo.insert("local_cloud".to_owned(), facts);
    }
    if let DatabaseUrl::Postgres(url) = &settings.database {
        key_file::write(&settings.data_dir.join(REPLICA_FILE), &replica(url, running))?;
    }
    key_file::write(&settings.data_dir.join(FILE), &format!("{demo:#}\n"))
}

/// The account outside of the resource directory, for whoever tries invitations.
fn independent(account: &Independent) -> serde_json::Value {
    serde_json::json!({
        "account_id": account.account_id,
        "access_key_id": account.owner.id,
        "access_key_secret": account.owner.secret.expose(),
        "owner_name": account.owner_login.name,
        "owner_password": account.owner_login.password.as_ref().map(Secret::expose),
    })
}

/// The configuration of a second replica: the same database, keys, address and cloud.
fn replica(database_url: &str, running: &Running) -> String {
    let mut file = toml::Table::new();
    let mut section = |name: &str, key: &str, value: &str| {
        let mut table = toml::Table::new();
        table.insert(key.to_owned(), value.into());
        file.insert(name.to_owned(), table.into());
    };
    section("database", "url", database_url);
    section("public", "url", &running.public_url);
    section("sealing", "key", running.sealing_key.expose());
    file.insert("cloud".to_owned(), running.cloud.to_toml().into());
    file.to_string()
}

fn print_table(data_dir: &Path, running: &Running, cast: &Cast) {
    let now = Clock::system().now();
    let row = |person: &Person, what: &str| {
        let code = TotpSecret::from_base32(person.totp_secret.expose())
            .map_or_else(|_bad| String::new(), |secret| secret.code(now));
        print(&format!("  {:<10} {:<18} {code:<8} {what}", person.username, person.password.expose()));
    };
    print("");
    print(&format!("  cloudsso is ready at {}/portal", running.public_url));
    if let Some(local) = &running.local_cloud {
        print(&format!("  its local cloud is at {}", local.base_url));
        for login in [&local.owner_login, &local.independent.owner_login] {
            let password = login.password.as_ref().map_or("(its own)", Secret::expose);
            print(&format!("    owner {}: {password}", login.name));
        }
    }
    print("");
    print("  who        password           code now what they see");
    if let Some(alice) = cast.users.iter().find(|person| person.username == "alice") {
        row(alice, "roles in several accounts, a RAM user in one");
    }
    if let Some(bob) = cast.users.iter().find(|person| person.username == "bob") {
        row(bob, "other roles than alice");
    }
    row(&cast.administrator, "an administrator");
    print("");
    let program = std::env::args().next().unwrap_or_else(|| "cloudsso".to_owned());
    print(&format!("  the next code: {program} demo code alice --data-dir {}", data_dir.display()));
    print(&format!("  everybody else: {}", data_dir.join(FILE).display()));
    print("");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_a_host_and_a_port() {
        for (url, endpoint_of) in [
            ("http://localhost:8080", "127.0.0.1:8080"),
            ("https://sso.example.com", "sso.example.com:443"),
            ("http://sso.example.com:81", "sso.example.com:81"),
        ] {
            assert_eq!(endpoint(url), endpoint_of);
            assert!(scim_base_url(url).ends_with(&format!("://{endpoint_of}/scim/v2")));
        }
    }
}
