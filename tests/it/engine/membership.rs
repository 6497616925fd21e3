//! Members by the thousand, and the end of users and groups with everything that ties them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cloudsso::base::{GroupId, UserId, UserProvisioningId};
use cloudsso::domain::{
    Action, Assignee, DeletionStrategy, DuplicationStrategy, Member, Status, Tag, UserProvisioning,
    UserProvisioningTerms,
};
use cloudsso::service::{access_assignment, group, user, user_provisioning};
use cloudsso::storage::{self, Conn, event, membership, tag};
use diesel::connection::{Connection as _, InstrumentationEvent};
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use crate::support::app::{Options, TestApp};

use super::nested_group::{add, enters, kept, living, make_group, person, portal_session, provision, remove};
use super::{assert_all_done, refusal};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn number(app: &TestApp, sql: &str) -> i64 {
    let found: Result<Number, storage::Error> = app.store.read(|conn| Ok(sql_query(sql).get_result(conn)?));
    found.unwrap().number
}

/// What is kept as counts is what there is.
pub(super) fn assert_counts_hold(app: &TestApp) {
    for (kind, tables) in [
        ("user", &["users"][..]),
        ("group", &["groups"]),
        ("membership", &["memberships", "group_memberships"]),
    ] {
        let kept =
            format!("SELECT CAST(SUM(count) AS BIGINT) AS number FROM resource_counts WHERE kind = '{kind}'");
        let there =
            tables.iter().map(|table| number(app, &format!("SELECT COUNT(*) AS number FROM {table}")));
        assert_eq!(number(app, &kept), there.sum::<i64>(), "{kind}");
    }
}

/// So many users more, by one statement; their ids.
fn populate(app: &TestApp, count: usize) -> Vec<UserId> {
    let sql = format!(
        "WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {count}) \
         INSERT INTO users (id, directory_id, user_name, user_name_key, display_name, first_name, last_name, \
         description, status, provision_type, created_at, updated_at) \
         SELECT 'u-many' || CAST(number AS TEXT), (SELECT id FROM directories), 'many' || CAST(number AS TEXT), \
         'many' || CAST(number AS TEXT), '', '', '', '', 'Enabled', 'Manual', 0, 0 FROM numbers"
    );
    let counted =
        format!("UPDATE resource_counts SET count = count + {count} WHERE kind = 'user' AND shard = 3");
    let made = app.store.write(move |conn| {
        sql_query(&sql).execute(conn)?;
        sql_query(&counted).execute(conn)?;
        Ok::<_, storage::Error>(())
    });
    made.unwrap();
    (1..=count).map(|number| UserId::parse(&format!("u-many{number}")).unwrap()).collect()
}

fn members(ids: &[UserId]) -> Vec<Member> {
    ids.iter().cloned().map(Member::User).collect()
}

/// Every statement of SQLite's one writer from now on; `None` on the other database.
fn watch(app: &TestApp) -> Option<Arc<Mutex<Vec<String>>>> {
    let (said, heard) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(false)));
    let (log, is_watched) = (Arc::clone(&said), Arc::clone(&heard));
    let watching = app.store.write(move |conn| {
        if matches!(conn, Conn::Sqlite(_)) {
            *is_watched.lock().unwrap() = true;
            let log = Arc::clone(&log);
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let text = query.to_string();
                    log.lock().unwrap().push(text.split(" -- binds").next().unwrap_or_default().to_owned());
                }
            });
        }
        Ok::<_, storage::Error>(())
    });
    watching.unwrap();
    let is_watched = *heard.lock().unwrap();
    is_watched.then_some(said)
}

/// The steps of a statement that go through the members of a group, or through all members or groups.
fn member_scans(app: &TestApp, statement: &str) -> Vec<String> {
    let is_plain = ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| statement.starts_with(verb));
    if !is_plain {
        return Vec::new();
    }
    let explain = format!("EXPLAIN QUERY PLAN {statement}");
    let lines: Result<Vec<Line>, storage::Error> = app.store.read(|conn| Ok(sql_query(explain).load(conn)?));
    let of_members = |line: &Line| {
        let mut words = line.detail.split(' ');
        match (words.next(), words.next()) {
            (_, Some("memberships")) => !line.detail.contains("user_id=?"),
            (Some("SCAN"), Some(table)) => table.contains("group"),
            _ => false,
        }
    };
    lines.unwrap().into_iter().filter(of_members).map(|line| line.detail).collect()
}

