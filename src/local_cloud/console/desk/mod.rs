//! The desk of somebody who is signed in: pages with forms, over the actions of the APIs.
//!
//! A screen is one address: it shows something, and its forms post to the same address with the field
//! `deed`, which says what is to be done. What a deed may do is decided by the action that it calls, as for
//! every caller of the API; a refusal shows the page again with its reason and what was typed.

mod frame;
mod serve;
mod sheet;
mod visit;

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::{Secret, Timestamp};
use crate::local_cloud::api::{
    self, CreatedUser, Invocation, Maker, NewUser, NotCreated, Outcome, OwnRights,
};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::{password, setting};
use crate::rpc::Parameters;

use super::browser::Browser;
use super::opening::Opened;
use super::session::{Open, Session};
use super::switching;

pub(crate) use frame::Frame;
pub(crate) use serve::register;
pub(crate) use sheet::{Page, render};
pub(crate) use visit::Visit;

/// One address of a console.
pub(crate) struct Screen {
    /// With places in braces, such as `/ram/users/{user}`.
    pub(crate) path: &'static str,
    pub(crate) show: fn(&Desk<'_>, &Visit) -> Result<Page, Refusal>,
    pub(crate) deeds: &'static [Deed],
}

/// Something that a form of a screen does.
pub(crate) struct Deed {
    /// The value of the form's field `deed`.
    pub(crate) name: &'static str,
    pub(crate) act: fn(&Desk<'_>, &Visit) -> Result<Done, Refusal>,
    /// What the page says when it is done.
    pub(crate) said: &'static str,
}

/// What comes after a deed.
pub(crate) enum Done {
    /// The same page again.
    Here,
    /// Another page of ours, which says what was done if it is a screen of the same console.
    At(String),
    /// A page that is shown this once: it holds what is never shown again.
    Once(Page),
    /// Another console.
    Entered(Opened),
}

/// Somebody in an account, with a request in hand.
pub(crate) struct Desk<'a> {
    cloud: &'a Cloud,
    browser: &'a Browser,
    open: &'a Open,
    session: &'a Session,
    channel: Channel,
    now: Timestamp,
    /// What was done before this page, for its frame.
    said: Cell<Option<&'static str>>,
}

impl Desk<'_> {
    /// Carries out an action of an API, as the session's holder.
    pub(crate) fn call(&self, version: &str, action: &str, parameters: &[(&str, &str)]) -> Outcome {
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        api::perform(action, &self.invocation(version, &Parameters::new(parameters)?))
    }

    /// What the RAM user whose session it is may do for itself.
    pub(crate) fn own_rights(&self) -> Result<OwnRights, Refusal> {
        api::own_rights(&self.invocation(api::version::IMS, &Parameters::new([])?))
    }

