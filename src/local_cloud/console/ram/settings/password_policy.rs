//! The account's password policy, every field of it in words.

use serde_json::{Map, Value};

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::label::{Label, filled, in_words, is_on, truth};
use super::number::{Number, NumberView};

const NUMBERS: &[Number] = &[
    Number {
        field: "minimum_length",
        parameter: "MinimumPasswordLength",
        label: "Shortest password",
        hint: "Characters, 8 to 32. Nobody's password is longer than 32.",
        range: 8..=32,
    },
    Number {
        field: "different_characters",
        parameter: "MinimumPasswordDifferentCharacter",
        label: "Different characters",
        hint: "How many characters of a password must differ from each other, up to 8. 0: any.",
        range: 0..=8,
    },
    Number {
        field: "max_age",
        parameter: "MaxPasswordAge",
        label: "Days until a password is too old",
        hint: "Up to 1,095. 0: passwords do not grow old.",
        range: 0..=1095,
    },
    Number {
        field: "initial_age",
        parameter: "InitialPasswordAge",
        label: "Days that a first password is good for",
        hint: "A first password is one that somebody else chose. Up to 90. 0: for ever.",
        range: 0..=90,
    },
    Number {
        field: "reuse_prevention",
        parameter: "PasswordReusePrevention",
        label: "Earlier passwords that may not come back",
        hint: "Up to 24. 0: any may.",
        range: 0..=24,
    },
    Number {
        field: "max_login_attempts",
        parameter: "MaxLoginAttemps",
        label: "Wrong passwords within an hour before a user is locked",
        hint: "The lock lasts an hour. Up to 32. 0: nobody is locked.",
        range: 0..=32,
    },
];

/// A box of the form.
struct Switch {
    field: &'static str,
    parameter: &'static str,
    label: &'static str,
}

const CHARACTERS: &[Switch] = &[
    Switch {
        field: "lowercase",
        parameter: "RequireLowercaseCharacters",
        label: "A password needs a lowercase letter",
    },
    Switch {
        field: "uppercase",
        parameter: "RequireUppercaseCharacters",
        label: "A password needs an uppercase letter",
    },
    Switch { field: "digit", parameter: "RequireNumbers", label: "A password needs a digit" },
    Switch {
        field: "sign",
        parameter: "RequireSymbols",
        label: "A password needs a sign that is neither letter nor digit",
    },
    Switch {
        field: "no_user_name",
        parameter: "PasswordNotContainUserName",
        label: "A password may not hold the user's name",
    },
    Switch {
        field: "no_risk",
        parameter: "InterceptRiskPasswordOnApi",
        label: "Refuse passwords that everybody guesses first, such as Password123",
    },
];

const EXPIRY: &Switch = &Switch {
    field: "hard_expire",
    parameter: "HardExpire",
    label: "Whoever has a password that is too old is shut out until an administrator sets another",
};

const DEED: &str = "set-password-policy";

/// The form, filled in.
pub(super) struct PasswordPolicyView {
    pub(super) numbers: Vec<NumberView>,
    pub(super) characters: Vec<SwitchView>,
    pub(super) expiry: SwitchView,
}

pub(super) struct SwitchView {
    pub(super) field: &'static str,
    pub(super) label: &'static str,
    pub(super) is_on: bool,
}

pub(super) fn view(desk: &Desk<'_>, visit: &Visit) -> Result<PasswordPolicyView, Refusal> {
    let policy = desk.ask_for::<Map<String, Value>>((IMS, "GetPasswordPolicy"), &[], &["PasswordPolicy"])?;
    let number = |number: &'static Number| {
        number.view(visit, policy.get(number.parameter).and_then(Value::as_i64).unwrap_or_default())
    };
    let switch = |switch: &'static Switch| SwitchView {
        field: switch.field,
        label: switch.label,
        is_on: is_on(
            visit,
            (DEED, switch.field),
            policy.get(switch.parameter).is_some_and(|value| *value == Value::Bool(true)),
        ),
    };
    Ok(PasswordPolicyView {
        numbers: NUMBERS.iter().map(number).collect(),
        characters: CHARACTERS.iter().map(switch).collect(),
        expiry: switch(EXPIRY),
    })
}

/// Sets the policy whole, as the action does: every field of it is on the form.
pub(super) fn set(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let mut parameters = Vec::new();
    for number in NUMBERS {
        parameters.push((number.parameter, filled(visit, number.field, number.label)?));
    }
    for switch in CHARACTERS.iter().chain([EXPIRY]) {
        parameters.push((switch.parameter, truth(visit.is_ticked(switch.field))));
    }
    let labels: Vec<Label> = NUMBERS.iter().map(|number| (number.parameter, number.label)).collect();
    desk.call(IMS, "SetPasswordPolicy", &parameters).map_err(|refusal| in_words(refusal, &labels))?;
    Ok(Done::Here)
}