#[test]
fn to_add_or_remove_one_user_reads_no_other_member() {
    let app = TestApp::start();
    let ids = populate(&app, 20_001);
    let (last, most) = ids.split_last().unwrap();
    let (outer, team) = (make_group(&app, "outer"), app.group("team").id);
    add(&app, &team, &members(most));
    add(&app, &outer, &[Member::Group(team.clone())]);
    let bob = portal_session(&app, "bob");
    let Some(said) = watch(&app) else { return };
    assert!(enters(&app, &bob, "two", "Developer"));
    let started = Instant::now();
    add(&app, &team, &members(std::slice::from_ref(last)));
    remove(&app, &team, &members(std::slice::from_ref(last)));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let statements: Vec<String> = said.lock().unwrap().drain(..).collect();
    assert!(statements.iter().any(|statement| statement.contains("INTO `memberships`")), "{statements:?}");
    assert!(statements.len() < 70, "{statements:?}");
    for statement in &statements {
        assert_eq!(member_scans(&app, statement), Vec::<String>::new(), "{statement}");
    }
    // Also where RAM users follow, which asks who has another way into which group.
    provision_nobody(&app, &outer);
    said.lock().unwrap().clear();
    add(&app, &team, &members(std::slice::from_ref(last)));
    remove(&app, &team, &members(std::slice::from_ref(last)));
    let statements: Vec<String> = said.lock().unwrap().drain(..).collect();
    assert!(statements.iter().any(|statement| statement.contains("INTO `user_provisioning_events`")));
    for statement in &statements {
        assert_eq!(member_scans(&app, statement), Vec::<String>::new(), "{statement}");
    }
    // What does read them is seen to.
    let read = Arc::clone(&said);
    app.store.write(move |conn| membership::list_direct_ids(conn, &team)).unwrap();
    let listing: Vec<String> = read.lock().unwrap().drain(..).collect();
    assert!(listing.iter().any(|statement| !member_scans(&app, statement).is_empty()), "{listing:?}");
    app.run_due();
}

/// Provisions a group in an account, and leaves it at that for whoever is in it already.
fn provision_nobody(app: &TestApp, group: &GroupId) {
    let provisioning = UserProvisioning {
        id: UserProvisioningId::parse("up-1").unwrap(),
        account_id: app.account("one"),
        assignee: Assignee::Group(group.clone()),
        terms: UserProvisioningTerms {
            description: String::new(),
            duplication: DuplicationStrategy::KeepBoth,
            deletion: DeletionStrategy::Delete,
        },
        status: Status::Enabled,
        created_at: app.clock.now(),
        updated_at: app.clock.now(),
    };
    app.store.write(move |conn| storage::user_provisioning::insert(conn, &provisioning)).unwrap();
}

/// Calls off everything that is to be done.
fn discard_tasks(app: &TestApp) {
    let done = app.store.write(|conn| {
        sql_query("UPDATE tasks SET status = 'Cancelled' WHERE status = 'InProgress'").execute(conn)?;
        Ok::<_, storage::Error>(())
    });
    done.unwrap();
}

#[test]
fn fifty_thousand_members_come_and_go_in_hundreds_of_statements() {
    let app = TestApp::start();
    let ids = populate(&app, 50_000);
    let (team, outer) = (app.group("team").id, make_group(&app, "outer"));
    add(&app, &outer, &[Member::Group(team.clone())]);
    let said = watch(&app);
    let version = group::load(&app.ctx, &app.operator, &team).unwrap().version;
    let (started, everybody) = (Instant::now(), members(&ids));
    assert_eq!(add(&app, &team, &everybody), 50_000);
    assert_eq!(group::load(&app.ctx, &app.operator, &team).unwrap().version, version + 1);
    assert_eq!(app.events(Action::GroupMemberAdded, &team), 1 + 100, "bob, and rows of 500");
    assert_eq!(add(&app, &team, &everybody), 0);
    assert_counts_hold(&app);
    let few: Vec<Member> = members(&ids[49_990..]);
    let replaced = group::replace_members(&app.ctx, &app.operator, &team, few.clone()).unwrap();
    assert_eq!(replaced, 49_991, "bob too");
    assert_eq!(remove(&app, &team, &everybody), 10);
    assert_counts_hold(&app);
    assert!(started.elapsed() < Duration::from_secs(300), "{:?}", started.elapsed());
    if let Some(said) = said {
        // What else the product does meanwhile takes as many statements as this takes seconds.
        let theirs = ["`memberships`", "`group_", "`groups`", "`users`", "`events`"];
        let said = said.lock().unwrap();
        let count = said.iter().filter(|it| theirs.iter().any(|table| it.contains(table))).count();
        assert!((200..600).contains(&count), "{count} of {} statements: {said:?}", said.len());
    }
    let told = app.store.read(|conn| event::list(conn, team.as_str())).unwrap();
    let first = told.iter().find(|row| row.detail.contains("user_ids")).unwrap();
    let detail: serde_json::Value = serde_json::from_str(&first.detail).unwrap();
    assert_eq!(detail["user_ids"].as_array().unwrap().len(), 500);
}

