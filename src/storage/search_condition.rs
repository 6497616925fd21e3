//! Conditions of a search as SQL.
//!
//! What is said of an absent value is SQL's unknown until a `NOT` stands over it, which takes it for false.
//! Texts are compared by bytes, which is by code points, whatever collation the database has: SQLite does so by
//! itself, PostgreSQL has operators for it, and the indexes of [`Conn`](super::Conn) are for these.

use crate::domain::search::{Attribute, Check, Condition, Field, List, Order, Part, Test};

use super::search_sql::{Dialect, Sql};

/// How many alternatives one `UNION` has; SQLite takes 500.
const UNION: usize = 200;

/// The table that is searched, by the names of its columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub(super) id: &'static str,
    /// The id as SQLite looks up in no index.
    pub(super) kept_off_id: &'static str,
    pub(super) name: &'static str,
    external_id: &'static str,
    connector_id: &'static str,
    created: &'static str,
    last_modified: &'static str,
    version: &'static str,
    /// `id IN (SELECT id FROM … WHERE `.
    among: &'static str,
    /// ` UNION ALL SELECT id FROM … WHERE `.
    and_among: &'static str,
}

macro_rules! columns {
    ($table:literal, $name:literal) => {
        Columns {
            id: concat!($table, ".id"),
            kept_off_id: concat!("+", $table, ".id"),
            name: concat!($table, ".", $name),
            external_id: concat!($table, ".external_id"),
            connector_id: concat!($table, ".connector_id"),
            created: concat!($table, ".created_at"),
            last_modified: concat!($table, ".updated_at"),
            version: concat!($table, ".version"),
            among: concat!($table, ".id IN (SELECT ", $table, ".id FROM ", $table, " WHERE "),
            and_among: concat!(" UNION ALL SELECT ", $table, ".id FROM ", $table, " WHERE "),
        }
    };
}

pub(super) const USERS: Columns = columns!("users", "user_name_key");
pub(super) const GROUPS: Columns = columns!("groups", "group_name_key");

/// Writes conditions on one table for one database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    pub(super) dialect: Dialect,
    pub(super) columns: Columns,
}

impl Writer {
    /// The condition.
    pub(super) fn condition(self, condition: &Condition<Test>) -> Sql {
        match condition {
            // PostgreSQL uses no index for alternatives that are looked up in other tables, but for a union.
            Condition::Any(parts) if condition.is_served() && !parts.iter().all(is_plain) => {
                self.union(parts)
            }
            _ => write(condition, &|part| self.condition(part), &|test| self.test(test)),
        }
    }

    fn union(self, parts: &[Condition<Test>]) -> Sql {
        let unions: Vec<Sql> = parts
            .chunks(UNION)
            .map(|parts| {
                let mut words = self.columns.among;
                let mut union = Sql::default();
                for part in parts {
                    union = union.then(words).join(&self.condition(part));
                    words = self.columns.and_among;
                }
                union.then(")")
            })
            .collect();
        Sql::chain(&unions, " OR ", "1 = 0")
    }

    fn test(self, test: &Test) -> Sql {
        match test {
            Test::Field(field, check) => self.field(field, check),
            Test::Element(List::Attribute(names), parts) => self.element(names, parts),
            Test::Element(List::Groups, parts) => self.groups(parts),
            Test::Element(List::Members, parts) => self.members(parts),
        }
    }

    fn field(self, field: &Field, check: &Check) -> Sql {
        let columns = self.columns;
        let of = |column| self.check(&Sql::words(column), check);
        match field {
            Field::Id => of(columns.id),
            Field::Name => of(columns.name),
            Field::ExternalId(connector) => of(columns.external_id)
                .then(" AND ")
                .then(columns.connector_id)
                .then(" = ")
                .bind(connector.as_str())
                .within("(", ")"),
            Field::Email => Sql::words("users.id IN (SELECT mine.id FROM users mine WHERE ")
                .join(&of("mine.email_key"))
                .then(" UNION ALL SELECT user_emails.user_id FROM user_emails WHERE ")
                .join(&of("user_emails.email_key"))
                .then(")"),
            Field::Active => match check {
                Check::Boolean(is_active) => {
                    let status = if *is_active { "Enabled" } else { "Disabled" };
                    Sql::words("users.status = ").bind(status)
                }
                _ => of("users.status"),
            },
            Field::Created => of(columns.created),
            Field::LastModified => of(columns.last_modified),
            Field::Version => of(columns.version),
            Field::Attribute(attribute) => self.check(&self.attribute(attribute), check),
        }
    }

