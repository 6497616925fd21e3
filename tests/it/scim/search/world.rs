//! A small directory, as SCIM shows it and as it is stored.

use std::collections::BTreeSet;

use cloudsso::base::{
    DirectoryId, DirectoryName, Generated, GroupId, GroupName, ScimConnectorId, Timestamp, UserId,
};
use cloudsso::crypto::Random;
use cloudsso::domain::search::{Condition, Search, Sort, Test, Window};
use cloudsso::domain::{Group, GroupSpec, Profile, Status, User, UserSpec};
use cloudsso::scim::filter::Filter;
use cloudsso::scim::query::Query;
use cloudsso::scim::schema::{GROUP_TYPE, USER_TYPE};
use cloudsso::scim::{self};
use cloudsso::service::scim::lower::{self, Asker};
use cloudsso::storage::{Conn, DatabaseUrl, Error, Store, directory, group, group_graph, membership, user};
use cloudsso::storage::{group_search, user_search};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::{Map, Value, json};

use crate::support::database::TestDatabase;

pub(super) const BASE: &str = "https://sso.example.com/scim/v2";
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const START: i64 = 1_795_348_800_000;

/// A directory with users and groups in it.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) connector: ScimConnectorId,
    pub(super) directory: DirectoryId,
    /// As SCIM shows them to the connector, in the order they were made.
    pub(super) users: Vec<Value>,
    pub(super) groups: Vec<Value>,
    database: TestDatabase,
}

pub(super) fn id<T: Generated>(millis: i64) -> T {
    Random::system().id(Timestamp::from_millis(millis)).unwrap()
}

impl World {
    /// A directory with nobody in it.
    pub(super) fn empty() -> Self {
        let database = TestDatabase::new();
        let store = Store::open(&DatabaseUrl::parse(database.url()).unwrap()).unwrap();
        let directory: DirectoryId = id(START);
        let (kept, name) = (directory.clone(), DirectoryName::parse("acme").unwrap());
        store
            .write(move |conn: &mut Conn| -> Result<(), Error> {
                directory::insert(conn, &kept, &name, Timestamp::from_millis(START))
            })
            .unwrap();
        let connector = id(START);
        Self { store, connector, directory, users: Vec::new(), groups: Vec::new(), database }
    }

    /// The little world of `people`.
    pub(super) fn new() -> Self {
        let mut world = Self::empty();
        for person in people().as_array().unwrap() {
            world.add_user(person);
        }
        for group in groups().as_array().unwrap() {
            world.add_group(group);
        }
        world
    }

    /// Stores a user who is written as SCIM says it.
    pub(super) fn add_user(&mut self, person: &Value) {
        let number = i64::try_from(self.users.len()).unwrap();
        let created = START + number * 86_400_000 + number;
        let mut shown = person.as_object().unwrap().clone();
        let user = self.stored(&shown, created, number);
        let (directory, kept) = (self.directory.clone(), user.clone());
        self.store
            .write(move |conn: &mut Conn| -> Result<(), Error> { user::insert(conn, &directory, &kept) })
            .unwrap();
        if shown.remove("by").is_some() {
            shown.remove("externalId");
        }
        shown.insert("id".to_owned(), user.id.as_str().into());
        shown.entry("active").or_insert(true.into());
        let mut schemas = vec!["urn:ietf:params:scim:schemas:core:2.0:User"];
        schemas.extend(shown.contains_key(ENTERPRISE).then_some(ENTERPRISE));
        shown.insert("schemas".to_owned(), json!(schemas));
        shown.insert("meta".to_owned(), meta("User", "Users", user.id.as_str(), created, number));
        self.users.push(Value::Object(shown));
    }

