//! A new custom policy, and what its document would mean.

use askama::Template;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::address;
use super::super::words::{Words, typed_document};

/// What the document begins with.
const EXAMPLE: &str = r#"{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "ecs:Describe*",
      "Resource": "*"
    }
  ]
}"#;

#[derive(Template)]
#[template(path = "local_cloud/ram/policy_create.html")]
struct PolicyCreatePage<'a> {
    frame: Frame,
    name: &'a str,
    description: &'a str,
    document: &'a str,
    /// What a document that was checked means.
    checked: Option<Words>,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    show_with(desk, visit, None)
}

fn show_with(desk: &Desk<'_>, visit: &Visit, checked: Option<Words>) -> Result<Page, Refusal> {
    let document = if visit.form.is_empty() { EXAMPLE } else { visit.given("document") };
    render(&PolicyCreatePage {
        frame: Frame::new(desk, visit)?,
        name: visit.given("name"),
        description: visit.given("description"),
        document,
        checked,
    })
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = visit.given("name").trim();
    let parameters = [
        ("PolicyName", name),
        ("PolicyDocument", &typed_document(visit)),
        ("Description", visit.given("description").trim()),
    ];
    desk.call(RAM, "CreatePolicy", &parameters)?;
    Ok(Done::At(address::policy("Custom", name)))
}

/// Creates nothing.
pub(super) fn check(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let words = Words::typed(&typed_document(visit))?;
    show_with(desk, visit, Some(words)).map(Done::Once)
}
