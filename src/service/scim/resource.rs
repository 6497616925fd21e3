//! Users and groups as SCIM resources, and what a resource says as users and groups.

use serde_json::{Map, Value, json};

use crate::base::{GroupId, GroupName, Secret, Timestamp, UserName};
use crate::domain::{self, Group, GroupSpec, Member, Profile, Status, User, UserSpec};
use crate::scim::resource::schemas_of;
use crate::scim::schema::{GROUP_TYPE, ResourceType, USER_TYPE};
use crate::scim::{self, ErrorKind, etag};

use super::super::Error;

/// A group that somebody is in, what it is called, and whether they are in it directly.
pub(super) type Joined = (GroupId, GroupName, bool);

/// A member, and what it is called.
pub(super) type ShownMember = (Member, String);

/// The attribute that is the status.
const ACTIVE: &str = "active";

/// What a resource says of a user.
#[derive(Clone, Debug)]
pub(super) struct UserDraft {
    pub(super) spec: UserSpec,
    pub(super) profile: Profile,
    pub(super) external_id: Option<String>,
    /// Only where one is to be set.
    pub(super) password: Option<Secret>,
}

impl UserDraft {
    /// Reads attributes in their canonical form. What SCIM has no attribute for stays as it is in `existing`.
    ///
    /// # Errors
    /// [`Error::Scim`] with `invalidValue` that names the attribute which breaks the directory's rule.
    pub(super) fn read(mut attributes: Map<String, Value>, existing: Option<&User>) -> Result<Self, Error> {
        attributes.remove("schemas");
        let mut name = match attributes.remove("name") {
            Some(Value::Object(name)) => name,
            _ => Map::new(),
        };
        let user_name = text(&mut attributes, "userName").unwrap_or_default();
        let status = match attributes.remove(ACTIVE) {
            Some(Value::Bool(false)) => Status::Disabled,
            _ => Status::Enabled,
        };
        let mut spec = UserSpec {
            user_name: UserName::parse(&user_name).map_err(|error| renamed(error.into()))?,
            display_name: text(&mut attributes, "displayName").unwrap_or_default(),
            first_name: text(&mut name, "givenName").unwrap_or_default(),
            last_name: text(&mut name, "familyName").unwrap_or_default(),
            email: None,
            description: existing.map(|user| user.spec.description.clone()).unwrap_or_default(),
            status,
        };
        let external_id = text(&mut attributes, "externalId");
        let password = text(&mut attributes, "password").map(Secret::new);
        if !name.is_empty() {
            attributes.insert("name".to_owned(), Value::Object(name));
        }
        let profile = Profile::new(attributes);
        spec.email = profile.main_email().map(str::to_owned);
        spec.check().map_err(renamed)?;
        Ok(Self { spec, profile, external_id, password })
    }

    /// The same of what a PATCH left: where it took `active` away, the resource does not have it any more, though
    /// the user may sign in.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(super) fn read_patched(attributes: Map<String, Value>, existing: &User) -> Result<Self, Error> {
        let is_said = attributes.contains_key(ACTIVE);
        let mut draft = Self::read(attributes, Some(existing))?;
        if !is_said {
            let mut kept = draft.profile.attributes().clone();
            kept.insert(ACTIVE.to_owned(), Value::Null);
            draft.profile = Profile::new(kept);
        }
        Ok(draft)
    }
}

/// Everything that a resource of this user says and a client may write, in its canonical form.
pub(super) fn user_attributes(user: &User) -> Map<String, Value> {
    let mut all = user.profile.attributes().clone();
    let spec = &user.spec;
    if !spec.first_name.is_empty() || !spec.last_name.is_empty() {
        let name = all.entry("name").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(name) = name {
            insert_text(name, "givenName", &spec.first_name);
            insert_text(name, "familyName", &spec.last_name);
        }
    }
    all.insert("userName".to_owned(), spec.user_name.as_str().into());
    insert_text(&mut all, "displayName", &spec.display_name);
    // Where a client took it away, nothing is said as long as that means the same.
    let is_unsaid = all.remove(ACTIVE).is_some() && spec.status == Status::Enabled;
    if !is_unsaid {
        all.insert(ACTIVE.to_owned(), (spec.status == Status::Enabled).into());
    }
    insert_text(&mut all, "externalId", user.external_id.as_deref().unwrap_or_default());
    all
}

/// A user as a resource; with the groups they are in where those are to be shown.
pub(super) fn user_resource(user: &User, groups: Option<&[Joined]>, base: &str) -> Map<String, Value> {
    let mut resource = user_attributes(user);
    if let Some(groups) = groups.filter(|groups| !groups.is_empty()) {
        let groups = groups.iter().map(|(id, name, is_direct)| {
            json!({
                "value": id,
                "$ref": location(base, &GROUP_TYPE, id.as_str()),
                "display": name,
                "type": if *is_direct { "direct" } else { "indirect" },
            })
        });
        resource.insert("groups".to_owned(), groups.collect());
    }
    let moments = (user.created_at, user.updated_at);
    complete(resource, &USER_TYPE, (user.id.as_str(), user.version), moments, base)
}

/// What a resource says of a group, but for its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupDraft {
    pub(super) spec: GroupSpec,
    pub(super) external_id: Option<String>,
}