    /// The attributes that have a column stand in it, the rest in the profile.
    fn stored(&self, shown: &Map<String, Value>, created: i64, number: i64) -> User {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = |part: &str| text(shown.get("name").and_then(|name| name.get(part)));
        let mut spec: UserSpec =
            toml::from_str(&format!("user_name = {:?}", shown["userName"].as_str().unwrap())).unwrap();
        spec.display_name = text(shown.get("displayName"));
        spec.first_name = name("givenName");
        spec.last_name = name("familyName");
        if shown.get("active") == Some(&json!(false)) {
            spec.status = Status::Disabled;
        }
        let mut profile = shown.clone();
        for column in ["userName", "displayName", "active", "externalId", "by"] {
            profile.remove(column);
        }
        if let Some(name) = profile.get_mut("name").and_then(Value::as_object_mut) {
            name.remove("givenName");
            name.remove("familyName");
        }
        let profile = Profile::new(profile);
        spec.email = profile.main_email().map(str::to_owned);
        let mut user = User::new(id(created), spec, Timestamp::from_millis(created));
        user.profile = profile;
        user.version = number + 1;
        user.updated_at = Timestamp::from_millis(modified(created, number));
        user.external_id = shown.get("externalId").map(|id| id.as_str().unwrap().to_owned());
        user.connector_id = Some(if shown.contains_key("by") { id(START) } else { self.connector.clone() });
        user
    }

    /// Stores a group; `members` are user names and names of groups made before.
    fn add_group(&mut self, group: &Value) {
        let number = i64::try_from(self.groups.len()).unwrap();
        let created = START + number * 3_600_000;
        let name = group["displayName"].as_str().unwrap();
        let spec =
            GroupSpec { group_name: GroupName::of_provider(name).unwrap(), description: String::new() };
        let mut kept = Group::new(id(created), spec, Timestamp::from_millis(created));
        kept.external_id = group.get("externalId").map(|id| id.as_str().unwrap().to_owned());
        kept.connector_id = Some(self.connector.clone());
        kept.version = number + 1;
        kept.updated_at = Timestamp::from_millis(modified(created, number));
        let named = |name: &Value| {
            let users = self.users.iter().filter(|user| user["userName"] == *name).map(|user| ("User", user));
            let groups = self
                .groups
                .iter()
                .filter(|group| group["displayName"] == *name)
                .map(|group| ("Group", group));
            users.chain(groups).next().unwrap()
        };
        let mut members = Vec::new();
        for (kind, member) in group["members"].as_array().into_iter().flatten().map(named) {
            let display = member.get("displayName").unwrap_or(&member["userName"]);
            let location = &member["meta"]["location"];
            members
                .push(json!({ "value": member["id"], "type": kind, "display": display, "$ref": location }));
        }
        let (directory, id) = (self.directory.clone(), kept.id.clone());
        let mut shown = json!({
            "displayName": name,
            "id": id.as_str(),
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "meta": meta("Group", "Groups", id.as_str(), created, number),
        });
        if let Some(external) = &kept.external_id {
            shown["externalId"] = external.as_str().into();
        }
        let rows = members.clone();
        self.store
            .write(move |conn: &mut Conn| -> Result<(), Error> {
                group::insert(conn, &directory, &kept)?;
                for member in &rows {
                    let value = member["value"].as_str().unwrap();
                    match UserId::parse(value) {
                        Some(user) => membership::insert(conn, &kept.id, &[user], kept.created_at)?,
                        None => {
                            let inner = GroupId::parse(value).unwrap();
                            group_graph::insert(conn, &kept.id, &inner, kept.created_at)?;
                        }
                    }
                }
                Ok(())
            })
            .unwrap();
        if !members.is_empty() {
            shown["members"] = members.into();
        }
        self.groups.push(shown);
        self.show_groups();
    }

