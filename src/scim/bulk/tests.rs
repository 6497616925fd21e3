//! Bulk: requests, plans, references, answers. The examples of RFC 7644 §3.7 have shorter ids.

use proptest::prelude::*;

use super::*;

/// A request with these operations.
fn parse(operations: &Value) -> Result<BulkRequest, Error> {
    BulkRequest::parse(&json!({ "schemas": [REQUEST], "Operations": operations }), 100)
}

fn post(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": format!("bulkId:{id}") })).collect();
    json!({ "method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": { "displayName": bulk_id, "members": members } })
}

/// The plan in short: `2`, `2-` for a part, `2+` for its rest.
fn plan(operations: &Value) -> Vec<String> {
    let steps = parse(operations).unwrap().plan();
    let short = steps.iter().map(|step| match step {
        Step::Whole { operation } => operation.to_string(),
        Step::Part { operation, .. } => format!("{operation}-"),
        Step::Rest { operation, .. } => format!("{operation}+"),
    });
    short.collect()
}

/// §3.7.3: an operation of each kind.
#[test]
fn the_example_of_all_methods_is_read() {
    let body = json!({
        "schemas": [REQUEST],
        "failOnErrors": 1,
        "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "qwerty",
              "data": { "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Alice" } },
            { "method": "PUT", "path": "/Users/b7c14771", "version": "W/\"3694e05e9dff591\"",
              "data": { "userName": "Bob" } },
            { "method": "PATCH", "path": "/Users/5d8d29d3", "version": "W/\"edac3253e2c0ef2\"",
              "data": { "Operations": [{ "op": "remove", "path": "nickName" }] } },
            { "method": "DELETE", "path": "/Users/e9025315", "version": "W/\"0ee8add0a938e1a\"" },
        ],
    });
    let request = BulkRequest::parse(&body, 4).unwrap();
    assert_eq!(request.fail_on_errors, Some(1));
    let short: Vec<_> = request
        .operations
        .iter()
        .map(|one| (one.method.as_str(), one.resource_type.name, one.id.as_deref(), one.bulk_id.as_deref()))
        .collect();
    assert_eq!(
        short,
        [
            ("POST", "User", None, Some("qwerty")),
            ("PUT", "User", Some("b7c14771"), None),
            ("PATCH", "User", Some("5d8d29d3"), None),
            ("DELETE", "User", Some("e9025315"), None),
        ]
    );
    assert_eq!(request.operations[1].version.as_deref(), Some("W/\"3694e05e9dff591\""));
    assert_eq!(request.operations[3].data, Value::Null);

    let error = BulkRequest::parse(&body, 3).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::TooLarge, "4 operations; maxOperations is 3"));
}

#[test]
fn requests_that_lack_something_are_refused() {
    use ErrorKind::{InvalidPath, InvalidSyntax, InvalidValue};
    let data = json!({ "userName": "x" });
    let table = [
        (
            json!({ "method": "GET", "path": "/Users/x" }),
            InvalidSyntax,
            "method must be POST, PUT, PATCH or DELETE",
        ),
        (json!({ "path": "/Users/x" }), InvalidSyntax, "method must be POST, PUT, PATCH or DELETE"),
        (json!({ "method": 5, "path": "/Users/x" }), InvalidSyntax, "method must be a string"),
        (json!({ "method": "DELETE" }), InvalidSyntax, "path is required"),
        (json!({ "method": "DELETE", "path": "/Users" }), InvalidPath, "the path must end in an id"),
        (json!({ "method": "DELETE", "path": "/Users/" }), InvalidPath, "the path must end in an id"),
        (json!({ "method": "DELETE", "path": "/Devices/x" }), InvalidPath, "there is no endpoint /Devices/x"),
        (json!({ "method": "DELETE", "path": "/Users/x/y" }), InvalidPath, "there is no endpoint /Users/x/y"),
        (
            json!({ "method": "PUT", "path": "/Users/x?a=b", "data": data }),
            InvalidPath,
            "there is no endpoint /Users/x?a=b",
        ),
        (
            json!({ "method": "POST", "path": "/Users/x", "bulkId": "b", "data": data }),
            InvalidPath,
            "POST goes to the endpoint, without an id",
        ),
        (
            json!({ "method": "POST", "path": "/Users", "data": data }),
            InvalidSyntax,
            "bulkId is required on POST",
        ),
        (
            json!({ "method": "POST", "path": "/Users", "bulkId": "", "data": data }),
            InvalidSyntax,
            "bulkId is required on POST",
        ),
        (
            json!({ "method": "POST", "path": "/Users", "bulkId": "b" }),
            InvalidSyntax,
            "data must be an object on POST",
        ),
        (
            json!({ "method": "PATCH", "path": "/Users/x", "data": [] }),
            InvalidSyntax,
            "data must be an object on PATCH",
        ),
        (json!(5), InvalidSyntax, "must be an object"),
        (post("a", &[]), InvalidValue, "bulkId a stands twice"),
    ];
    for (operation, kind, detail) in table {
        let error = parse(&json!([post("a", &[]), operation])).unwrap_err();
        assert_eq!(error, Error::new(kind, format!("Operations[1]: {detail}")), "{operation}");
    }
    for (body, kind) in [
        (json!([]), InvalidSyntax),
        (json!({ "Operations": [] }), InvalidSyntax),
        (json!({ "schemas": [REQUEST] }), InvalidSyntax),
        (json!({ "schemas": [REQUEST], "Operations": {} }), InvalidSyntax),
        (json!({ "schemas": [REQUEST], "failOnErrors": 0, "Operations": [] }), InvalidValue),
        (json!({ "schemas": [REQUEST], "failOnErrors": "1", "Operations": [] }), InvalidValue),
    ] {
        assert_eq!(BulkRequest::parse(&body, 9).map_err(|error| error.kind).err(), Some(kind), "{body}");
    }
}

