//! Policy decisions per second on one core, for a role with ten policies such as people write, beside a
//! bare walk over the same statements in the same run: every pattern compared with the action byte by byte
//! and nothing else, the least that any evaluation does. Rounds alternate, so that both see the same
//! machine; the medians are compared.
//!
//! `cargo bench --bench policy`; exits with 1 when the goal is missed.

#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cloudsso::policy::{Context, Document, Kind, Layer, Named, Request, evaluate_layers};

const GOAL: f64 = 100_000.0;
const ROUNDS: usize = 41;
const PASSES_PER_ROUND: u32 = 400;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let documents: Vec<(&str, Document)> = POLICIES
        .iter()
        .map(|(name, text)| Ok((*name, Document::parse(Kind::Custom, text)?)))
        .collect::<Result<_, Failure>>()?;
    let held: Vec<_> = documents.iter().map(|(name, document)| Named { name, document }).collect();
    let session = Document::parse(Kind::Session, SESSION_POLICY)?;
    let session = [Named { name: "session policy", document: &session }];
    let layers = [
        Layer { name: "the role's policies", policies: &held },
        Layer { name: "the session policy", policies: &session },
    ];
    let context = context();
    let patterns = patterns()?;
    for (action, resource, is_allowed) in REQUESTS {
        let decision = evaluate_layers(&layers, &Request { action, resource, context: &context });
        if decision.is_allowed() != *is_allowed {
            return Err(format!("{action} on {resource}: {decision}").into());
        }
    }
    let (mut walk_times, mut decision_times) = (Vec::new(), Vec::new());
    for _round in 0..ROUNDS {
        walk_times.push(time(|action, _resource| {
            let action = action.as_bytes();
            black_box(patterns.iter().filter(|pattern| pattern.as_bytes() == black_box(action)).count());
        }));
        decision_times.push(time(|action, resource| {
            let request = Request { action, resource, context: &context };
            black_box(evaluate_layers(black_box(&layers), &request));
        }));
    }
    let (walks, decisions) = (per_second(walk_times), per_second(decision_times));
    let is_met = decisions >= GOAL;
    println!("bare walks over {:3} patterns  {walks:10.0} /s", patterns.len());
    println!("decisions, 10 policies        {decisions:10.0} /s  (role and session policy, with the reason)");
    println!("ratio                         {:10.1} %", decisions / walks * 100.0);
    println!("goal >= {GOAL:.0} /s: {}", if is_met { "yes" } else { "no" });
    Ok(if is_met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn time(mut decide: impl FnMut(&str, &str)) -> Duration {
    let begun = Instant::now();
    for _pass in 0..PASSES_PER_ROUND {
        for (action, resource, _) in REQUESTS {
            decide(black_box(action), black_box(resource));
        }
    }
    begun.elapsed()
}

fn per_second(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let median = times.get(times.len() / 2).map_or(f64::NAN, Duration::as_secs_f64);
    f64::from(PASSES_PER_ROUND) * REQUESTS.iter().map(|_| 1.0).sum::<f64>() / median
}

/// What the local cloud knows of a call by a role's session.
fn context() -> Context {
    Context::default()
        .with("acs:CurrentTime", "2026-11-22T18:22:25Z")
        .with("acs:SecureTransport", "true")
        .with("acs:SourceIp", "10.20.30.40")
        .with("acs:PrincipalARN", "acs:ram::1234567890123456:assumed-role/ops/alice")
        .with("sts:RoleSessionName", "alice")
        .with("acs:ResourceTag/env", "staging")
}

/// Every action pattern of every policy, as a flat list.
fn patterns() -> Result<Vec<String>, Failure> {
    let mut patterns = Vec::new();
    for text in POLICIES.iter().map(|(_, text)| *text).chain([SESSION_POLICY]) {
        let document: serde_json::Value = serde_json::from_str(text)?;
        for statement in document.get("Statement").and_then(|list| list.as_array()).into_iter().flatten() {
            let actions = statement.get("Action").or_else(|| statement.get("NotAction"));
            match actions {
                Some(serde_json::Value::String(one)) => patterns.push(one.clone()),
                Some(serde_json::Value::Array(many)) => {
                    patterns.extend(many.iter().filter_map(|one| one.as_str().map(str::to_owned)));
                }
                _ => {}
            }
        }
    }
    Ok(patterns)
}

/// Action, resource, and whether the role may.
const REQUESTS: &[(&str, &str, bool)] = &[
    ("ecs:DescribeInstances", "acs:ecs:cn-hangzhou:1234567890123456:instance/*", true),
    ("ecs:StartInstance", "acs:ecs:cn-hangzhou:1234567890123456:instance/i-bp1", true),
    ("ecs:DeleteInstance", "acs:ecs:cn-hangzhou:1234567890123456:instance/i-bp1", false),
    ("oss:GetObject", "acs:oss:*:1234567890123456:builds/alice/app.tar.gz", true),
    ("oss:PutObject", "acs:oss:*:1234567890123456:builds/bob/app.tar.gz", false),
    ("oss:GetObject", "acs:oss:*:1234567890123456:secrets/key.pem", false),
    ("ram:CreateRole", "acs:ram::1234567890123456:role/admin", false),
    ("ram:GetRole", "acs:ram::1234567890123456:role/ops", true),
    ("log:GetLogStoreLogs", "acs:log:cn-hangzhou:1234567890123456:project/web/logstore/access", true),
    ("kms:Decrypt", "acs:kms:cn-hangzhou:1234567890123456:key/k-1", true),
    ("rds:DeleteDBInstance", "acs:rds:cn-hangzhou:1234567890123456:dbinstance/rm-1", false),
    ("slb:SetBackendServers", "acs:slb:cn-hangzhou:1234567890123456:loadbalancer/lb-1", true),
    ("bss:PayOrder", "acs:bss::1234567890123456:*", false),
    ("vpc:DescribeVpcs", "acs:vpc:cn-hangzhou:1234567890123456:vpc/*", true),
];

const SESSION_POLICY: &str = r#"{"Version":"1","Statement":[
    {"Effect":"Allow","NotAction":["bss:*","resourcemanager:*"],"Resource":"*"},
    {"Effect":"Deny","Action":"ram:Delete*","Resource":"*"}]}"#;

