use askama::Template;

use crate::domain::{KeyGroup, KeyPurpose, KeyState};
use crate::service::key_details::KeyDetails;

use super::{Frame, Room};

/// `/admin/saml/keys`: the keys by which service providers know us.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/keys.html")]
pub struct Keys<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Every key, those of a group together.
    pub keys: &'a [KeyDetails],
}

impl Keys<'_> {
    /// The keys, group by group.
    fn groups(&self) -> Vec<(KeyGroup, Vec<&KeyDetails>)> {
        let mut groups: Vec<(KeyGroup, Vec<&KeyDetails>)> = Vec::new();
        for details in self.keys {
            let group = details.key.group();
            match groups.last_mut() {
                Some((last, keys)) if *last == group => keys.push(details),
                _ => groups.push((group, vec![details])),
            }
        }
        groups
    }

    fn title(group: &KeyGroup) -> String {
        match group {
            KeyGroup::Signing(kind) => format!("Signing, {}", kind.as_str()),
            KeyGroup::Encryption => "Encryption".to_owned(),
        }
    }

    /// What a state means, for somebody who does not turn keys every day.
    fn meaning(details: &KeyDetails) -> &'static str {
        match (details.key.purpose, details.key.state) {
            (KeyPurpose::Signing, KeyState::Active) => "Signs what we send",
            (KeyPurpose::Encryption, KeyState::Active) => "Others encrypt to it",
            (_, KeyState::Next) => "In our metadata, to sign next",
            (_, KeyState::Retiring) => "In our metadata still, signs no more",
            (KeyPurpose::Signing, KeyState::Retired) => "Not in our metadata any more",
            (KeyPurpose::Encryption, KeyState::Retired) => "Reads what was encrypted to it before",
        }
    }

    /// The groups that hold a certificate which ends soon.
    fn ending(&self) -> Vec<KeyGroup> {
        let mut ending: Vec<_> =
            self.keys.iter().filter(|details| details.is_ending).map(|details| details.key.group()).collect();
        ending.dedup();
        ending
    }
}

/// Asks once more before the keys of a group are turned, which cannot be undone.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/turn_keys.html")]
pub struct TurnKeys<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which keys.
    pub group: KeyGroup,
    /// The one in use.
    pub active: &'a KeyDetails,
    /// The one that takes its place; `None` where it is yet to be made.
    pub next: Option<&'a KeyDetails>,
}

impl TurnKeys<'_> {
    /// Whether service providers may not know the key that would sign.
    fn is_risky(&self) -> bool {
        self.next.is_some_and(|next| !next.is_known)
    }
}
