"""The smallest script: who am I, and what a wrong key is told."""

from alibabacloud_sts20150401 import client as sts

from case import Case

case = Case()
body = case.ok(case.client(sts).get_caller_identity)
assert body.account_id == case.world["account_id"], body
stranger = case.client(sts, access_key_id="LTAInobody", access_key_secret="wrong")
case.refused("InvalidAccessKeyId.NotFound", stranger.get_caller_identity, status=404)
case.finish()