    /// For what is no action of an API: who asks, and how they came.
    pub(crate) fn invocation<'d>(&'d self, version: &'d str, parameters: &'d Parameters) -> Invocation<'d> {
        Invocation {
            cloud: self.cloud,
            identity: &self.session.identity,
            parameters,
            channel: self.channel,
            session_id: Some(&self.session.row.id),
            version,
            now: self.now,
        }
    }

    /// As [`Desk::call`], with the answer as a type that has its members.
    pub(crate) fn ask<T: DeserializeOwned>(
        &self,
        (version, action): (&str, &str),
        parameters: &[(&str, &str)],
    ) -> Result<T, Refusal> {
        let answer = self.call(version, action, parameters)?;
        serde_json::from_value(answer)
            .map_err(|error| Refusal::Internal(format!("the answer of {action}: {error}")))
    }

    /// As [`Desk::ask`], where what is asked for need not be there.
    pub(crate) fn find<T: DeserializeOwned>(
        &self,
        action: (&str, &str),
        parameters: &[(&str, &str)],
    ) -> Result<Option<T>, Refusal> {
        match self.ask(action, parameters) {
            Err(Refusal::Missing { .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// As [`Desk::ask`], for one member of the answer: `path` are the names that lead to it.
    pub(crate) fn ask_for<T: DeserializeOwned>(
        &self,
        (version, action): (&str, &str),
        parameters: &[(&str, &str)],
        path: &[&str],
    ) -> Result<T, Refusal> {
        member(action, &mut self.call(version, action, parameters)?, path)
    }

    /// One page of a list that is paged by marker; `path` are the names of its two levels.
    pub(crate) fn ask_list<T: DeserializeOwned>(
        &self,
        (version, action): (&str, &str),
        parameters: &[(&str, &str)],
        path: &[&str],
    ) -> Result<List<T>, Refusal> {
        let mut answer = self.call(version, action, parameters)?;
        let items = member(action, &mut answer, path)?;
        Ok(List { items, marker: answer.get("Marker").and_then(Value::as_str).map(str::to_owned) })
    }

    /// Every item of such a list.
    pub(crate) fn ask_all<T: DeserializeOwned>(
        &self,
        action: (&str, &str),
        parameters: &[(&str, &str)],
        path: &[&str],
    ) -> Result<Vec<T>, Refusal> {
        let mut items = Vec::new();
        let mut marker = String::new();
        loop {
            let mut parameters = parameters.to_vec();
            parameters.push(("MaxItems", "100"));
            if !marker.is_empty() {
                parameters.push(("Marker", &marker));
            }
            let page = self.ask_list(action, &parameters, path)?;
            items.extend(page.items);
            match page.marker {
                Some(next) => marker = next,
                None => return Ok(items),
            }
        }
    }

    /// Makes several users, all of them or none.
    pub(crate) fn create_users(&self, users: &[NewUser]) -> Result<Vec<CreatedUser>, NotCreated> {
        let maker = Maker { cloud: self.cloud, identity: &self.session.identity, channel: self.channel };
        api::create_users(maker, users)
    }

    /// A password that the account's policy admits for the user of this name.
    pub(crate) fn draw_password(&self, user_name: &str) -> Result<Secret, Refusal> {
        let policy =
            self.cloud.store.read(|connection| setting::read(connection, &self.session.account.id))?;
        password::generate(&policy, &self.cloud.random, user_name)
    }

    /// Opens a console of a role.
    pub(crate) fn switch_role(&self, to: &Arn) -> Result<Opened, Refusal> {
        switching::switch_role(self.cloud, (self.browser, self.session), self.channel, to)
    }

    /// Refuses a form that was sent before: for what makes something new each time, and shows it once.
    pub(crate) fn use_up(&self, visit: &Visit) -> Result<(), Refusal> {
        let until = self.session.expires_at();
        // A page may have several such forms: each is sent once.
        let once = format!("{} {}", visit.given("deed"), visit.given("once"));
        let is_new = self.cloud.store.use_nonce(&self.session.row.id, &once, self.now, until)?;
        if is_new && !visit.given("once").is_empty() {
            return Ok(());
        }
        Err(Refusal::State {
            code: "FormSentBefore",
            reason: "This form was sent before, and what it made was shown then. Nothing more was done.",
        })
    }

    pub(crate) const fn session(&self) -> &Session {
        self.session
    }

    /// What the browser has open.
    pub(crate) const fn open(&self) -> &Open {
        self.open
    }

    pub(crate) const fn cloud(&self) -> &Cloud {
        self.cloud
    }

    /// By which way the request came.
    pub(crate) const fn channel(&self) -> Channel {
        self.channel
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }
}

/// A page of a list.
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// After which the next page begins, where there is one.
    pub(crate) marker: Option<String>,
}

/// Takes what stands at the end of `path` out of an action's answer.
fn member<T: DeserializeOwned>(action: &str, answer: &mut Value, path: &[&str]) -> Result<T, Refusal> {
    let found = path.iter().try_fold(answer, |value, name| value.get_mut(name)).map(Value::take);
    found
        .and_then(|value| serde_json::from_value(value).ok())
        .ok_or_else(|| Refusal::Internal(format!("the answer of {action} has no {}", path.join("."))))
}

/// A path of ours with `parts` in it, each as one segment.
pub(crate) fn path<'p>(parts: impl IntoIterator<Item = &'p str>) -> String {
    let mut path = String::new();
    for part in parts {
        path.push('/');
        path.extend(url::form_urlencoded::byte_serialize(part.as_bytes()).map(|piece| match piece {
            "+" => Cow::Borrowed("%20"),
            piece => Cow::Borrowed(piece),
        }));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_segment_of_a_path() {
        for (name, expected) in [
            ("alice", "/ram/users/alice"),
            ("a b+c", "/ram/users/a%20b%2Bc"),
            ("../../console", "/ram/users/..%2F..%2Fconsole"),
            ("a?done=x#y", "/ram/users/a%3Fdone%3Dx%23y"),
            ("%2e%2e", "/ram/users/%252e%252e"),
            ("a\r\nSet-Cookie: b=c", "/ram/users/a%0D%0ASet-Cookie%3A%20b%3Dc"),
            ("\\evil", "/ram/users/%5Cevil"),
            ("名", "/ram/users/%E5%90%8D"),
        ] {
            assert_eq!(path(["ram", "users", name]), expected);
        }
    }
}
