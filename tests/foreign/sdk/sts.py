"""STS: credentials for roles, by signature, by assertion and by token, and who each of them is."""

import json

from alibabacloud_sts20150401 import client as sts
from alibabacloud_sts20150401 import models as m

from case import Case

case = Case()
world = case.world
owner = case.client(sts)
body = case.ok(owner.get_caller_identity)
assert (body.account_id, body.identity_type) == (world["account_id"], "Account"), body
stranger = case.client(sts, access_key_id="LTAInobody", access_key_secret="wrong")
case.refused("InvalidAccessKeyId.NotFound", stranger.get_caller_identity, status=404)
liar = case.client(sts, access_key_id=world["access_key_id"], access_key_secret="wrong")
case.refused("SignatureDoesNotMatch", liar.get_caller_identity, status=400)


def keys(credentials):
    return {
        "access_key_id": credentials.access_key_id,
        "access_key_secret": credentials.access_key_secret,
        "security_token": credentials.security_token,
    }


def request(**changes):
    return m.AssumeRoleRequest(**{"role_arn": world["role_arn"], "role_session_name": "ops", **changes})


# A session, narrowed by a policy; who it is, and what a chain of sessions may not.
policy = json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})
body = case.ok(owner.assume_role, request(duration_seconds=900, policy=policy, external_id="ticket-1"))
assert body.assumed_role_user.arn.endswith("/ops"), body
session = case.client(sts, **keys(body.credentials))
identity = case.ok(session.get_caller_identity)
assert identity.identity_type == "AssumedRoleUser" and identity.role_id, identity
assert identity.principal_id == body.assumed_role_user.assumed_role_id, identity
half = keys(body.credentials)
half["security_token"] = "CAISwrong"
case.refused("InvalidSecurityToken.Malformed", case.client(sts, **half).get_caller_identity)
case.refused("InvalidParameter.DurationSeconds", owner.assume_role, request(duration_seconds=899))
case.refused("InvalidParameter.DurationSeconds", owner.assume_role, request(duration_seconds=43201))
case.refused("InvalidParameter.RoleSessionName", owner.assume_role, request(role_session_name="a b"))
case.refused("MissingRoleSessionName", owner.assume_role, request(role_session_name=""))
case.refused("InvalidParameter.RoleArn", owner.assume_role, request(role_arn="admin"))
case.refused("EntityNotExist.Role", owner.assume_role, request(role_arn=world["role_arn"] + "-absent"))
case.refused("MalformedPolicyDocument", owner.assume_role, request(policy="{}"))
case.refused("InvalidParameter.Policy.Length", owner.assume_role, request(policy=policy + " " * 2048))
case.refused("InvalidParameter.ExternalId", owner.assume_role, request(external_id="x"))
case.refused("InvalidParameter.SourceIdentity", owner.assume_role, request(source_identity="a b"))
case.refused("NoPermission", owner.assume_role, request(source_identity="alice"))
body = case.ok(owner.assume_role, request(role_arn=world["tracing_role_arn"], source_identity="alice"))
assert body.source_identity == "alice", body

# By assertion: anonymous, and once.
saml = world["saml"]
by_assertion = m.AssumeRoleWithSAMLRequest(
    role_arn=saml["role_arn"], samlprovider_arn=saml["provider_arn"], samlassertion=saml["assertion"]
)
body = case.ok(owner.assume_role_with_saml, by_assertion)
assert body.samlassertion_info.subject_type == "persistent", body
identity = case.ok(case.client(sts, **keys(body.credentials)).get_caller_identity)
assert identity.arn == body.assumed_role_user.arn, identity
case.refused("AuthenticationFail.SAMLAssertion", owner.assume_role_with_saml, by_assertion)
by_assertion.samlprovider_arn = "acs:ram::1:saml-provider/x"
case.refused("InvalidParameter.SAMLProviderArn", owner.assume_role_with_saml, by_assertion)
by_assertion.samlassertion = ""
case.refused("MissingSAMLAssertion", owner.assume_role_with_saml, by_assertion)

# By token: anonymous.
oidc = world["oidc"]
by_token = m.AssumeRoleWithOIDCRequest(
    role_arn=oidc["role_arn"],
    oidcprovider_arn=oidc["provider_arn"],
    oidctoken=oidc["token"],
    role_session_name="pipeline",
    duration_seconds=1200,
)
body = case.ok(owner.assume_role_with_oidc, by_token)
assert body.oidctoken_info.subject == oidc["subject"], body
assert body.oidctoken_info.verification_info == "Success", body
identity = case.ok(case.client(sts, **keys(body.credentials)).get_caller_identity)
assert identity.arn == body.assumed_role_user.arn, identity
by_token.oidctoken = oidc["token"][:-4] + "AAAA"
case.refused("AuthenticationFail.OIDCToken", owner.assume_role_with_oidc, by_token)
by_token.oidctoken = "abc"
case.refused("InvalidParameter.OIDCToken.Length", owner.assume_role_with_oidc, by_token)
by_token.oidcprovider_arn = "x"
case.refused("InvalidParameter.OIDCProviderArn", owner.assume_role_with_oidc, by_token)
case.finish()