#[test]
fn words_are_taken_in_whatever_case() {
    let operation = json!({ "Method": "post", "Path": "Users", "BulkID": "b", "DATA": {} });
    assert_eq!(parse(&json!([operation])).unwrap().operations[0].method, Method::Post);
}

/// §3.7.2: the group refers to the user, before or after it.
#[test]
fn what_is_referred_to_is_created_first() {
    let user =
        json!({ "method": "POST", "path": "/Users", "bulkId": "qwerty", "data": { "userName": "Alice" } });
    let delete = json!({ "method": "DELETE", "path": "/Users/u-1" });
    let put = json!({ "method": "PUT", "path": "/Groups/bulkId:ytrewq", "data": { "displayName": "x" } });
    let patch = json!({ "method": "PATCH", "path": "/Groups/g-1", "data": { "Operations": [
        { "op": "remove", "path": "members[value eq \"bulkId:qwerty\"]" },
    ] } });
    let group = post("ytrewq", &["qwerty"]);
    assert_eq!(plan(&json!([user, group])), ["0", "1"]);
    assert_eq!(plan(&json!([group, user])), ["1", "0"]);
    assert_eq!(plan(&json!([delete, put, patch, group, user])), ["0", "4", "3", "1", "2"]);
    assert_eq!(plan(&json!([post("a", &["nobody"])])), ["0"]);
}

/// §3.7.1: two groups that are members of each other.
#[test]
fn a_circle_is_cut_and_closed_afterwards() {
    let operations = json!([post("a", &["b", "u"]), post("b", &["a"]), post("u", &[])]);
    assert_eq!(plan(&operations), ["1-", "2", "0", "1+"]);
    let steps = parse(&operations).unwrap().plan();
    assert_eq!(steps[0], Step::Part { operation: 1, data: json!({ "displayName": "b", "members": [] }) });
    assert_eq!(steps[3], Step::Rest { operation: 1, value: json!({ "members": [{ "value": "bulkId:a" }] }) });

    assert_eq!(plan(&json!([post("a", &["a"])])), ["0-", "0+"]);
    assert_eq!(
        plan(&json!([post("a", &["b"]), post("b", &["c"]), post("c", &["a", "b"])])),
        ["2-", "1", "0", "2+"]
    );
}

#[test]
fn managers_of_each_other_are_cut_inside_the_extension() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user = |id: &str, manager: &str| {
        json!({ "method": "POST", "path": "/Users", "bulkId": id, "data": {
            "userName": id, urn: { "department": "D", "manager": { "value": format!("bulkId:{manager}") } },
        } })
    };
    let steps = parse(&json!([user("a", "b"), user("b", "a")])).unwrap().plan();
    assert_eq!(
        steps[0],
        Step::Part { operation: 1, data: json!({ "userName": "b", urn: { "department": "D" } }) }
    );
    assert_eq!(
        steps[2],
        Step::Rest { operation: 1, value: json!({ urn: { "manager": { "value": "bulkId:a" } } }) }
    );
}