    /// The value of a field, to sort by.
    pub(super) fn value(self, field: &Field) -> Sql {
        match field {
            Field::Id => Sql::words(self.columns.id),
            Field::Name => Sql::words(self.columns.name),
            Field::ExternalId(connector) => Sql::words("(CASE WHEN ")
                .then(self.columns.connector_id)
                .then(" = ")
                .bind(connector.as_str())
                .then(" THEN ")
                .then(self.columns.external_id)
                .then(" END)"),
            Field::Email => Sql::words("users.email_key"),
            Field::Active => Sql::words("(CASE users.status WHEN 'Enabled' THEN 1 ELSE 0 END)"),
            Field::Created => Sql::words(self.columns.created),
            Field::LastModified => Sql::words(self.columns.last_modified),
            Field::Version => Sql::words(self.columns.version),
            Field::Attribute(attribute) => self.attribute(attribute),
        }
    }

    /// A text of the profile.
    fn attribute(self, attribute: &Attribute) -> Sql {
        let document = self.document(attribute.is_exact);
        match self.dialect {
            Dialect::Sqlite => {
                Sql::words("json_extract(").then(document).then(", ").bind(path(&attribute.names)).then(")")
            }
            Dialect::Postgres => {
                let mut value = Sql::words("(").then(document);
                for (place, name) in attribute.names.iter().enumerate() {
                    let is_last = place + 1 == attribute.names.len();
                    value = value.then(if is_last { " ->> " } else { " -> " }).bind(*name);
                }
                value.then(")")
            }
        }
    }