const POLICIES: &[(&str, &str)] = &[
    (
        "ComputeReader",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["ecs:Describe*","ecs:List*","ess:Describe*","ros:List*","ros:Get*"],"Resource":"*"},
        {"Effect":"Allow","Action":["cms:QueryMetricList","cms:QueryMetricLast","cms:Describe*"],"Resource":"*"}]}"#,
    ),
    (
        "ComputeOperator",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["ecs:StartInstance","ecs:StopInstance","ecs:RebootInstance","ecs:RunCommand"],
         "Resource":"acs:ecs:*:*:instance/*","Condition":{"StringEquals":{"acs:ResourceTag/env":["staging","test"]}}},
        {"Effect":"Allow","Action":["ecs:CreateSnapshot","ecs:DeleteSnapshot"],"Resource":"acs:ecs:*:*:snapshot/*"},
        {"Effect":"Deny","Action":["ecs:DeleteInstance","ecs:ModifyInstance*"],"Resource":"acs:ecs:*:*:instance/*",
         "Condition":{"StringNotEquals":{"acs:ResourceTag/env":"scratch"}}}]}"#,
    ),
    (
        "OwnBuilds",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["oss:GetObject","oss:PutObject","oss:DeleteObject","oss:AbortMultipartUpload"],
         "Resource":"acs:oss:*:*:builds/${sts:RoleSessionName}/*"},
        {"Effect":"Allow","Action":["oss:ListObjects","oss:GetBucketInfo"],"Resource":["acs:oss:*:*:builds","acs:oss:*:*:shared"]},
        {"Effect":"Deny","Action":"oss:*","Resource":["acs:oss:*:*:secrets","acs:oss:*:*:secrets/*"]}]}"#,
    ),
    (
        "Network",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["vpc:Describe*","vpc:List*","slb:Describe*","alb:List*","nlb:List*","eip:Describe*"],"Resource":"*"},
        {"Effect":"Allow","Action":["slb:SetBackendServers","slb:AddBackendServers","slb:RemoveBackendServers"],
         "Resource":"acs:slb:*:*:loadbalancer/*","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","192.168.0.0/16"]}}},
        {"Effect":"Deny","Action":["vpc:DeleteVpc","vpc:DeleteVSwitch","vpc:DeleteRouteEntry"],"Resource":"*"}]}"#,
    ),
    (
        "Databases",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["rds:Describe*","polardb:Describe*","kvstore:Describe*","dds:Describe*"],"Resource":"*"},
        {"Effect":"Allow","Action":["rds:CreateBackup","rds:ModifyBackupPolicy"],"Resource":"acs:rds:*:*:dbinstance/*"},
        {"Effect":"Deny","Action":["rds:Delete*","polardb:Delete*","dds:Release*"],"Resource":"*",
         "Condition":{"Bool":{"acs:SecureTransport":"true"}}}]}"#,
    ),
    (
        "Logs",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["log:Get*","log:List*","log:Query*"],"Resource":["acs:log:*:*:project/web","acs:log:*:*:project/web/*"]},
        {"Effect":"Allow","Action":"log:PostLogStoreLogs","Resource":"acs:log:*:*:project/web/logstore/*"},
        {"Effect":"Deny","Action":"log:Delete*","Resource":"*"}]}"#,
    ),
    (
        "Keys",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:GenerateDataKey"],"Resource":"acs:kms:*:*:key/*",
         "Condition":{"StringLike":{"acs:PrincipalARN":"acs:ram::*:assumed-role/ops/*"}}},
        {"Effect":"Deny","Action":["kms:ScheduleKeyDeletion","kms:DisableKey"],"Resource":"*"}]}"#,
    ),
    (
        "Identity",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["ram:Get*","ram:List*","sts:GetCallerIdentity"],"Resource":"*"},
        {"Effect":"Deny","Action":["ram:Create*","ram:Update*","ram:Delete*","ram:Attach*","ram:Detach*"],"Resource":"*"}]}"#,
    ),
    (
        "WorkingHours",
        r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["fc:InvokeFunction","fc:Get*","fc:List*"],"Resource":"acs:fc:*:*:services/*",
         "Condition":{"DateGreaterThan":{"acs:CurrentTime":"2026-01-01T00:00:00Z"},"DateLessThan":{"acs:CurrentTime":"2027-01-01T00:00:00Z"}}},
        {"Effect":"Allow","Action":["mns:SendMessage","mns:ReceiveMessage"],"Resource":"acs:mns:*:*:/queues/web-*/messages"}]}"#,
    ),
    (
        "Guard",
        r#"{"Version":"1","Statement":[
        {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"acs:SourceIp":["10.0.0.0/8","172.16.0.0/12"]}}},
        {"Effect":"Deny","Action":["bss:*","bssapi:*","resourcemanager:*"],"Resource":"*"},
        {"Effect":"Allow","Action":["actiontrail:LookupEvents","config:Get*","config:List*"],"Resource":"*"}]}"#,
    ),
];
