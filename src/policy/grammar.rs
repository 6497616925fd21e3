//! Text into [`Document`]: every element is known, of its form, and named by its path when it is not.

use super::condition::Condition;
use super::document::{Document, Effect, Kind, Selection, Statement, TrustedPrincipal};
use super::error::Error;
use super::json::Json;
use super::pattern::Pattern;

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// [`Error`] with the path of the element that is wrong, such as `Statement[2].Action`.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, Error> {
        read(kind, text)
    }
}

fn read(kind: Kind, text: &str) -> Result<Document, Error> {
    let received = text.chars().count();
    if let Some(limit) = kind.limit().filter(|limit| received > *limit) {
        return Err(Error::TooLong { limit, received });
    }
    let root = Json::parse(text)?;
    let Json::Object(members) = &root else {
        return Err(Error::element("the document", "an object", root));
    };
    let members = Members::new("", members, &["Version", "Statement"])?;
    match members.required("Version")? {
        Json::Text(version) if version == "1" => {}
        other => return Err(Error::element("Version", "\"1\"", other)),
    }
    let statements = match members.required("Statement")? {
        Json::List(items) if !items.is_empty() => items,
        other => return Err(Error::element("Statement", "a list of at least one statement", other)),
    };
    let statements = statements.iter().enumerate().map(|(index, json)| statement(kind, index, json));
    Ok(Document { statements: statements.collect::<Result<_, _>>()? })
}

fn statement(kind: Kind, index: usize, json: &Json) -> Result<Statement, Error> {
    let path = format!("Statement[{index}]");
    let Json::Object(members) = json else {
        return Err(Error::element(&path, "an object", json));
    };
    let known: &[&str] = match kind {
        Kind::Trust => &["Effect", "Action", "NotAction", "Principal", "Condition"],
        _ => &["Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"],
    };
    let members = Members::new(&path, members, known)?;
    let effect = match members.required("Effect")? {
        Json::Text(effect) if effect == "Allow" => Effect::Allow,
        Json::Text(effect) if effect == "Deny" => Effect::Deny,
        other => return Err(Error::element(&members.path("Effect"), "Allow or Deny", other)),
    };
    let action = members.selection("Action", "NotAction", action_pattern)?;
    let (resource, principals) = match kind {
        Kind::Trust => (None, principals(&members)?),
        _ => (Some(members.selection("Resource", "NotResource", resource_pattern)?), Vec::new()),
    };
    let conditions = match members.optional("Condition") {
        Some(json) => conditions(&members.path("Condition"), json)?,
        None => Vec::new(),
    };
    Ok(Statement { effect, action, resource, principals, conditions })
}

fn action_pattern(text: &str) -> Result<Pattern, &'static str> {
    const FORM: &str = "'*' or <product>:<action>";
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_*?/".contains(&byte))
    };
    let is_action = text
        .split_once(':')
        .is_some_and(|(product, action)| is_word(product) && action.split(':').all(is_word));
    if text != "*" && !is_action {
        return Err(FORM);
    }
    Pattern::wild_folded(text).ok_or(FORM)
}

fn resource_pattern(text: &str) -> Result<Pattern, &'static str> {
    const FORM: &str = "'*' or acs:<product>:<region>:<account>:<resource>";
    let is_arn = text.starts_with("acs:") && text.splitn(5, ':').filter(|part| !part.is_empty()).count() >= 3;
    let has_parts = text.split(':').count() >= 5 || text.contains('*');
    if text.contains(char::is_control) || !(text == "*" || is_arn && has_parts) {
        return Err(FORM);
    }
    Pattern::wild(text).ok_or(FORM)
}

fn principals(members: &Members<'_>) -> Result<Vec<TrustedPrincipal>, Error> {
    let path = members.path("Principal");
    let json = members.required("Principal")?;
    let Json::Object(kinds) = json else {
        return Err(Error::element(&path, "an object with RAM, Service or Federated", json));
    };
    let kinds = Members::new(&path, kinds, &["RAM", "Service", "Federated"])?;
    let mut principals = Vec::new();
    for (name, json) in kinds.members {
        for (path, text) in texts(&kinds.path(name), json)? {
            let principal = principal(name, text);
            let refusal = || Error::element(&path, principal_form(name), Json::Text(text.to_owned()));
            principals.push(principal.ok_or_else(refusal)?);
        }
    }
    if principals.is_empty() {
        return Err(Error::element(&path, "an object with RAM, Service or Federated", "empty"));
    }
    Ok(principals)
}

fn principal_form(kind: &str) -> &'static str {
    match kind {
        "RAM" => "acs:ram::<account>:root, or the ARN of a user or role, without wildcards",
        "Service" => "the name of a service, without wildcards",
        _ => "acs:ram::<account>:saml-provider/<name> or …:oidc-provider/<name>, without wildcards",
    }
}

