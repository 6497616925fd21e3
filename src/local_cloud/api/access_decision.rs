//! Ours, 2026-11-28: whether somebody of the account may do something, and what decides it. It asks the same
//! policies by the same way as a call of theirs would.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::{AccountId, Timestamp, fold};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::control;
use crate::local_cloud::identity::{Identity, IdentityKind, RoleSession, group_arn, user_arn};
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::attachment::{self, AttachmentRow};
use crate::local_cloud::store::{group as groups, user as users};
use crate::policy::{Context, Decision, Named, Request, describe};

use super::invocation::{Invocation, Outcome};
use super::permission::{Policies, SESSION_POLICY, authorise, is_in_reach, known};
use super::{document, role};

const ACTION: &str = "ram:GetAccessDecision";

/// Who would do it.
struct Subject {
    /// What it holds, and whose each of it is: its own, or a group's.
    held: Vec<(Source, AttachmentRow)>,
    session_policy: Option<String>,
    context: Context,
    is_bound_by_control_policies: bool,
}

/// Whose a policy is.
#[derive(Clone)]
struct Source {
    kind: &'static str,
    name: String,
}

/// `GetAccessDecision`: may `HolderName` (a `HolderType` of the account) do `RequestedAction` on
/// `RequestedResource`? Conditions see `SourceIp`, `CurrentTime` (now unless said), `SecureTransport` and
/// `MFAPresent`. A role's session may have a `Policy` that narrows it.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let context = seen(call)?;
    let subject = Subject::read(call, connection, context)?;
    let action = rules::length("RequestedAction", call.parameters.required("RequestedAction")?, 3..=128)?;
    if !action.split_once(':').is_some_and(|(product, name)| !product.is_empty() && !name.is_empty()) {
        let rule = "<product>:<action>, such as ecs:StopInstance";
        return Err(Refusal::parameter("RequestedAction", Flaw::Value, rule));
    }
    let resource = call.parameters.required("RequestedResource")?;
    let resource = rules::length("RequestedResource", resource, 1..=1024)?;
    let request = Request { action, resource, context: &subject.context };
    // What RAM keeps of another account is out of reach, whatever policies say; of other products' resources
    // nobody here knows whose they are.
    let is_of_an_account = resource.split(':').nth(3).is_some_and(|owner| AccountId::parse(owner).is_some());
    let is_foreign =
        resource.starts_with("acs:ram:") && is_of_an_account && !is_in_reach(call, action, resource);
    let forbidden = match (is_foreign, subject.is_bound_by_control_policies) {
        (true, _) => Some("the resource belongs to another account".to_owned()),
        (false, true) => control::forbidden(call.cloud, connection, call.account(), &request)?,
        (false, false) => None,
    };
    if let Some(reason) = forbidden {
        return Ok(json!({"Decision": {"IsAllowed": false, "Reason": reason}}));
    }
    let rows = subject.held.iter().map(|(_, row)| row.clone()).collect();
    let session = subject.session_policy.as_deref();
    let policies = Policies::load(call.cloud, connection, (rows, session))?;
    let decision = policies.decide(&request);
    Ok(json!({"Decision": subject.explained(&policies, &decision)}))
}

impl Subject {
    /// The holder that a call names, if the caller may ask about it.
    fn read(
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        context: Context,
    ) -> Result<Self, Refusal> {
        call.parameters.required("HolderType")?;
        let kind = call.parameters.choice("HolderType", &["User", "Group", "Role"])?;
        let name = call.parameters.required("HolderName")?;
        let session_policy = document::session(call.parameters)?;
        if session_policy.is_some() && kind != Some("Role") {
            return Err(Refusal::parameter("Policy", Flaw::Value, "absent: only a role has sessions"));
        }
        match kind {
            Some("User") => Self::user(call, connection, (name, context)),
            Some("Group") => Self::group(call, connection, (name, context)),
            _ => {
                let mut subject = Self::role(call, connection, (name, context))?;
                subject.session_policy = session_policy.map(str::to_owned);
                Ok(subject)
            }
        }
    }

    fn user(
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        (name, context): (&str, Context),
    ) -> Result<Self, Refusal> {
        let name = rules::USER_NAME.check("HolderName", name)?;
        let row = users::find(connection, call.account().as_str(), &fold(name))?;
        let known_name = row.as_ref().map_or(name, |row| row.name.as_str());
        authorise(call, connection, ACTION, &user_arn(call.account(), known_name))?;
        let row = row.ok_or_else(|| Refusal::missing(Entity::User, name))?;
        let mut held = held(connection, ("User", &row.name), &row.id)?;
        for (group, _joined_at) in groups::of_user(connection, &row.id)? {
            held.extend(self::held(connection, ("Group", &group.name), &group.id)?);
        }
        let identity = identity(call, IdentityKind::RamUser(Box::new(row)));
        let context = known(&identity, context);
        Ok(Self { held, session_policy: None, context, is_bound_by_control_policies: true })
    }

