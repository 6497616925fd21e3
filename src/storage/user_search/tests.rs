//! What SQLite says of how it would find what is searched for.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Text};
use diesel::{QueryResult, SqliteConnection};

use crate::base::ScimConnectorId;
use crate::domain::search::{Check, Condition, Field, List, Part, Place, Sort, SortKey, Test, Window};

use super::*;

struct Explain<Q>(Q);

impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for Explain<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        pass.unsafe_to_cache_prepared();
        pass.push_sql("EXPLAIN QUERY PLAN ");
        self.0.walk_ast(pass)
    }
}

impl<Q> QueryId for Explain<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Explain<Q> {
    type SqlType = (Integer, Integer, Integer, Text);
}

impl<Q> RunQueryDsl<Conn> for Explain<Q> {}

/// The steps of the page's statement and of the count's.
fn steps(condition: &Condition<Test>, sort: Sort, window: Window) -> Vec<String> {
    let mut conn = Conn::Sqlite(SqliteConnection::establish(":memory:").unwrap());
    conn.migrate().unwrap();
    let asked = Search { condition: Some(condition.clone()), sort, window, limit: 100, is_counted: true };
    let plan = Plan::new(&asked, Dialect::Sqlite, USERS);
    let count = Explain(dsl::users.filter(plan.condition.clone().unwrap()).count());
    let page = Explain(stretch(plan).select(dsl::id));
    let counted: Vec<(i32, i32, i32, String)> = count.load(&mut conn).unwrap();
    let listed: Vec<(i32, i32, i32, String)> = page.load(&mut conn).unwrap();
    counted.into_iter().chain(listed).map(|(_, _, _, step)| step).collect()
}

fn field(field: Field, check: Check) -> Condition<Test> {
    Condition::Is(Test::Field(field, check))
}

fn part(name: &'static str, check: Check) -> Condition<Part> {
    Condition::Is(Part { name, is_exact: false, check })
}

fn title(text: &str) -> Condition<Test> {
    let names = vec!["title"];
    field(Field::Attribute(crate::domain::search::Attribute { names, is_exact: false }), Check::equals(text))
}

#[test]
fn an_index_leads_to_what_is_served_and_to_nothing_else() {
    let two = || Check::OneOf(["a".to_owned(), "b".to_owned()].into());
    let connector = ScimConnectorId::parse(&format!("{}a", ScimConnectorId::PREFIX)).unwrap();
    let in_group = Condition::Is(Test::Element(List::Groups, part("value", two())));
    let named_group = Condition::Is(Test::Element(List::Groups, part("display", two())));
    let email = field(Field::Email, Check::equals("a@b"));
    let served = [
        field(Field::Id, two()),
        field(Field::Name, Check::equals("a")),
        field(Field::Name, two()),
        field(Field::Name, Check::StartsWith("a".to_owned())),
        field(Field::ExternalId(connector.clone()), Check::equals("a")),
        field(Field::ExternalId(connector), Check::StartsWith("a".to_owned())),
        email.clone(),
        field(Field::Email, Check::StartsWith("a".to_owned())),
        in_group.clone(),
        named_group,
        Condition::all([title("x"), email.clone()]),
        Condition::any([field(Field::Name, two()), email.clone(), in_group.clone()]),
        Condition::any([field(Field::Name, two()), field(Field::Id, two())]),
        Condition::any([Condition::all([email, title("x")]), Condition::all([in_group, title("y")])]),
    ];
    let by_name = Sort { key: SortKey::Field(Field::Name), is_descending: true };
    let place = || Window::After(Some(Place { value: None, id: "u-a".to_owned() }));
    for condition in served {
        assert!(condition.is_served(), "{condition:?}");
        for (sort, window) in
            [(Sort::UNSORTED, Window::Skip(0)), (Sort::UNSORTED, place()), (by_name.clone(), Window::Skip(0))]
        {
            let steps = steps(&condition, sort, window);
            assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{steps:?}");
            let scans: Vec<_> = steps
                .iter()
                .filter(|step| step.starts_with("SCAN") && !step.contains("SUBQUERY"))
                .filter(|step| {
                    ["users", "user_emails", "mine", "joined", "above", "their"]
                        .iter()
                        .any(|table| step.contains(table))
                })
                .collect();
            assert!(scans.is_empty(), "{condition:?}: {steps:?}");
        }
    }
    let unserved = [
        title("x"),
        field(Field::Name, Check::Contains("a".to_owned())),
        field(Field::Active, Check::Boolean(true)),
        field(Field::Name, two()).negated(),
        Condition::any([field(Field::Name, two()), title("x")]),
    ];
    for condition in unserved {
        assert!(!condition.is_served(), "{condition:?}");
        let steps = steps(&condition, Sort::UNSORTED, Window::Skip(0));
        assert!(steps.iter().any(|step| step.starts_with("SCAN users")), "{condition:?}: {steps:?}");
    }
}

/// What is not filtered is read off the index of its order, from the place on.
#[test]
fn a_walk_reads_its_pages_alone() {
    let everybody = Condition::constant(true);
    let by_name = Sort { key: SortKey::Field(Field::Name), is_descending: false };
    let place = |value: Option<&str>| {
        let value = value.map(|text| crate::domain::search::SortValue::Text(text.to_owned()));
        Window::After(Some(Place { value, id: "u-a".to_owned() }))
    };
    for (sort, window) in [(Sort::UNSORTED, place(None)), (by_name, place(Some("a")))] {
        let steps = steps(&everybody, sort, window);
        assert!(steps.iter().any(|step| step.starts_with("SEARCH users USING")), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
    }
}