    /// What each user is in, by walking up from the groups that name them.
    fn show_groups(&mut self) {
        for user in &mut self.users {
            let holds = |group: &Value, id: &Value| {
                group["members"].as_array().into_iter().flatten().any(|member| member["value"] == *id)
            };
            let direct: Vec<&Value> = self.groups.iter().filter(|group| holds(group, &user["id"])).collect();
            let mut reached: BTreeSet<String> = BTreeSet::new();
            let mut open: Vec<&Value> = direct.clone();
            while let Some(group) = open.pop() {
                if reached.insert(group["id"].as_str().unwrap().to_owned()) {
                    open.extend(self.groups.iter().filter(|above| holds(above, &group["id"])));
                }
            }
            let shown: Vec<Value> = self
                .groups
                .iter()
                .filter(|group| reached.contains(group["id"].as_str().unwrap()))
                .map(|group| {
                    let kind = if direct.contains(&group) { "direct" } else { "indirect" };
                    json!({
                        "value": group["id"], "display": group["displayName"], "type": kind,
                        "$ref": group["meta"]["location"],
                    })
                })
                .collect();
            if !shown.is_empty() {
                user["groups"] = shown.into();
            }
        }
    }

    /// Says that there are so many users.
    pub(super) fn pretend_users(&self, count: i64) {
        let sql = format!(
            "UPDATE resource_counts SET count = CASE shard WHEN 0 THEN {count} ELSE 0 END WHERE kind = 'user'"
        );
        match self.database.url().strip_prefix("sqlite:") {
            Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(&sql).unwrap(),
            None => PgConnection::establish(self.database.url()).unwrap().batch_execute(&sql).unwrap(),
        }
    }

    pub(super) fn lower(
        &self,
        of: &'static scim::schema::ResourceType,
        filter: &str,
    ) -> Result<Condition<Test>, scim::Error> {
        let filter = Filter::parse(filter)?;
        lower::condition(&filter, of, Asker { connector: &self.connector, base: BASE })
    }

    /// The user names, or the groups' names, that a filter finds, as they stand in the list.
    pub(super) fn find(&self, is_users: bool, filter: &str) -> Result<Vec<String>, scim::Error> {
        let of = if is_users { &USER_TYPE } else { &GROUP_TYPE };
        let condition = self.lower(of, filter)?;
        Ok(self.names(is_users, &search(Some(condition), Sort::UNSORTED)))
    }

    pub(super) fn names(&self, is_users: bool, search: &Search) -> Vec<String> {
        let (names, total) = if is_users {
            let found = self.store.read(|conn| user_search::search(conn, search)).unwrap();
            let names: Vec<_> = found.items.iter().map(|user| user.spec.user_name.to_string()).collect();
            (names, found.total)
        } else {
            let found = self.store.read(|conn| group_search::search(conn, search)).unwrap();
            let names: Vec<_> = found.items.iter().map(|group| group.spec.group_name.to_string()).collect();
            (names, found.total)
        };
        assert_eq!(total, Some(i64::try_from(names.len()).unwrap()), "{search:?}");
        names
    }

    /// The order that the parameters of a query mean.
    pub(super) fn sort(&self, of: &'static scim::schema::ResourceType, by: &str, order: &str) -> Sort {
        let parameters = [("sortBy".to_owned(), by.to_owned()), ("sortOrder".to_owned(), order.to_owned())];
        let sort = Query::of_parameters(&parameters).unwrap().sort.unwrap();
        lower::sort(&sort.path, sort.is_descending, of, &self.connector)
    }
}

pub(super) fn search(condition: Option<Condition<Test>>, sort: Sort) -> Search {
    Search { condition, sort, window: Window::Skip(0), limit: 1_000, is_counted: true }
}

fn modified(created: i64, number: i64) -> i64 {
    created + (number * 7 % 5) * 1_000
}

fn meta(kind: &str, endpoint: &str, id: &str, created: i64, number: i64) -> Value {
    json!({
        "resourceType": kind,
        "created": Timestamp::from_millis(created).rfc3339_millis(),
        "lastModified": Timestamp::from_millis(modified(created, number)).rfc3339_millis(),
        "location": format!("{BASE}/{endpoint}/{id}"),
        "version": format!("W/\"{}\"", number + 1),
    })
}