    fn group(
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        (name, context): (&str, Context),
    ) -> Result<Self, Refusal> {
        let name = rules::GROUP_NAME.check("HolderName", name)?;
        let row = groups::find(connection, call.account().as_str(), &fold(name))?;
        let known_name = row.as_ref().map_or(name, |row| row.name.as_str());
        let arn = group_arn(call.account(), known_name);
        authorise(call, connection, ACTION, &arn)?;
        let row = row.ok_or_else(|| Refusal::missing(Entity::Group, name))?;
        let held = held(connection, ("Group", &row.name), &row.id)?;
        Ok(Self { held, session_policy: None, context, is_bound_by_control_policies: true })
    }

    fn role(
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        (name, context): (&str, Context),
    ) -> Result<Self, Refusal> {
        let name = rules::ROLE_NAME.check("HolderName", name)?;
        let row = role::find(connection, call.account(), name);
        let known_name = row.as_ref().map_or(name, |row| row.name.as_str());
        authorise(call, connection, ACTION, &Arn::role(call.account().clone(), known_name).to_string())?;
        let row = row?;
        let held = held(connection, ("Role", &row.name), &row.id)?;
        let is_bound_by_control_policies = !rules::is_service_linked(&row.name);
        let session = RoleSession {
            role: row,
            session_name: "session".to_owned(),
            session_policy: None,
            source_identity: None,
            issued_at: call.now,
        };
        let identity = identity(call, IdentityKind::RoleSession(Box::new(session)));
        let context = known(&identity, context);
        Ok(Self { held, session_policy: None, context, is_bound_by_control_policies })
    }

    /// A decision in the answer's members.
    fn explained(&self, policies: &Policies, decision: &Decision) -> Value {
        let (name, statement) = match decision {
            Decision::Allowed { policy, statement } | Decision::Denied { policy, statement } => {
                (policy, *statement)
            }
            Decision::NotAllowed => {
                return json!({"IsAllowed": false, "Reason": decision.to_string()});
            }
        };
        let document = policies.document(name);
        let line = document.and_then(|document| describe(Named { name, document }, statement));
        let of = self.held.iter().find(|(_, row)| row.policy_name == *name);
        let policy_type = of.map_or(SESSION_POLICY, |(_, row)| row.policy_type.as_str());
        json!({
            "IsAllowed": decision.is_allowed(),
            "Reason": decision.to_string(),
            "PolicyName": name,
            "PolicyType": policy_type,
            "Statement": statement,
            "StatementText": line.map(|line| line.to_string()).unwrap_or_default(),
            "HolderType": of.map(|(source, _)| source.kind).unwrap_or_default(),
            "HolderName": of.map(|(source, _)| source.name.as_str()).unwrap_or_default(),
        })
    }
}

fn identity(call: &Invocation<'_>, kind: IdentityKind) -> Identity {
    Identity { account: call.account().clone(), kind, mfa_present: false }
}

fn held(
    connection: &mut SqliteConnection,
    (kind, name): (&'static str, &str),
    id: &str,
) -> Result<Vec<(Source, AttachmentRow)>, Refusal> {
    let source = Source { kind, name: name.to_owned() };
    let rows = attachment::list(connection, id)?.into_iter();
    Ok(rows.map(|row| (source.clone(), row)).collect())
}

/// What conditions see of the way that the request would come.
fn seen(call: &Invocation<'_>) -> Result<Context, Refusal> {
    let now = match call.parameters.optional("CurrentTime").filter(|text| !text.is_empty()) {
        None => call.now,
        Some(text) => Timestamp::parse(text).ok_or_else(|| {
            Refusal::parameter("CurrentTime", Flaw::Value, "a moment such as 2026-11-22T18:09:05Z")
        })?,
    };
    let flag = |name| call.parameters.boolean(name).map(|given| given.unwrap_or(false).to_string());
    let context = Context::default()
        .with("acs:CurrentTime", now.rfc3339())
        .with("acs:SecureTransport", flag("SecureTransport")?)
        .with("acs:MFAPresent", flag("MFAPresent")?);
    match call.parameters.optional("SourceIp").filter(|text| !text.is_empty()) {
        None => Ok(context),
        Some(text) => {
            let address: std::net::IpAddr = text.parse().map_err(|_malformed| {
                Refusal::parameter("SourceIp", Flaw::Value, "an IPv4 or IPv6 address")
            })?;
            Ok(context.with("acs:SourceIp", address.to_canonical().to_string()))
        }
    }
}
