//! Answers: the body of a success and of a refusal, as JSON or XML.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Fault, Format, xml};

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The success of `action`: the members of `result`, which must be an object, and `RequestId`.
    pub fn success(format: Format, action: &str, request_id: &str, result: impl Serialize) -> Self {
        match serde_json::to_value(result) {
            Ok(Value::Object(mut members)) => {
                members.insert("RequestId".to_owned(), request_id.into());
                Self::write(format, 200, &format!("{action}Response"), &Value::Object(members))
            }
            Ok(_) | Err(_) => Self::failure(
                format,
                request_id,
                "",
                &Fault::new(500, "InternalError", "No answer could be written."),
            ),
        }
    }

    /// A refusal; `host` is the endpoint that was called.
    pub fn failure(format: Format, request_id: &str, host: &str, fault: &Fault) -> Self {
        let body = json!({
            "RequestId": request_id,
            "HostId": host,
            "Code": fault.code,
            "Message": fault.message,
            "Recommend": recommendation(fault.status),
        });
        Self::write(format, fault.status, "Error", &body)
    }

    fn write(format: Format, status: u16, root: &str, body: &Value) -> Self {
        match format {
            Format::Json => {
                Self { status, content_type: "application/json; charset=utf-8", body: body.to_string() }
            }
            Format::Xml => {
                Self { status, content_type: "text/xml; charset=utf-8", body: xml::document(root, body) }
            }
        }
    }
}

fn recommendation(status: u16) -> &'static str {
    match status {
        403 => "Ask an administrator of the account for the permission.",
        404 => "Check that the name or id is right and belongs to this account.",
        409 => "Look at the present state of the resource first.",
        429 | 500.. => "Try again after a pause.",
        _ => "Check the request against the message.",
    }
}

#[cfg(test)]
mod tests {
    use crate::rpc::Error;

    use super::*;

    #[test]
    fn a_success_carries_its_request_id() {
        let answer = Answer::success(Format::Json, "GetRole", "req-1", json!({"Role": {"RoleName": "a"}}));
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, body), (200, json!({"Role": {"RoleName": "a"}, "RequestId": "req-1"})));
        let answer = Answer::success(Format::Xml, "GetRole", "req-1", json!({}));
        assert!(answer.body.ends_with("<GetRoleResponse><RequestId>req-1</RequestId></GetRoleResponse>"));
    }

    #[test]
    fn a_refusal_has_the_five_fields() {
        let fault = Fault::from(Error::Missing("RoleName".to_owned()));
        let answer = Answer::failure(Format::Json, "req-1", "127.0.0.1:8090", &fault);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, 400);
        assert_eq!(body["Code"], "MissingRoleName");
        assert_eq!(body["Message"], "RoleName is mandatory for this action.");
        for field in ["RequestId", "HostId", "Recommend"] {
            assert!(body[field].is_string(), "{field}");
        }
        let xml = Answer::failure(Format::Xml, "req-1", "<h>", &fault).body;
        assert!(xml.contains("<Error>") && xml.contains("<HostId>&lt;h&gt;</HostId>"), "{xml}");
    }

    #[test]
    fn what_is_not_an_object_is_an_internal_error() {
        assert_eq!(Answer::success(Format::Json, "X", "req-1", json!([1])).status, 500);
    }
}