impl GroupDraft {
    /// Reads attributes in their canonical form.
    ///
    /// # Errors
    /// [`Error::Scim`] with `invalidValue` that names the attribute which breaks the directory's rule.
    pub(super) fn read(mut attributes: Map<String, Value>, existing: Option<&Group>) -> Result<Self, Error> {
        let name = text(&mut attributes, "displayName").unwrap_or_default();
        // A name that the rule for names made here admits, or the wider one.
        let group_name = GroupName::of_provider(&name).map_err(|error| renamed(error.into()))?;
        let description = existing.map(|group| group.spec.description.clone()).unwrap_or_default();
        let external_id = text(&mut attributes, "externalId");
        Ok(Self { spec: GroupSpec { group_name, description }, external_id })
    }
}

/// Everything that a resource of this group says and a client may write, but for its members.
pub(super) fn group_attributes(group: &Group) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("displayName".to_owned(), group.spec.group_name.as_str().into());
    insert_text(&mut all, "externalId", group.external_id.as_deref().unwrap_or_default());
    all
}

/// A group as a resource; with its members where those are to be shown.
pub(super) fn group_resource(
    group: &Group,
    members: Option<&[ShownMember]>,
    base: &str,
) -> Map<String, Value> {
    let mut resource = group_attributes(group);
    if let Some(members) = members.filter(|members| !members.is_empty()) {
        let members = members.iter().map(|member| member_value(member, base));
        resource.insert("members".to_owned(), members.collect());
    }
    let moments = (group.created_at, group.updated_at);
    complete(resource, &GROUP_TYPE, (group.id.as_str(), group.version), moments, base)
}

/// A member as an element of `members`.
pub(super) fn member_value((member, display): &ShownMember, base: &str) -> Value {
    let resource_type: &ResourceType = match member {
        Member::User(_) => &USER_TYPE,
        Member::Group(_) => &GROUP_TYPE,
    };
    json!({
        "value": member.as_str(),
        "$ref": location(base, resource_type, member.as_str()),
        "display": display,
        "type": resource_type.name,
    })
}

/// Where a resource is.
pub(super) fn location(base: &str, resource_type: &ResourceType, id: &str) -> String {
    format!("{base}{}/{id}", resource_type.endpoint)
}

fn complete(
    mut resource: Map<String, Value>,
    resource_type: &'static ResourceType,
    (id, version): (&str, i64),
    (created, modified): (Timestamp, Timestamp),
    base: &str,
) -> Map<String, Value> {
    resource.insert("schemas".to_owned(), schemas_of(resource_type, &resource));
    resource.insert("id".to_owned(), id.into());
    let meta = json!({
        "resourceType": resource_type.name,
        "created": created.rfc3339_millis(),
        "lastModified": modified.rfc3339_millis(),
        "location": location(base, resource_type, id),
        "version": etag(version),
    });
    resource.insert("meta".to_owned(), meta);
    resource
}

fn text(attributes: &mut Map<String, Value>, name: &str) -> Option<String> {
    match attributes.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn insert_text(attributes: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        attributes.insert(name.to_owned(), text.into());
    }
}

/// A refusal of a field by the directory, under the name that SCIM has for it.
pub(super) fn renamed(error: domain::Error) -> Error {
    let names = [
        ("UserName", "userName"),
        ("DisplayName", "displayName"),
        ("FirstName", "name.givenName"),
        ("LastName", "name.familyName"),
        ("Email", "emails.value"),
        ("GroupName", "displayName"),
        ("Password", "password"),
    ];
    for (field, attribute) in names {
        if error.code == format!("InvalidParameter.{field}") {
            let rest = error.message.strip_prefix(field).unwrap_or(&error.message);
            return scim::Error::new(ErrorKind::InvalidValue, format!("{attribute}{rest}")).into();
        }
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(value: Value) -> Result<UserDraft, String> {
        let Value::Object(attributes) = value else { panic!("an object") };
        UserDraft::read(attributes, None).map_err(|error| error.to_string())
    }

    #[test]
    fn what_has_a_field_goes_there_and_the_rest_is_kept() {
        let read = draft(json!({
            "userName": "alice", "displayName": "Alice", "active": false, "externalId": "00u",
            "name": { "givenName": "A", "familyName": "E", "middleName": "M" },
            "emails": [{ "value": "a@x.example", "type": "work" }], "title": "Head", "password": "s",
        }))
        .unwrap();
        assert_eq!((read.spec.user_name.as_str(), read.spec.display_name.as_str()), ("alice", "Alice"));
        assert_eq!((read.spec.first_name.as_str(), read.spec.last_name.as_str()), ("A", "E"));
        assert_eq!((read.spec.email.as_deref(), read.spec.status), (Some("a@x.example"), Status::Disabled));
        assert_eq!((read.external_id.as_deref(), read.password.is_some()), (Some("00u"), true));
        let kept = json!({
            "name": { "middleName": "M" }, "emails": [{ "value": "a@x.example", "type": "work" }], "title": "Head",
        });
        assert_eq!(Value::Object(read.profile.attributes().clone()), kept);
    }

    #[test]
    fn a_refusal_names_the_attribute() {
        let refused = [
            (json!({ "userName": "a b" }), "invalidValue: userName must be 1 to 64"),
            (json!({ "userName": "a", "displayName": "x".repeat(257) }), "invalidValue: displayName"),
            (
                json!({ "userName": "a", "name": { "givenName": "x".repeat(65) } }),
                "invalidValue: name.givenName",
            ),
            (
                json!({ "userName": "a", "name": { "familyName": "x".repeat(65) } }),
                "invalidValue: name.familyName",
            ),
            (json!({ "userName": "a", "emails": [{ "value": "no address" }] }), "invalidValue: emails.value"),
        ];
        for (body, expected) in refused {
            let error = draft(body).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let unnamed = GroupDraft::read(Map::new(), None).unwrap_err().to_string();
        assert!(unnamed.starts_with("invalidValue: displayName must be"), "{unnamed}");
    }
}
