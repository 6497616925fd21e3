//! One filter for resources of several types: what only another type has is absent from this one
//! (RFC 7644 §3.4.2.1).

use crate::scim::filter::{Filter, Literal, Operator};
use crate::scim::path::AttributePath;
use crate::scim::schema::ResourceType;
use crate::scim::{Error, ErrorKind};

/// The filter as it is for each type, in their order.
///
/// # Errors
/// [`ErrorKind::InvalidFilter`] that names an attribute which none of the types has.
pub(super) fn filters(
    filter: Option<&Filter>,
    types: &[&'static ResourceType],
) -> Result<Vec<Option<Filter>>, Error> {
    types.iter().map(|of| filter.map(|filter| for_type(filter, of, types)).transpose()).collect()
}

fn for_type(
    filter: &Filter,
    of: &'static ResourceType,
    types: &[&'static ResourceType],
) -> Result<Filter, Error> {
    let each =
        |parts: &[Filter]| parts.iter().map(|part| for_type(part, of, types)).collect::<Result<_, _>>();
    let (path, holds_when_absent) = match filter {
        Filter::And(parts) => return Ok(Filter::And(each(parts)?)),
        Filter::Or(parts) => return Ok(Filter::Or(each(parts)?)),
        Filter::Not(inner) => return Ok(Filter::Not(Box::new(for_type(inner, of, types)?))),
        Filter::Present(path) | Filter::Element { attribute: path, .. } => (path, false),
        Filter::Compare { path, operator, value } => {
            let is_null = *value == Literal::Null;
            (path, (*operator == Operator::NotEqual) != is_null || (*operator == Operator::Equal && is_null))
        }
    };
    if of.resolve(path).is_some() {
        return Ok(filter.clone());
    }
    if !types.iter().any(|other| other.resolve(path).is_some()) {
        let shown: String = path.to_string().chars().take(100).collect();
        return Err(Error::new(ErrorKind::InvalidFilter, format!("nothing here has an attribute {shown:?}")));
    }
    let always = Filter::Present(AttributePath { schema: None, attribute: "id".to_owned(), sub: None });
    Ok(if holds_when_absent { always } else { Filter::Not(Box::new(always)) })
}

#[cfg(test)]
mod tests {
    use crate::scim::schema::{GROUP_TYPE, USER_TYPE};

    use super::*;

    fn both(text: &str) -> Result<Vec<String>, ErrorKind> {
        let filter = Filter::parse(text).unwrap();
        let split = filters(Some(&filter), &[&USER_TYPE, &GROUP_TYPE]).map_err(|error| error.kind)?;
        Ok(split.into_iter().map(|filter| filter.unwrap().to_string()).collect())
    }

    #[test]
    fn what_another_type_has_is_absent_here() {
        for (filter, users, groups) in [
            ("id eq \"x\"", "id eq \"x\"", "id eq \"x\""),
            ("userName eq \"x\"", "userName eq \"x\"", "not (id pr)"),
            ("userName ne \"x\"", "userName ne \"x\"", "id pr"),
            ("userName eq null", "userName eq null", "id pr"),
            ("userName ne null", "userName ne null", "not (id pr)"),
            ("members pr", "not (id pr)", "members pr"),
            ("emails[type eq \"work\"]", "emails[type eq \"work\"]", "not (id pr)"),
        ] {
            assert_eq!(both(filter).unwrap(), [users, groups], "{filter}");
        }
    }

    #[test]
    fn what_nobody_has_is_refused() {
        assert_eq!(both("userName eq \"x\" or shoeSize gt 1"), Err(ErrorKind::InvalidFilter));
    }
}