    /// The profile: folded, or as it was written. PostgreSQL reads no JSON with U+0000, and none is let in.
    const fn document(self, is_exact: bool) -> &'static str {
        match (self.dialect, is_exact) {
            (Dialect::Sqlite, false) => "users.search",
            (Dialect::Sqlite, true) => "users.profile",
            (Dialect::Postgres, false) => "users.search::jsonb",
            (Dialect::Postgres, true) => "users.profile::jsonb",
        }
    }

    /// The list at `names`, as rows `item (value, key)`; to stand behind `FROM`.
    pub(super) fn items(self, names: &[&'static str]) -> Sql {
        match self.dialect {
            Dialect::Sqlite => Sql::words("json_each(users.search, ").bind(path(names)).then(") AS item"),
            Dialect::Postgres => {
                let list = names
                    .iter()
                    .fold(Sql::words("(users.search::jsonb"), |list, name| list.then(" -> ").bind(*name))
                    .then(")");
                Sql::words("jsonb_array_elements(CASE jsonb_typeof")
                    .join(&list)
                    .then(" WHEN 'array' THEN ")
                    .join(&list)
                    .then(" ELSE '[]'::jsonb END) WITH ORDINALITY AS item (value, key)")
            }
        }
    }

    /// A part of an `item` of the list at `names`, as a text.
    pub(super) fn part(self, names: &[&'static str], part: &'static str, is_exact: bool) -> Sql {
        match (self.dialect, is_exact) {
            (Dialect::Sqlite, false) => Sql::words("json_extract(item.value, ").bind(path(&[part])).then(")"),
            (Dialect::Sqlite, true) => Sql::words("json_extract(users.profile, ")
                .bind(path(names))
                .then(" || '[' || item.key || ']' || ")
                .bind(path(&[part]).split_off(1))
                .then(")"),
            (Dialect::Postgres, false) => Sql::words("(item.value ->> ").bind(part).then(")"),
            (Dialect::Postgres, true) => names
                .iter()
                .fold(Sql::words("(").then(self.document(true)), |list, name| list.then(" -> ").bind(*name))
                .then(" -> CAST(item.key - 1 AS INTEGER) ->> ")
                .bind(part)
                .then(")"),
        }
    }

    fn element(self, names: &[&'static str], parts: &Condition<Part>) -> Sql {
        let value = |part: &Part| self.part(names, part.name, part.is_exact);
        Sql::words("EXISTS (SELECT 1 FROM ")
            .join(&self.items(names))
            .then(" WHERE ")
            .join(&self.parts(parts, &value))
            .then(")")
    }

    fn groups(self, parts: &Condition<Part>) -> Sql {
        let value = |part: &Part| {
            Sql::words(match part.name {
                "value" => "above.ancestor_id",
                "display" => "their.group_name_key",
                "type" => {
                    "(CASE WHEN EXISTS (SELECT 1 FROM memberships direct WHERE direct.user_id = joined.user_id \
                     AND direct.group_id = above.ancestor_id) THEN 'direct' ELSE 'indirect' END)"
                }
                _ => "NULL",
            })
        };
        Sql::words(
            "users.id IN (SELECT joined.user_id FROM memberships joined \
             JOIN group_ancestors above ON above.group_id = joined.group_id \
             JOIN groups their ON their.id = above.ancestor_id WHERE ",
        )
        .join(&self.parts(parts, &value))
        .then(")")
    }

    fn members(self, parts: &Condition<Part>) -> Sql {
        let shown = self.dialect.pick(
            "COALESCE(json_extract(person.search, '$.displayName'), person.user_name_key)",
            "COALESCE(person.search::jsonb ->> 'displayName', person.user_name_key)",
        );
        let of_user = |part: &Part| {
            Sql::words(match part.name {
                "value" => "joined.user_id",
                "display" => shown,
                "type" => "'user'",
                _ => "NULL",
            })
        };
        let of_group = |part: &Part| {
            Sql::words(match part.name {
                "value" => "joined.member_id",
                "display" => "inner_group.group_name_key",
                "type" => "'group'",
                _ => "NULL",
            })
        };
        Sql::words(
            "groups.id IN (SELECT joined.group_id FROM memberships joined \
             JOIN users person ON person.id = joined.user_id WHERE ",
        )
        .join(&self.parts(parts, &of_user))
        .then(
            " UNION ALL SELECT joined.group_id FROM group_memberships joined \
             JOIN groups inner_group ON inner_group.id = joined.member_id WHERE ",
        )
        .join(&self.parts(parts, &of_group))
        .then(")")
    }

    fn parts(self, parts: &Condition<Part>, value: &impl Fn(&Part) -> Sql) -> Sql {
        write(parts, &|inner| self.parts(inner, value), &|part| self.check(&value(part), &part.check))
    }

    /// What holds for a value.
    fn check(self, value: &Sql, check: &Check) -> Sql {
        let dialect = self.dialect;
        let start = || Sql::words("(").join(value);
        match check {
            Check::Present => start().then(" IS NOT NULL AND CAST(").join(value).then(" AS TEXT) <> '')"),
            Check::OneOf(texts) => match texts.first() {
                Some(text) if texts.len() == 1 => start().then(" = ").bind(text).then(")"),
                _ => start().then(" IN ").list(texts).then(")"),
            },
            Check::Contains(text) => Sql::words(dialect.pick("(instr(", "(strpos("))
                .join(value)
                .then(", ")
                .bind(text)
                .then(") > 0)"),
            Check::StartsWith(text) => self.beginning(value, text),
            Check::EndsWith(text) if text.is_empty() => start().then(" IS NOT NULL)"),
            Check::EndsWith(text) => Sql::words(dialect.pick("(substr(", "(right("))
                .join(value)
                .then(dialect.pick(", -length(", ", length("))
                .bind(text)
                .then(")) = ")
                .bind(text)
                .then(")"),
            Check::Text(order, text) => start().then(text_order(dialect, *order)).bind(text).then(")"),
            Check::Boolean(is_true) => start().then(match (dialect, is_true) {
                (Dialect::Sqlite, true) => " = 1)",
                (Dialect::Sqlite, false) => " = 0)",
                (Dialect::Postgres, true) => " = 'true')",
                (Dialect::Postgres, false) => " = 'false')",
            }),
            Check::Number(order, number) => {
                start().then(text_order(Dialect::Sqlite, *order)).join(&Sql::number(*number)).then(")")
            }
        }
    }

    /// That a text begins like this: a range, which an index can serve.
    fn beginning(self, value: &Sql, text: &str) -> Sql {
        let from = Sql::words("(").join(value);
        if text.is_empty() {
            return from.then(" IS NOT NULL)");
        }
        let from = from.then(text_order(self.dialect, Order::GreaterOrEqual)).bind(text);
        match end_of(text) {
            Some(end) => {
                from.then(" AND ").join(value).then(text_order(self.dialect, Order::Less)).bind(end).then(")")
            }
            None => from.then(")"),
        }
    }
}

fn write<T>(condition: &Condition<T>, inner: &dyn Fn(&Condition<T>) -> Sql, test: &dyn Fn(&T) -> Sql) -> Sql {
    let all = |parts: &[Condition<T>]| parts.iter().map(inner).collect::<Vec<_>>();
    match condition {
        Condition::All(parts) => Sql::chain(&all(parts), " AND ", "1 = 1"),
        Condition::Any(parts) => Sql::chain(&all(parts), " OR ", "1 = 0"),
        Condition::Not(part) => inner(part).within("((", ") IS NOT TRUE)"),
        Condition::Is(one) => test(one),
    }
}

/// Whether it is about a column of the table itself.
fn is_plain(condition: &Condition<Test>) -> bool {
    matches!(condition, Condition::Is(Test::Field(Field::Id | Field::Name | Field::ExternalId(_), _)))
}

pub(super) const fn text_order(dialect: Dialect, order: Order) -> &'static str {
    match order {
        Order::Equal => " = ",
        Order::Greater => dialect.pick(" > ", " ~>~ "),
        Order::GreaterOrEqual => dialect.pick(" >= ", " ~>=~ "),
        Order::Less => dialect.pick(" < ", " ~<~ "),
        Order::LessOrEqual => dialect.pick(" <= ", " ~<=~ "),
    }
}

/// A path of SQLite's JSON functions.
fn path(names: &[&'static str]) -> String {
    names.iter().fold("$".to_owned(), |path, name| format!("{path}.\"{name}\""))
}

/// The least text that comes after all that begin like this, by code points; none after the very last.
fn end_of(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_what_begins_alike() {
        assert_eq!(end_of("ab").as_deref(), Some("ac"));
        assert_eq!(end_of("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(end_of("a\u{10ffff}\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of("\u{10ffff}"), None);
    }
}
