//! Ours, 2026-11-28: every grant of an account, which the vendor's RAM shows for one holder or one policy at
//! a time.

use diesel::SqliteConnection;
use serde_json::json;

use crate::base::fold;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::store::attachment::{self, Attached};

use super::invocation::{Invocation, Keyword, Outcome, TokenPage, date};
use super::permission::authorise;

/// `ListPolicyAttachments`: who holds what, by holder or with `OrderBy=Policy` by policy. `HolderType` and
/// `PolicyType` leave out others, `QueryKeyword` finds a part of the holder's or the policy's name.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let every = Arn::policy(call.account().clone(), "*").to_string();
    authorise(call, connection, "ram:ListPolicyAttachments", &every)?;
    let page = TokenPage::read(call.parameters, "PageSize", 100)?;
    let holder_type = call.parameters.choice("HolderType", &["User", "Group", "Role"])?;
    let policy_type = call.parameters.choice("PolicyType", &["System", "Custom"])?;
    let is_by_policy = call.parameters.choice("OrderBy", &["Holder", "Policy"])? == Some("Policy");
    let keyword = Keyword::read(call)?;
    let mut found = attachment::of_account(connection, call.account().as_str())?;
    found.retain(|attached| {
        let row = &attached.row;
        holder_type.is_none_or(|wanted| row.holder_kind == wanted)
            && policy_type.is_none_or(|wanted| row.policy_type == wanted)
            && keyword.is_in(&[&attached.holder_name, &row.policy_name])
    });
    let key = |attached: &Attached| {
        let row = &attached.row;
        let holder = format!("{}\u{0}{}", fold(&attached.holder_name), row.holder_kind);
        let policy = format!("{}\u{0}{}", row.policy_name_key, row.policy_type);
        if is_by_policy { format!("{policy}\u{0}{holder}") } else { format!("{holder}\u{0}{policy}") }
    };
    let item = |attached: &Attached| {
        json!({
            "HolderType": attached.row.holder_kind,
            "HolderName": attached.holder_name,
            "PolicyType": attached.row.policy_type,
            "PolicyName": attached.row.policy_name,
            "AttachDate": date(attached.row.attached_at),
        })
    };
    Ok(page.answer(found, "PolicyAttachments", key, item))
}
