//! An identity provider that pushes by SCIM, without a library: every header and every byte is the test's own.

use cloudsso::base::Secret;
use serde_json::{Value, json};
use ureq::Agent;

use super::app::TestApp;

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub(crate) const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
pub(crate) const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts status and keyword of a refusal; gives its detail.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, scim_type: impl Into<Option<&'static str>>) -> String {
        let body = self.json();
        let said = (self.status, body["scimType"].as_str());
        assert_eq!(said, (status, scim_type.into()), "{}", self.body);
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(body["status"], status.to_string(), "the status is a text");
        body["detail"].as_str().unwrap_or_default().to_owned()
    }
}

/// Requests with one token.
pub(crate) struct Idp {
    base: String,
    token: Option<Secret>,
    agent: Agent,
}

impl Idp {
    /// One that sends this token to the product.
    pub(crate) fn new(app: &TestApp, token: Option<Secret>) -> Self {
        Self::at(app.url("/scim/v2"), token)
    }

    /// One that sends this token to whatever stands at this address.
    pub(crate) fn at(base: String, token: Option<Secret>) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        Self { base, token, agent }
    }

    /// One request, with these headers beside the token and these bytes as its body.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Reply {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.expose()));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.unwrap_or_default().to_vec()).unwrap();
        let agent = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        let mut answer = self.agent.run(agent).unwrap();
        let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Reply {
            status: answer.status().as_u16(),
            headers: answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: answer.body_mut().with_config().limit(256 * 1024 * 1024).read_to_string().unwrap(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.with_body("POST", path, &[], body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.with_body("PUT", path, &[], body)
    }

    /// A PATCH of these operations.
    pub(crate) fn patch(&self, path: &str, operations: &Value) -> Reply {
        self.with_body("PATCH", path, &[], &json!({ "schemas": [PATCH], "Operations": operations }))
    }

    /// A request with a SCIM body and these headers.
    pub(crate) fn with_body(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Reply {
        let mut all = vec![("content-type", "application/scim+json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, Some(body.to_string().as_bytes()))
    }

    /// `GET` with this filter, which is encoded here.
    pub(crate) fn find(&self, endpoint: &str, filter: &str) -> Reply {
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", filter).finish();
        self.get(&format!("{endpoint}?{query}"))
    }

    /// Creates a user of this name and gives their id.
    #[track_caller]
    pub(crate) fn user(&self, name: &str) -> String {
        let made = self.post("/Users", &json!({ "schemas": [USER], "userName": name })).is(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Creates a group of this name with these members and gives its id.
    #[track_caller]
    pub(crate) fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "schemas": [GROUP], "displayName": name, "members": members });
        self.post("/Groups", &body).is(201)["id"].as_str().unwrap().to_owned()
    }
}
