//! Fields of posted forms.

use url::form_urlencoded;

/// The one value of a form field; none where it stands twice.
pub(super) fn field(form: &[u8], name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(form).filter(|(key, _)| key == name).map(|(_, value)| value);
    let value = values.next()?.into_owned();
    values.next().is_none().then_some(value)
}