#[test]
fn references_become_ids_wherever_they_stand() {
    let id_of = |name: &str| match name {
        "qwerty" => Some("u-1"),
        "a b" => Some("u-2"),
        _ => None,
    };
    let table = [
        (json!({ "value": "bulkId:qwerty" }), json!({ "value": "u-1" })),
        (json!(["bulkId:a b", 5, null, true]), json!(["u-2", 5, null, true])),
        (json!("https://x/Users/bulkId:qwerty?x"), json!("https://x/Users/u-1?x")),
        (
            json!("members[value eq \"bulkId:qwerty\" or value eq \"bulkId:a b\"]"),
            json!("members[value eq \"u-1\" or value eq \"u-2\"]"),
        ),
        (json!("a note on bulkId:qwerty"), json!("a note on bulkId:qwerty")),
        (json!("bulkId:"), json!("bulkId:")),
    ];
    for (value, expected) in table {
        assert_eq!(resolve(&value, &id_of), Ok(expected), "{value}");
    }
    assert_eq!(resolve_id("bulkId:qwerty", &id_of).as_deref(), Ok("u-1"));
    assert_eq!(resolve_id("u-9", &id_of).as_deref(), Ok("u-9"));
    let error = resolve(&json!({ "members": [{ "value": "bulkId:gone" }] }), &id_of).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::InvalidValue, "bulkId:gone refers to nothing that was created"));
}

/// §3.7.3, with one error.
#[test]
fn the_answer_says_how_each_ended() {
    let result = |method, status| BulkResult {
        method,
        bulk_id: None,
        location: Some("https://example.com/v2/Users/92b725cd".to_owned()),
        version: None,
        status,
        response: None,
    };
    let error = Error::new(ErrorKind::InvalidSyntax, "Request is unparsable").body();
    let body = response(vec![
        BulkResult {
            bulk_id: Some("qwerty".to_owned()),
            version: Some("W/\"4weymrEsh5O6cAEK\"".to_owned()),
            ..result(Method::Post, 201)
        },
        result(Method::Delete, 204),
        BulkResult {
            location: None,
            bulk_id: Some("x".to_owned()),
            response: Some(error.clone()),
            ..result(Method::Post, 400)
        },
    ]);
    assert_eq!(
        body,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
            "Operations": [
                {
                    "location": "https://example.com/v2/Users/92b725cd",
                    "method": "POST", "bulkId": "qwerty", "version": "W/\"4weymrEsh5O6cAEK\"", "status": "201",
                },
                { "location": "https://example.com/v2/Users/92b725cd", "method": "DELETE", "status": "204" },
                { "method": "POST", "bulkId": "x", "status": "400", "response": error },
            ],
        })
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every operation is run once, and nothing refers to what is not there yet.
    #[test]
    fn a_plan_never_refers_to_what_is_not_there(graph in prop::collection::vec(prop::collection::vec(0..8_usize, 0..4), 1..8)) {
        let posts: Vec<Value> = graph
            .iter()
            .enumerate()
            .map(|(index, members)| {
                let members: Vec<String> = members.iter().map(|member| format!("n{}", member % graph.len())).collect();
                post(&format!("n{index}"), &members.iter().map(String::as_str).collect::<Vec<_>>())
            })
            .collect();
        let request = parse(&json!(posts)).unwrap();
        let mut created = HashSet::new();
        let mut members = 0;
        for step in request.plan() {
            let (data, is_new, operation) = match step {
                Step::Whole { operation } => (request.operations[operation].data.clone(), true, operation),
                Step::Part { operation, data } => (data, true, operation),
                Step::Rest { operation, value } => (value, false, operation),
            };
            for member in data["members"].as_array().unwrap() {
                members += 1;
                prop_assert!(created.contains(member["value"].as_str().unwrap()), "{member} is not there yet");
            }
            let name = format!("bulkId:{}", request.operations[operation].bulk_id.as_deref().unwrap());
            prop_assert_eq!(created.insert(name), is_new);
        }
        prop_assert_eq!(created.len(), graph.len());
        prop_assert_eq!(members, graph.iter().map(Vec::len).sum::<usize>());
    }
}