#[test]
fn members_are_listed_users_first_and_replaced_by_difference() {
    let app = TestApp::start();
    let (team, inner, other) = (app.group("team").id, make_group(&app, "inner"), make_group(&app, "other"));
    let wanted = [
        Member::Group(inner.clone()),
        person(&app, "carol"),
        person(&app, "bob"),
        Member::Group(other),
        person(&app, "carol"),
    ];
    let replace = |members: &[Member]| {
        group::replace_members(&app.ctx, &app.operator, &team, members.to_vec()).unwrap()
    };
    assert_eq!(replace(&wanted), 3);
    assert_eq!(replace(&wanted), 0);
    let page = |after: Option<&Member>, limit| {
        group::list_direct_members(&app.ctx, &app.operator, &team, after, limit).unwrap()
    };
    let all = page(None, 10);
    let names: Vec<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
    assert!(all[..2].iter().all(|(member, _)| matches!(member, Member::User(_))), "{all:?}");
    assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), ["bob", "carol", "inner", "other"].into());
    let mut walked = page(None, 1);
    while let Some((last, _)) = walked.last().cloned() {
        let next = page(Some(&last), 1);
        if next.is_empty() {
            break;
        }
        walked.extend(next);
    }
    assert_eq!(walked, all);
    assert_eq!(replace(&[Member::Group(inner)]), 3);
    assert_eq!(page(None, 10).len(), 1);
    assert_counts_hold(&app);
    app.run_due();
}

/// Where an id stands in any column of text, but for history.
fn mentions(app: &TestApp, id: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        place: String,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let columns: Result<Vec<Column>, storage::Error> = app.store.read(|conn| {
        let sql = match conn {
            Conn::Sqlite(_) => {
                "SELECT m.name AS place, p.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
                 WHERE m.type = 'table' AND p.type = 'TEXT'"
            }
            Conn::Postgres(_) => {
                "SELECT CAST(table_name AS TEXT) AS place, CAST(column_name AS TEXT) AS name \
                 FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'"
            }
        };
        Ok(sql_query(sql).load(conn)?)
    });
    let columns = columns.unwrap();
    assert!(columns.len() > 100, "{}", columns.len());
    let mut found = Vec::new();
    for Column { place, name } in columns {
        let sql = format!("SELECT COUNT(*) AS number FROM {place} WHERE {place}.{name} LIKE '%{id}%'");
        // The account's own comment of a RAM user lies in the other database.
        let is_history = ["events", "tasks", "console_sessions"].contains(&place.as_str());
        if !is_history && number(app, &sql) > 0 {
            found.push(format!("{place}.{name}"));
        }
    }
    found
}

#[test]
fn a_user_goes_with_everything_that_ties_them() {
    let mut app = TestApp::start();
    app.equip("carol");
    let carol = app.user("carol").id;
    let (team, inner) = (app.group("team").id, make_group(&app, "inner"));
    add(&app, &inner, &[person(&app, "carol")]);
    add(&app, &team, &[Member::Group(inner.clone()), person(&app, "carol")]);
    app.assign("Reader", "one", "carol");
    provision(&app, "one", &Assignee::User(carol.clone()), DeletionStrategy::Delete);
    provision(&app, "two", &Assignee::Group(team.clone()), DeletionStrategy::Delete);
    let tags = [Tag { key: "team".to_owned(), value: "red".to_owned() }];
    let tagged = carol.clone();
    app.store.write(move |conn| tag::insert(conn, tagged.as_str(), &tags)).unwrap();
    app.run_due();
    assert_eq!(
        (kept(&app, "one"), kept(&app, "two")),
        (vec!["carol".to_owned()], vec!["bob".to_owned(), "carol".to_owned()])
    );
    let portal = portal_session(&app, "carol");
    assert!(enters(&app, &portal, "one", "Reader") && enters(&app, &portal, "two", "Developer"));
    assert_eq!(
        refusal(user::delete(&app.ctx, &app.operator, &carol)),
        "DeletionConflict.User.AccessAssigment",
        "by hand, ties come first"
    );
    let version = group::load(&app.ctx, &app.operator, &team).unwrap().version;

    user::delete_with_ties(&app.ctx, &app.operator, &carol).unwrap();
    assert_eq!(living(&app), 0);
    assert!(!enters(&app, &portal, "one", "Reader"));
    assert_eq!(group::load(&app.ctx, &app.operator, &team).unwrap().version, version + 1);
    for (action, target) in [
        (Action::UserDeleted, carol.as_str()),
        (Action::GroupMemberRemoved, team.as_str()),
        (Action::GroupMemberRemoved, inner.as_str()),
        (Action::AccessAssignmentDeleted, app.account("one").as_str()),
    ] {
        assert_eq!(app.events(action, target), 1, "{action:?} of {target}");
    }
    app.run_due();
    assert_eq!((kept(&app, "one"), kept(&app, "two")), (vec![], vec!["bob".to_owned()]));
    assert_eq!(mentions(&app, carol.as_str()), Vec::<String>::new());
    assert_eq!(refusal(user::delete_with_ties(&app.ctx, &app.operator, &carol)), "EntityNotExists.User");
    assert_counts_hold(&app);
    assert_all_done(&app);
}

