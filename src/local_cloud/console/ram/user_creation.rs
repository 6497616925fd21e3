//! Users made, one or many at once: all of them or none.

use askama::Template;
use serde::Deserialize;

use crate::base::Secret;
use crate::local_cloud::api::{CreatedUser, NewUser, NotCreated};
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::rpc::Parameters;

use super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::credential::{Credential, KeyAnswer, credential_file};
use super::password_choice::{self, PasswordChoice};
use super::{address, default_domain};

/// Users that one form makes.
const MOST: usize = 20;
/// Rows that the form has unless more are asked for, and how many there may be.
const ROWS: [usize; 3] = [5, 10, MOST];
/// Tags that the form gives to each.
const TAGS: usize = 3;

/// How a user comes in: the values of the field `access`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    None,
    Console,
    Key,
    Both,
}

/// A row of the form.
struct Row<'a> {
    number: usize,
    name: &'a str,
    display_name: &'a str,
    access: &'a str,
}

#[derive(Template)]
#[template(path = "local_cloud/ram/user_creation.html")]
struct CreationPage<'a> {
    frame: Frame,
    domain: String,
    rows: Vec<Row<'a>>,
    tags: Vec<(usize, &'a str, &'a str)>,
    choice: PasswordChoice,
}

#[derive(Template)]
#[template(path = "local_cloud/ram/users_created.html")]
struct CreatedPage {
    frame: Frame,
    credentials: Vec<Credential>,
    /// For the browser to save.
    file: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreatedAnswer {
    access_key: KeyAnswer,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let asked = visit.asked("rows").parse().ok().filter(|rows| ROWS.contains(rows)).unwrap_or(ROWS[0]);
    let typed = rows(visit);
    let count = asked.max(typed.len());
    let blank = |number| Row { number, name: "", display_name: "", access: "console" };
    let known = typed.len();
    let rows = typed.into_iter().chain((known + 1..=count).map(blank)).collect();
    let keys = tag_fields(visit);
    let tags = (0..TAGS).map(|index| {
        let (key, value) = keys.get(index).copied().unwrap_or_default();
        (index + 1, key, value)
    });
    render(&CreationPage {
        frame: Frame::new(desk, visit)?,
        domain: default_domain(desk)?,
        rows,
        tags: tags.collect(),
        choice: PasswordChoice::of(visit),
    })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let rows = rows(visit);
    if rows.is_empty() {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing("name".to_owned())));
    }
    if rows.len() > MOST {
        let rule = format!("given for {MOST} users at most");
        return Err(Refusal::parameter("name", Flaw::Value, rule));
    }
    let mut users = Vec::new();
    let mut passwords = Vec::new();
    for row in &rows {
        let (new, password) = new_user(desk, visit, row)?;
        users.push(new);
        passwords.push(password);
    }
    desk.use_up(visit)?;
    let created = desk.create_users(&users).map_err(|not_created| match not_created {
        NotCreated::Refused(index, refusal) => {
            let name = rows.get(index).map(|row| row.name).unwrap_or_default();
            refusal.about(&format!("User {} ({name})", index + 1))
        }
        NotCreated::Failed(refusal) => refusal,
        NotCreated::Rehearsed => Refusal::Internal("a rehearsal is over".to_owned()),
    })?;
    let domain = default_domain(desk)?;
    let mut credentials = Vec::new();
    for ((row, password), answers) in rows.iter().zip(passwords).zip(created) {
        let logon_name = format!("{}@{domain}", row.name);
        credentials.push(credential(logon_name, row, password, answers)?);
    }
    let file = credential_file(&credentials);
    render(&CreatedPage { frame: Frame::new(desk, visit)?, credentials, file }).map(Done::Once)
}

fn credential(
    logon_name: String,
    row: &Row<'_>,
    password: Option<Secret>,
    answers: CreatedUser,
) -> Result<Credential, Refusal> {
    let broken = |error| Refusal::Internal(format!("the answer of CreateAccessKey: {error}"));
    let key = answers.access_key.map(serde_json::from_value::<CreatedAnswer>).transpose().map_err(broken)?;
    Ok(Credential {
        href: address::user(row.name),
        logon_name,
        has_console: Access::of(row.access).is_some_and(Access::has_console),
        password,
        access_key: key.map(|answer| answer.access_key.into()),
    })
}

/// The rows that were filled in.
fn rows(visit: &Visit) -> Vec<Row<'_>> {
    let (display_names, access): (Vec<_>, Vec<_>) =
        (visit.given_all("display_name").collect(), visit.given_all("access").collect());
    let all = visit.given_all("name").enumerate().map(|(index, name)| Row {
        number: index + 1,
        name: name.trim(),
        display_name: display_names.get(index).copied().unwrap_or_default().trim(),
        access: access.get(index).copied().unwrap_or_default(),
    });
    let mut rows: Vec<_> = all.filter(|row| !row.name.is_empty() || !row.display_name.is_empty()).collect();
    for (index, row) in rows.iter_mut().enumerate() {
        row.number = index + 1;
    }
    rows
}

fn tag_fields(visit: &Visit) -> Vec<(&str, &str)> {
    visit.given_all("tag_key").zip(visit.given_all("tag_value")).collect()
}

/// What a row asks for, and the password that was drawn for it, if one was.
fn new_user(desk: &Desk<'_>, visit: &Visit, row: &Row<'_>) -> Result<(NewUser, Option<Secret>), Refusal> {
    let access = Access::of(row.access)
        .ok_or_else(|| Refusal::parameter("access", Flaw::Value, "console, access-key, both or none"))?;
    let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut user = vec![owned("UserName", row.name), owned("DisplayName", row.display_name)];
    let tags = tag_fields(visit).into_iter().filter(|(key, value)| !key.is_empty() || !value.is_empty());
    for (index, (key, value)) in tags.enumerate() {
        user.push((format!("Tag.{}.Key", index + 1), key.to_owned()));
        user.push((format!("Tag.{}.Value", index + 1), value.to_owned()));
    }
    let (mut login_profile, mut drawn) = (None, None);
    if access.has_console() {
        let mut asked = password_choice::parameters(desk, visit, row.name)?;
        asked.parameters.push(owned("UserName", row.name));
        login_profile = Some(Parameters::new(asked.parameters)?);
        drawn = asked.drawn;
    }
    let access_key = match access {
        Access::Key | Access::Both => Some(Parameters::new([owned("UserName", row.name)])?),
        Access::Console | Access::None => None,
    };
    Ok((NewUser { user: Parameters::new(user)?, login_profile, access_key }, drawn))
}

impl Access {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "console" => Self::Console,
            "access-key" => Self::Key,
            "both" => Self::Both,
            _ => return None,
        })
    }

    const fn has_console(self) -> bool {
        matches!(self, Self::Console | Self::Both)
    }
}