/// A wildcard here would let strangers in, so that none is read at all.
fn principal(kind: &str, text: &str) -> Option<TrustedPrincipal> {
    if text.is_empty() || text.contains(['*', '?', '$', ' ']) {
        return None;
    }
    if kind == "Service" {
        return text.contains('.').then(|| TrustedPrincipal::Service(text.to_owned()));
    }
    let (account, name) = text.strip_prefix("acs:ram::")?.split_once(':')?;
    if account.is_empty() || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_below = |folders: &[&str]| {
        folders.iter().any(|folder| name.strip_prefix(folder).is_some_and(|rest| !rest.is_empty()))
    };
    match kind {
        "RAM" if name == "root" => Some(TrustedPrincipal::Account(account.to_owned())),
        "RAM" if is_below(&["user/", "role/", "assumed-role/"]) => {
            Some(TrustedPrincipal::Identity(text.to_owned()))
        }
        "Federated" if is_below(&["saml-provider/", "oidc-provider/"]) => {
            Some(TrustedPrincipal::Federated(text.to_owned()))
        }
        _ => None,
    }
}

fn conditions(path: &str, json: &Json) -> Result<Vec<Condition>, Error> {
    let Json::Object(operators) = json else {
        return Err(Error::element(path, "an object of operators", json));
    };
    let mut conditions = Vec::new();
    for (operator, json) in operators {
        let path = format!("{path}.{operator}");
        let Json::Object(keys) = json else {
            return Err(Error::element(&path, "an object of keys", json));
        };
        for (key, json) in keys {
            let path = format!("{path}.{key}");
            let operands = operands(&path, json)?;
            conditions.push(Condition::read(&path, operator, key, &operands)?);
        }
    }
    Ok(conditions)
}

/// One value or a list of them, as text; a number or truth value may stand without quotes.
fn operands(path: &str, json: &Json) -> Result<Vec<String>, Error> {
    let text = |json: &Json| match json {
        Json::Text(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(json.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => {
            Err(Error::element(path, "a text or a list of texts", json))
        }
    };
    match json {
        Json::List(items) if !items.is_empty() => items.iter().map(text).collect(),
        Json::List(_) => Err(Error::element(path, "a text or a list of texts", "empty")),
        one => Ok(vec![text(one)?]),
    }
}

/// A text, or a list of at least one, each with its path.
fn texts<'j>(path: &str, json: &'j Json) -> Result<Vec<(String, &'j str)>, Error> {
    match json {
        Json::Text(text) => Ok(vec![(path.to_owned(), text)]),
        Json::List(items) if !items.is_empty() => {
            let item = |(index, item): (usize, &'j Json)| match item {
                Json::Text(text) => Ok((format!("{path}[{index}]"), text.as_str())),
                other => Err(Error::element(&format!("{path}[{index}]"), "a text", other)),
            };
            items.iter().enumerate().map(item).collect()
        }
        Json::List(_) => Err(Error::element(path, "a text or a list of texts", "empty")),
        other => Err(Error::element(path, "a text or a list of texts", other)),
    }
}

/// The members of an object whose names were all found to be known.
struct Members<'j> {
    path: String,
    members: &'j [(String, Json)],
}

impl<'j> Members<'j> {
    fn new(path: &str, members: &'j [(String, Json)], known: &[&str]) -> Result<Self, Error> {
        let this = Self { path: path.to_owned(), members };
        match members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Error::Unknown(this.path(&name.chars().take(64).collect::<String>()))),
            None => Ok(this),
        }
    }

    fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn optional(&self, name: &str) -> Option<&'j Json> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, json)| json)
    }

    fn required(&self, name: &str) -> Result<&'j Json, Error> {
        self.optional(name).ok_or_else(|| Error::Missing(self.path(name)))
    }

    /// Exactly one of two members, the second of which inverts.
    fn selection(
        &self,
        name: &str,
        inverted: &str,
        read: fn(&str) -> Result<Pattern, &'static str>,
    ) -> Result<Selection, Error> {
        let (name, json, is_inverted) = match (self.optional(name), self.optional(inverted)) {
            (Some(json), None) => (name, json, false),
            (None, Some(json)) => (inverted, json, true),
            (None, None) => return Err(Error::Missing(self.path(name))),
            (Some(_), Some(_)) => {
                return Err(Error::element(&self.path(inverted), "absent beside its opposite", "present"));
            }
        };
        let pattern = |(path, text): (String, &str)| {
            read(text).map_err(|expected| Error::element(&path, expected, Json::Text(text.to_owned())))
        };
        let patterns = texts(&self.path(name), json)?.into_iter().map(pattern).collect::<Result<_, _>>()?;
        Ok(Selection { is_inverted, patterns })
    }
}