#[test]
fn a_group_goes_with_everything_that_ties_it() {
    let mut app = TestApp::start();
    app.equip("carol");
    let (team, outer, inner) = (app.group("team").id, make_group(&app, "outer"), make_group(&app, "inner"));
    add(&app, &inner, &[person(&app, "carol")]);
    add(&app, &team, &[Member::Group(inner.clone())]);
    add(&app, &outer, &[Member::Group(team.clone()), person(&app, "dora")]);
    provision(&app, "one", &Assignee::Group(team.clone()), DeletionStrategy::Delete);
    provision(&app, "two", &Assignee::Group(outer.clone()), DeletionStrategy::Delete);
    app.run_due();
    assert_eq!((kept(&app, "one"), kept(&app, "two").len()), (vec!["bob".to_owned(), "carol".to_owned()], 3));
    let portal = portal_session(&app, "carol");
    assert!(enters(&app, &portal, "two", "Developer"));
    assert!(mentions(&app, team.as_str()).len() >= 5);

    group::delete_with_ties(&app.ctx, &app.operator, &team).unwrap();
    assert_eq!(living(&app), 0);
    assert!(!enters(&app, &portal, "two", "Developer"));
    app.run_due();
    assert_eq!((kept(&app, "one"), kept(&app, "two")), (vec![], vec!["dora".to_owned()]));
    assert_eq!(mentions(&app, team.as_str()), Vec::<String>::new());
    assert_eq!(app.events(Action::GroupDeleted, &team), 1);
    assert_eq!(refusal(group::load(&app.ctx, &app.operator, &team)), "EntityNotExists.Group");
    let left = |id| group::list_direct_members(&app.ctx, &app.operator, id, None, 10).unwrap().len();
    assert_eq!((left(&outer), left(&inner)), (1, 1));
    assert_counts_hold(&app);
    let filter = cloudsso::domain::AssignmentFilter {
        assignee: Some(Assignee::Group(team)),
        ..cloudsso::domain::AssignmentFilter::default()
    };
    assert_eq!(access_assignment::list(&app.ctx, &app.operator, &filter, None, 10).unwrap().1, 0);
    let events = user_provisioning::list_events(&app.ctx, &app.operator, None, None, 10).unwrap().1;
    assert_eq!(events, 0);
    assert_all_done(&app);
}

/// Events that were given up with their tasks are done for good when nobody is left whom they could be for.
#[test]
fn a_user_goes_whose_ram_user_could_not_be_made() {
    let app = TestApp::with(Options::default());
    app.run_due();
    let carol = app.user("carol").id;
    let id = provision(&app, "one", &Assignee::User(carol.clone()), DeletionStrategy::Delete);
    // The task is called off, as when it was given up; the event stays.
    discard_tasks(&app);
    assert_eq!(user_provisioning::list_events(&app.ctx, &app.operator, Some(&id), None, 10).unwrap().1, 1);
    user::delete_with_ties(&app.ctx, &app.operator, &carol).unwrap();
    app.run_due();
    assert_eq!(user_provisioning::list_events(&app.ctx, &app.operator, None, None, 10).unwrap().1, 0);
    assert_eq!(mentions(&app, carol.as_str()), Vec::<String>::new());
}
