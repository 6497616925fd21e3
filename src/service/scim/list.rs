//! Lists of users, of groups, and of both (RFC 7644 §3.4.2–3.4.3, RFC 9865): found by the database, in a stable
//! order, a page at a time.

use serde_json::{Map, Value};

use crate::domain::ScimSubject;
use crate::domain::search::{Found, Place, Search, Sort, Window};
use crate::scim::query::{Page, Query};
use crate::scim::schema::{GROUP_TYPE, ResourceType, USER_TYPE};
use crate::scim::{self, ErrorKind, filter::Filter};
use crate::storage::Conn;

use super::super::{Context, Error, membership};
use super::cursor::{Cursors, Walk};
use super::lower::{self, Asker};
use super::{ScimClient, SeenGroup, SeenUser, across, search, view};

/// How many resources a page holds when nobody says.
pub const DEFAULT_PAGE: usize = 100;
/// How many it holds at most.
pub const LARGEST_PAGE: usize = 1_000;
/// How many members the groups of one page may have together where those are shown.
const MEMBERS_SHOWN: usize = 200_000;

/// A user or a group.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A user.
    User(SeenUser),
    /// A group.
    Group(SeenGroup),
}

impl Seen {
    /// What it is.
    pub const fn resource_type(&self) -> &'static ResourceType {
        match self {
            Self::User(_) => &USER_TYPE,
            Self::Group(_) => &GROUP_TYPE,
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::User(user) => user.user.id.as_str(),
            Self::Group(group) => group.group.id.as_str(),
        }
    }

    /// The version.
    pub const fn version(&self) -> i64 {
        match self {
            Self::User(user) => user.user.version,
            Self::Group(group) => group.group.version,
        }
    }

    /// As a resource; `base` is the address that endpoints stand below.
    pub fn resource(&self, base: &str) -> Map<String, Value> {
        match self {
            Self::User(user) => user.resource(base),
            Self::Group(group) => group.resource(base),
        }
    }
}

/// What of the resources of a list is to be shown, as far as it costs something.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The address that endpoints stand below.
    pub base: &'a str,
    /// The groups that users are in.
    pub groups: bool,
    /// The members of groups.
    pub members: bool,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The resources.
    pub resources: Vec<Seen>,
    /// How many there are on all pages together.
    pub total: i64,
    /// The place of the first in the whole list, from 1; `None` in a walk by cursors.
    pub start_index: Option<i64>,
    /// The cursors, in a walk by them.
    pub cursors: Cursors,
}

/// One page of what `query` asks for among resources of these types.
///
/// # Errors
/// [`Error::Scim`] for a filter that means nothing here, that would cost too much, or a cursor of another list;
/// [`Error::Refused`] when the connector may not see what is asked for.
pub fn list(
    ctx: &Context,
    client: &ScimClient,
    types: &[&'static ResourceType],
    query: &Query,
    shown: Shown<'_>,
) -> Result<Listed, Error> {
    let listing = Listing { ctx, client, query, shown };
    if let [only] = types {
        client.may(subject(only))?;
        return listing.of(only, query.filter.as_ref());
    }
    let seen: Vec<_> = types.iter().filter(|kind| client.may(subject(kind)).is_ok()).copied().collect();
    listing.across(&seen)
}

fn subject(resource_type: &ResourceType) -> ScimSubject {
    if std::ptr::eq(resource_type, &raw const USER_TYPE) { ScimSubject::Users } else { ScimSubject::Groups }
}

struct Listing<'a> {
    ctx: &'a Context,
    client: &'a ScimClient,
    query: &'a Query,
    shown: Shown<'a>,
}