fn people() -> Value {
    json!([
        {
            "userName": "Alice", "displayName": "Alice Ärmel", "externalId": "Ext-1", "title": "Head of 100% Fun",
            "name": { "givenName": "Alice", "familyName": "Ärmel", "honorificPrefix": "Dr." },
            "emails": [
                { "value": "alice@example.com", "type": "work", "primary": true },
                { "value": "Alice.Home@Example.ORG", "type": "home" },
            ],
            "phoneNumbers": [{ "value": "+49 30 1234", "type": "work" }, { "value": "+49 170 99", "type": "mobile" }],
            "photos": [{ "value": "https://img.example.com/A.png", "type": "photo" }],
            "profileUrl": "https://example.com/Alice",
            (ENTERPRISE): { "employeeNumber": "701984", "department": "R&D", "manager": { "value": "u-boss" } },
        },
        {
            "userName": "bob", "displayName": "bob_the_builder", "externalId": "ext-1", "title": "100 fun",
            "name": { "givenName": "Bob", "familyName": "Builder" },
            "emails": [{ "value": "bob@example.com", "type": "home" }, { "value": "bob@work.example", "type": "work" }],
            "userType": "Employee", "locale": "de-DE",
            (ENTERPRISE): { "costCenter": "4130", "department": "r&d" },
        },
        { "userName": "carol@example.com", "displayName": "Carol \"C\" O'Neil", "active": false, "title": "back\\slash" },
        {
            "userName": "dave", "displayName": "DAVE", "externalId": "Ext-9", "by": "another",
            "emails": [{ "value": "dave@example.com", "type": "work", "primary": false, "display": "Dave at work" }],
            "addresses": [
                { "type": "work", "locality": "Berlin", "country": "DE", "primary": true },
                { "type": "home", "locality": "Paris", "country": "FR" },
            ],
            "roles": [{ "value": "admin" }, { "value": "Auditor", "primary": true }],
        },
        {
            "userName": "erin", "name": { "familyName": "builder" }, "nickName": "100_percent", "active": false,
            "emails": [{ "type": "other", "value": "erin@sub.example.com" }],
            "ims": [{ "value": "erin", "type": "xmpp" }],
            "addresses": [{ "type": "home", "locality": "Berlin" }],
        },
        {
            "userName": "frank", "displayName": "日本 太郎", "title": "Ünïcödé", "preferredLanguage": "ja",
            "emails": [{ "value": "frank@example.com", "primary": true }],
            "entitlements": [{ "value": "x", "type": "licence" }],
            "x509Certificates": [{ "value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UE" }],
        },
        {
            "userName": "grace", "displayName": "Grace", "title": "a%b", "timezone": "Europe/Berlin",
            "name": { "formatted": "Ms. Grace G" },
            "photos": [
                { "value": "https://img.example.com/a.png", "type": "thumbnail" },
                { "value": "https://img.example.com/G.png", "type": "photo", "primary": true },
            ],
            (ENTERPRISE): { "organization": "Universal Studios", "manager": { "$ref": "https://x.example/Users/B" } },
        },
        { "userName": "heidi", "displayName": "\u{1f600} smile", "title": "a_b", "phoneNumbers": [{ "type": "work", "value": "1" }] },
    ])
}

fn groups() -> Value {
    json!([
        { "displayName": "Engineers", "externalId": "g-ext", "members": ["Alice", "bob", "heidi"] },
        { "displayName": "Cloud Admins (EU)", "members": ["Alice", "erin"] },
        { "displayName": "Everyone", "members": ["Engineers", "carol@example.com", "bob"] },
        { "displayName": "empty" },
        { "displayName": "Top", "externalId": "G-Ext", "members": ["Everyone", "Cloud Admins (EU)"] },
        { "displayName": "100%_odd", "members": ["grace"] },
    ])
}
