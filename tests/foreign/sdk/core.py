"""The older core (aliyun-python-sdk-core): RPC signatures by HMAC-SHA1, by GET and by POST, with answers as
JSON and as XML, over several products."""

import json
import warnings
import xml.etree.ElementTree as xml

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from case import Case

STS, RAM, IMS, RD = "2015-04-01", "2015-05-01", "2019-08-15", "2022-04-19"

case = Case()
world = case.world


def client(**given):
    if "token" in given:
        credential = StsTokenCredential(given["id"], given["secret"], given["token"])
        return AcsClient(region_id="cn-shanghai", credential=credential, auto_retry=False)
    identity, secret = given.get("id", world["access_key_id"]), given.get("secret", world["access_key_secret"])
    return AcsClient(identity, secret, "cn-shanghai", auto_retry=False)


def send(caller, version, action, parameters, method, form):
    """The answer's body. Refusals in XML come back like answers: the core itself reads JSON only."""
    request = CommonRequest(domain=world["endpoint"], version=version, action_name=action)
    request.set_protocol_type("http")
    request.set_method(method)
    for name, value in parameters.items():
        (request.add_body_params if method == "POST" else request.add_query_param)(name, value)
    if form == "JSON":
        return json.loads(caller.do_action_with_exception(request))
    request.set_accept_format("XML")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return xml.fromstring(caller.do_action(request))


def ok(caller, version, action, parameters=None, method="POST", form="JSON"):
    answer = send(caller, version, action, parameters or {}, method, form)
    if form == "XML":
        assert answer.tag == f"{action}Response" and answer.findtext("RequestId"), xml.tostring(answer)
    else:
        assert answer["RequestId"], answer
    case.succeeded[action.lower()] = case.succeeded.get(action.lower(), 0) + 1
    return answer


def refused(code, caller, version, action, parameters=None, method="POST", form="JSON"):
    try:
        answer = send(caller, version, action, parameters or {}, method, form)
    except ServerException as refusal:
        received, request_id = refusal.get_error_code(), refusal.get_request_id()
    else:
        assert form == "XML" and answer.tag == "Error", f"{action}: expected {code}"
        received, request_id = answer.findtext("Code"), answer.findtext("RequestId")
    assert received == code and request_id, f"{action}: expected {code}, got {received}"
    case.codes.setdefault(action.lower(), []).append(code)


owner = client()
WAYS = [(method, form) for method in ("GET", "POST") for form in ("JSON", "XML")]
trust = json.dumps(
    {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"RAM": [f"acs:ram::{world['account_id']}:root"]},
            }
        ],
    }
)
for number, (method, form) in enumerate(WAYS):
    name = f"way-{number}"
    new = {"RoleName": name, "AssumeRolePolicyDocument": trust, "Description": "ä ~*'() + /"}
    ok(owner, RAM, "CreateRole", new, method, form)
    refused("EntityAlreadyExists.Role", owner, RAM, "CreateRole", new, method, form)
    found = ok(owner, RAM, "GetRole", {"RoleName": name}, method, form)
    description = found.findtext("Role/Description") if form == "XML" else found["Role"]["Description"]
    assert description == "ä ~*'() + /", description
    refused("EntityNotExist.Role", owner, RAM, "GetRole", {"RoleName": "absent"}, method, form)
    refused("MissingRoleName", owner, RAM, "GetRole", {}, method, form)
    roles = ok(owner, RAM, "ListRoles", {"MaxItems": 1}, method, form)
    listed = roles.findall("Roles/Role") if form == "XML" else roles["Roles"]["Role"]
    assert len(listed) == 1, listed

    folder = ok(owner, RD, "CreateFolder", {"FolderName": name}, method, form)
    identity = folder.findtext("Folder/FolderId") if form == "XML" else folder["Folder"]["FolderId"]
    ok(owner, RD, "GetFolder", {"FolderId": identity}, method, form)
    refused("EntityNotExists.ResourceDirectory.Folder", owner, RD, "GetFolder", {"FolderId": "fd-0"}, method, form)
    ok(owner, RD, "DeleteFolder", {"FolderId": identity}, method, form)

    providers = {"OIDCProviderName": name, "IssuerUrl": f"https://{name}.example.com", "ClientIds": "a,b"}
    ok(owner, IMS, "CreateOIDCProvider", providers, method, form)
    ok(owner, IMS, "ListOIDCProviders", {}, method, form)
    refused(
        "InvalidParameter.IssuerUrl",
        owner,
        IMS,
        "CreateOIDCProvider",
        {"OIDCProviderName": "x", "IssuerUrl": "x"},
        method,
        form,
    )
    ok(owner, STS, "GetCallerIdentity", {}, method, form)
    stranger = client(id="LTAInobody", secret="wrong")
    refused("InvalidAccessKeyId.NotFound", stranger, STS, "GetCallerIdentity", {}, method, form)
    liar = client(secret="wrong")
    refused("SignatureDoesNotMatch", liar, STS, "GetCallerIdentity", {}, method, form)

role = f"acs:ram::{world['account_id']}:role/way-0"
session = ok(owner, STS, "AssumeRole", {"RoleArn": role, "RoleSessionName": "core"}, "GET")["Credentials"]
temporary = client(
    id=session["AccessKeyId"], secret=session["AccessKeySecret"], token=session["SecurityToken"]
)
identity = ok(temporary, STS, "GetCallerIdentity", {}, "GET")
assert identity["Arn"].endswith("assumed-role/way-0/core"), identity
refused("NoPermission", temporary, RAM, "ListRoles")
wrong = client(id=session["AccessKeyId"], secret=session["AccessKeySecret"], token="CAISwrong")
refused("InvalidSecurityToken.Malformed", wrong, STS, "GetCallerIdentity")
refused("InvalidVersion", owner, "2000-01-01", "GetCallerIdentity")
refused("InvalidAction.NotFound", owner, STS, "GetNothing")
refused("InvalidParameter.MaxItems", owner, RAM, "ListRoles", {"MaxItems": 1001})
tags = {"ResourceType": "role", "ResourceNames.1": "way-0", "Tag.1.Key": "team", "Tag.1.Value": "ops"}
ok(owner, RAM, "TagResources", tags)
listed = ok(owner, RAM, "ListTagResources", {"ResourceType": "role", "Tag.1.Key": "team"}, "GET")
assert [tag["ResourceName"] for tag in listed["TagResources"]] == ["way-0"], listed
case.finish()