impl Listing<'_> {
    /// Resources of one type.
    fn of(&self, of: &'static ResourceType, filter: Option<&Filter>) -> Result<Listed, Error> {
        let walk = self.walk(of.endpoint);
        let (window, start_index) = match &self.query.page {
            Page::Index { start_index, .. } => (Window::Skip(start_index - 1), Some(*start_index)),
            Page::Cursor { cursor, .. } => (walk.open(&self.ctx.sealing_key, cursor.as_deref())?, None),
        };
        let found = self.find(of, filter, window, self.limit())?;
        let cursors = match start_index {
            Some(_) => Cursors::default(),
            None => walk.cursors(&self.ctx.sealing_key, found.previous.as_ref(), found.next.as_ref())?,
        };
        Ok(Listed { resources: found.items, total: found.total.unwrap_or_default(), start_index, cursors })
    }

    /// Resources of several types, one type after the other.
    fn across(&self, types: &[&'static ResourceType]) -> Result<Listed, Error> {
        let filters = across::filters(self.query.filter.as_ref(), types)?;
        let mut page =
            Listed { resources: Vec::new(), total: 0, start_index: None, cursors: Cursors::default() };
        let mut from = self.beginning(types)?;
        for (place, of) in types.iter().enumerate() {
            let filter = filters.get(place).and_then(Option::as_ref);
            let room = self.limit() - i64::try_from(page.resources.len()).unwrap_or(i64::MAX);
            let (window, limit) = match &from {
                From::Index(skip) => (Window::Skip(*skip), room),
                From::Cursor(begins, window) if *begins == place => (window.clone(), room),
                // Before the cursor, only counted; after it, from the beginning.
                From::Cursor(begins, _) if *begins > place => (Window::After(None), 0),
                From::Cursor(..) => (Window::After(None), room),
            };
            let found = self.find(of, filter, window, limit)?;
            let total = found.total.unwrap_or_default();
            page.total += total;
            page.resources.extend(found.items);
            match &mut from {
                From::Index(skip) => *skip = (*skip - total).max(0),
                From::Cursor(begins, _) => {
                    if page.cursors.next.is_none() && *begins <= place {
                        let rest = limit == 0 && total > 0;
                        let next = found.next.or_else(|| rest.then(beginning));
                        page.cursors.next =
                            self.walk(of.endpoint).cursors(&self.ctx.sealing_key, None, next.as_ref())?.next;
                    }
                }
            }
        }
        if let Page::Index { start_index, .. } = self.query.page {
            page.start_index = Some(start_index);
        }
        Ok(page)
    }

    fn beginning(&self, types: &[&'static ResourceType]) -> Result<From, Error> {
        match &self.query.page {
            Page::Index { start_index, .. } => Ok(From::Index(start_index - 1)),
            Page::Cursor { cursor: None, .. } => Ok(From::Cursor(0, Window::After(None))),
            Page::Cursor { cursor, .. } => {
                let mut outcome =
                    Err(scim::Error::new(ErrorKind::InvalidCursor, "nothing is listed here").into());
                for (place, of) in types.iter().enumerate() {
                    outcome = self.walk(of.endpoint).open(&self.ctx.sealing_key, cursor.as_deref());
                    if let Ok(window) = outcome {
                        return Ok(From::Cursor(place, window));
                    }
                }
                outcome.map(|window| From::Cursor(0, window))
            }
        }
    }

    fn find(
        &self,
        of: &'static ResourceType,
        filter: Option<&Filter>,
        window: Window,
        limit: i64,
    ) -> Result<Found<Seen>, Error> {
        let connector = self.client.connector_id();
        let asker = Asker { connector, base: self.shown.base };
        let condition = filter.map(|filter| lower::condition(filter, of, asker)).transpose()?;
        let sort = self.query.sort.as_ref();
        let sort =
            sort.map_or(Sort::UNSORTED, |sort| lower::sort(&sort.path, sort.is_descending, of, connector));
        let search = Search { condition, sort, window, limit, is_counted: true };
        self.ctx.store.read(|conn| match subject(of) {
            ScimSubject::Users => self.users(conn, &search),
            ScimSubject::Groups => self.groups(conn, &search),
        })
    }

    fn users(&self, conn: &mut Conn, search: &Search) -> Result<Found<Seen>, Error> {
        let connector = self.client.connector_id();
        let found = search::users(conn, search)?;
        let seen = found.items.into_iter().map(|user| {
            let user = view::user_of(Some(connector), user);
            let groups = self.shown.groups.then(|| membership::groups_of(conn, &user.id)).transpose()?;
            Ok(Seen::User(SeenUser { user, groups }))
        });
        let items = seen.collect::<Result<_, Error>>()?;
        Ok(Found { items, total: found.total, next: found.next, previous: found.previous })
    }

    fn groups(&self, conn: &mut Conn, search: &Search) -> Result<Found<Seen>, Error> {
        let connector = self.client.connector_id();
        let found = search::groups(conn, search)?;
        let (mut items, mut room) = (Vec::with_capacity(found.items.len()), MEMBERS_SHOWN);
        for group in found.items {
            let group = view::group_of(Some(connector), group);
            let members = if self.shown.members {
                let limit = i64::try_from(room + 1).unwrap_or(i64::MAX);
                let members = membership::list(conn, &group.id, None, limit)?;
                room = room.checked_sub(members.len()).ok_or_else(|| {
                    let detail = format!(
                        "the groups of this page have more than {MEMBERS_SHOWN} members; ask for fewer groups, or \
                         with excludedAttributes=members"
                    );
                    scim::Error::new(ErrorKind::TooMany, detail)
                })?;
                Some(members)
            } else {
                None
            };
            items.push(Seen::Group(SeenGroup { group, members }));
        }
        Ok(Found { items, total: found.total, next: found.next, previous: found.previous })
    }

    fn limit(&self) -> i64 {
        let (Page::Index { count, .. } | Page::Cursor { count, .. }) = &self.query.page;
        let number = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        count.unwrap_or(number(DEFAULT_PAGE)).clamp(0, number(LARGEST_PAGE))
    }

    fn walk<'w>(&'w self, endpoint: &'w str) -> Walk<'w> {
        Walk {
            connector: self.client.connector_id().as_str(),
            endpoint,
            filter: self.query.filter.as_ref(),
            sort: self.query.sort.as_ref(),
        }
    }
}

/// Where a page across types begins.
enum From {
    /// After so many.
    Index(i64),
    /// In the type of this place, there.
    Cursor(usize, Window),
}

/// The place before everything.
fn beginning() -> Place {
    Place { value: None, id: String::new() }
}
