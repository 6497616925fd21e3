//! A JSON value written as the vendor writes XML answers: an object's members are elements, a list is its
//! element repeated, `null` and an empty list are nothing.

use serde_json::Value;

/// Writes a document whose root is `root`.
pub(super) fn document(root: &str, value: &Value) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    element(&mut text, root, value);
    text
}

fn element(text: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        items.iter().for_each(|item| element(text, name, item));
        return;
    }
    if value.is_null() {
        return;
    }
    let name = element_name(name);
    text.push('<');
    text.push_str(&name);
    text.push('>');
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| element(text, name, value)),
        Value::String(value) => escape(text, value),
        other => escape(text, &other.to_string()),
    }
    text.push_str("</");
    text.push_str(&name);
    text.push('>');
}

/// Member names come from our own answers; one that XML cannot carry must still not break the document.
fn element_name(name: &str) -> String {
    let fits = |(position, letter): (usize, char)| {
        let fits = letter.is_ascii_alphabetic()
            || letter == '_'
            || position > 0 && (letter.is_ascii_digit() || letter == '-' || letter == '.');
        if fits { letter } else { '_' }
    };
    if name.is_empty() { "_".to_owned() } else { name.chars().enumerate().map(fits).collect() }
}

fn escape(text: &mut String, value: &str) {
    for letter in value.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\r' => text.push_str("&#13;"),
            '\t' | '\n' => text.push(letter),
            // XML 1.0 cannot carry these at all, not even escaped.
            letter if letter.is_control() && letter < ' ' => text.push('\u{FFFD}'),
            '\u{FFFE}' | '\u{FFFF}' => text.push('\u{FFFD}'),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_repeat_and_text_is_escaped() {
        let value = json!({
            "Policies": {"Policy": [{"PolicyName": "a<b>&\"c\""}, {"PolicyName": "x\u{1}y"}]},
            "IsTruncated": false, "Total": 2, "Marker": null, "Tags": []
        });
        assert_eq!(
            document("ListPoliciesForRoleResponse", &value),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListPoliciesForRoleResponse><IsTruncated>false</IsTruncated>\
             <Policies><Policy><PolicyName>a&lt;b&gt;&amp;\"c\"</PolicyName></Policy>\
             <Policy><PolicyName>x\u{FFFD}y</PolicyName></Policy></Policies><Total>2</Total></ListPoliciesForRoleResponse>"
        );
    }

    #[test]
    fn a_name_cannot_break_the_document() {
        assert_eq!(
            document("R", &json!({"a><b": 1, "1": 2})),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><_>2</_><a__b>1</a__b></R>"
        );
    }
}
