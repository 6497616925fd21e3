//! ResourceDirectoryMaster 2022-04-19: lists of members, by number or by token, by keyword and by tag.

use std::collections::BTreeMap;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::account::{self, AccountRow, DirectoryRow, Filter as AccountFilter};

use super::directory::{directory, folder_id, readable};
use super::folder::{find as find_folder, path};
use super::invocation::{Invocation, NumberedPage, Outcome, TokenPage};
use super::member::{TAGGED, listed};
use super::permission::authorise;
use super::tag::{Filter, Tags};

/// `ListAccounts`: every member. With `MaxResults` or `NextToken` it pages by token, else by number.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let arn = readable(call, connection, (&directory, "account/*"))?;
    authorise(call, connection, "resourcemanager:ListAccounts", &arn)?;
    let found = Found::read(call, connection, (&directory, None))?;
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for row in &found.rows {
        if !paths.contains_key(row.folder_id.as_str()) {
            paths.insert(&row.folder_id, path(connection, &directory, &row.folder_id)?);
        }
    }
    let item = |row: &AccountRow| {
        let mut answer = found.item(&directory, row);
        let path = paths.get(row.folder_id.as_str());
        if let (Some(members), Some(path)) = (answer.as_object_mut(), path) {
            members.insert("ResourceDirectoryPath".to_owned(), format!("{path}/{}", row.id).into());
        }
        answer
    };
    let asked = |name: &str| call.parameters.optional(name).is_some_and(|text| !text.is_empty());
    if !asked("MaxResults") && !asked("NextToken") {
        return Ok(NumberedPage::read(call.parameters)?.answer(&found.rows, ("Accounts", "Account"), item));
    }
    let page = TokenPage::read(call.parameters, "MaxResults", 10)?;
    let (total, size) = (found.rows.len(), page.size());
    let key = |row: &&AccountRow| format!("{:020}/{}", row.created_at, row.id);
    let mut answer = page.answer(found.rows.iter().collect(), "Account", key, |row| item(row));
    if let Some(members) = answer.as_object_mut() {
        let accounts = members.remove("Account").unwrap_or_default();
        members.insert("Accounts".to_owned(), json!({ "Account": accounts }));
        members.insert("TotalCount".to_owned(), total.into());
        members.insert("PageSize".to_owned(), size.into());
    }
    Ok(answer)
}

/// `ListAccountsForParent`: the members directly in one folder, the root unless said.
pub(crate) fn list_for_parent(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let parent_id = folder_id(call, "ParentFolderId", &directory);
    let arn = readable(call, connection, (&directory, &format!("folder/{parent_id}")))?;
    authorise(call, connection, "resourcemanager:ListAccountsForParent", &arn)?;
    let parent = find_folder(connection, parent_id)?;
    let page = NumberedPage::read(call.parameters)?;
    let found = Found::read(call, connection, (&directory, Some(&parent.id)))?;
    Ok(page.answer(&found.rows, ("Accounts", "Account"), |row| found.item(&directory, row)))
}

/// The members that a call's filters admit.
struct Found {
    rows: Vec<AccountRow>,
    tags: Tags,
    includes_tags: bool,
}

impl Found {
    fn read(
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        (directory, folder_id): (&DirectoryRow, Option<&str>),
    ) -> Result<Self, Refusal> {
        let includes_tags = call.parameters.boolean("IncludeTags")?.unwrap_or(false);
        let filter = Filter::read(call.parameters)?;
        let keyword = call.parameters.optional("QueryKeyword").filter(|keyword| !keyword.is_empty());
        // Those of every member are read at once, and so only where somebody asks about tags.
        let is_about_tags = includes_tags || !filter.clauses().is_empty();
        let tags = if is_about_tags {
            Tags::load(connection, &directory.management_account_id, TAGGED)?
        } else {
            Tags::default()
        };
        let mut rows = account::list_members(connection, AccountFilter { folder_id, keyword })?;
        rows.retain(|row| filter.admits(tags.of(&row.id)));
        Ok(Self { rows, tags, includes_tags })
    }

    fn item(&self, directory: &DirectoryRow, row: &AccountRow) -> Value {
        listed(directory, row, self.includes_tags.then(|| self.tags.of(&row.id)))
    }
}
