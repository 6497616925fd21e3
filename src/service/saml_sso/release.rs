//! What an application is told of people: by the mappings of its settings, and by what its metadata says that it needs.

use crate::base::GroupName;
use crate::domain::{
    Application, ApplicationSettings, AttributeExpression, AttributeMapping, AttributeNameFormat, Audience,
    ExpressionError, Subject, SubjectIdentifier, User,
};
use crate::saml::{Attribute, ServiceProvider};
use crate::storage::{Conn, membership};

use super::super::Error;

/// Bytes that the values of all attributes may have together.
const LONGEST_ATTRIBUTES: usize = 256 * 1024;

/// What an application is told.
pub(super) struct Release<'a> {
    settings: &'a ApplicationSettings,
    /// What expressions may ask of the application.
    pub(super) audience: Audience<'a>,
    /// The identifier that its metadata says it needs, where its settings have no attribute of that name.
    required: Option<AttributeMapping>,
}

impl<'a> Release<'a> {
    /// By these settings and this metadata, for a request that asks for the attributes of this
    /// `AttributeConsumingServiceIndex`, or for those of the default.
    pub(super) fn new(
        application: &'a Application,
        settings: &'a ApplicationSettings,
        provider: &'a ServiceProvider,
        attribute_consuming_service: Option<u16>,
    ) -> Self {
        let mut audience = Audience {
            entity_id: &application.entity_id,
            application_name: application.name.as_str(),
            ..Audience::default()
        };
        for attribute in &provider.entity_attributes {
            let values = audience.entity_attributes.entry(&attribute.name).or_default();
            values.extend(attribute.values.iter().map(String::as_str));
        }
        if let Some(chosen) = provider.attribute_consuming_service(attribute_consuming_service) {
            audience.requested.extend(chosen.requested.iter().map(|attribute| attribute.name.as_str()));
        }
        let is_mapped = |name: &str| settings.attributes.iter().any(|mapping| mapping.name == name);
        let required = SubjectIdentifier::required_by(&audience);
        let required = required.filter(|identifier| !is_mapped(identifier.attribute()));
        Self { settings, audience, required: required.map(SubjectIdentifier::mapping) }
    }

    /// The attributes, in their order, and whether the metadata says that they are needed, not the settings that they
    /// are given.
    pub(super) fn mappings(&self) -> impl Iterator<Item = (&AttributeMapping, bool)> {
        let given = self.settings.attributes.iter().map(|mapping| (mapping, false));
        given.chain(self.required.iter().map(|mapping| (mapping, true)))
    }

    /// Whether something that is told asks for what the application knows the person by for good.
    pub(super) fn needs_pairwise_id(&self) -> bool {
        self.any(AttributeExpression::needs_pairwise_id)
    }

    /// The groups that the person is in, where something that is told of them asks for it.
    pub(super) fn groups(&self, conn: &mut Conn, user: &User) -> Result<Vec<GroupName>, Error> {
        if !self.any(AttributeExpression::needs_groups) {
            return Ok(Vec::new());
        }
        Ok(membership::list_reached(conn, &user.id)?.into_iter().map(|(_, name, _)| name).collect())
    }

    fn any(&self, needs: fn(&AttributeExpression) -> bool) -> bool {
        let of_attributes = self.mappings().map(|(mapping, _)| &mapping.expression);
        of_attributes.chain(&self.settings.name_id_expression).any(needs)
    }

    /// The attributes that have values. The error says which cannot be told.
    pub(super) fn attributes(&self, subject: &Subject<'_>) -> Result<Vec<Attribute>, String> {
        let (mut attributes, mut bytes) = (Vec::new(), 0);
        for (mapping, _) in self.mappings() {
            let told = attribute(mapping, subject);
            let told = told.map_err(|error| format!("the attribute {:?}: {error}", mapping.name))?;
            let Some(told) = told else { continue };
            bytes += told.values.iter().map(String::len).sum::<usize>();
            if bytes > LONGEST_ATTRIBUTES {
                return Err(format!("the attributes have more than {LONGEST_ATTRIBUTES} bytes"));
            }
            attributes.push(told);
        }
        Ok(attributes)
    }
}

/// One attribute; `None` where it has no values.
pub(super) fn attribute(
    mapping: &AttributeMapping,
    subject: &Subject<'_>,
) -> Result<Option<Attribute>, ExpressionError> {
    let values = mapping.expression.evaluate(subject)?;
    if values.is_empty() {
        return Ok(None);
    }
    Ok(Some(named(mapping, values)))
}

/// Values under the names that they are given by.
pub(super) fn named(mapping: &AttributeMapping, values: Vec<String>) -> Attribute {
    let mut attribute = Attribute::new(mapping.name.as_str(), values);
    let format = mapping.name_format.map(|format| format.uri().to_owned()).or(attribute.name_format);
    attribute.name_format = Some(format.unwrap_or_else(|| AttributeNameFormat::Basic.uri().to_owned()));
    attribute.friendly_name.clone_from(&mapping.friendly_name);
    attribute
}
