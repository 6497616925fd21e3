"""ResourceDirectoryMaster: folders, members, invitations, delegation, control policies and tags."""

import json

from alibabacloud_resourcedirectorymaster20220419 import client as rd
from alibabacloud_resourcedirectorymaster20220419 import models as m

from case import Case

case = Case()
world = case.world
cli = case.client(rd)
invited = case.client(rd, **world["independent"]["keys"])

directory = case.ok(cli.get_resource_directory).resource_directory
assert directory.master_account_id == world["account_id"], directory
assert directory.control_policy_status == "Disabled", directory
case.refused(
    "EntityAlreadyExists.ResourceDirectory",
    cli.enable_resource_directory,
    m.EnableResourceDirectoryRequest(enable_mode="CurrentAccount"),
)
case.refused(
    "InvalidParameter.EnableMode",
    cli.enable_resource_directory,
    m.EnableResourceDirectoryRequest(enable_mode="Other"),
)

# Folders.
folder = case.ok(
    cli.create_folder,
    m.CreateFolderRequest(folder_name="production", tag=[m.CreateFolderRequestTag(key="stage", value="prod")]),
).folder
inner = case.ok(
    cli.create_folder, m.CreateFolderRequest(folder_name="shop", parent_folder_id=folder.folder_id)
).folder
case.refused(
    "EntityAlreadyExists.ResourceDirectory.Folder.Name",
    cli.create_folder,
    m.CreateFolderRequest(folder_name="Production"),
)
case.refused(
    "InvalidParameter.FolderName.InvalidChars", cli.create_folder, m.CreateFolderRequest(folder_name="a b")
)
found = case.ok(cli.get_folder, m.GetFolderRequest(folder_id=inner.folder_id)).folder
path = f"{directory.resource_directory_id}/{directory.root_folder_id}/{folder.folder_id}"
assert found.resource_directory_path == f"{path}/{inner.folder_id}", found
case.refused(
    "EntityNotExists.ResourceDirectory.Folder", cli.get_folder, m.GetFolderRequest(folder_id="fd-absent"), status=404
)
body = case.ok(
    cli.update_folder, m.UpdateFolderRequest(folder_id=inner.folder_id, new_folder_name="web-shop")
)
assert body.folder.folder_name == "web-shop", body
case.refused(
    "InvalidOperation.ResourceDirectory.RootFolder",
    cli.update_folder,
    m.UpdateFolderRequest(folder_id=directory.root_folder_id, new_folder_name="x"),
)
ancestors = case.ok(cli.list_ancestors, m.ListAncestorsRequest(child_id=inner.folder_id)).folders.folder
assert [f.folder_id for f in ancestors] == [directory.root_folder_id, folder.folder_id], ancestors
for number in range(2):
    case.ok(cli.create_folder, m.CreateFolderRequest(folder_name=f"page-{number}"))
seen = []
for number in (1, 2):
    page = case.ok(cli.list_folders_for_parent, m.ListFoldersForParentRequest(page_number=number, page_size=2))
    assert page.total_count == 3, page
    seen += [f.folder_name for f in page.folders.folder]
assert seen == ["production", "page-0", "page-1"], seen
page = case.ok(
    cli.list_folders_for_parent,
    m.ListFoldersForParentRequest(tag=[m.ListFoldersForParentRequestTag(key="stage", value="prod")]),
)
assert [f.tags.tag[0].value for f in page.folders.folder] == ["prod"], page

# Members.
case.ok(cli.create_resource_account, m.CreateResourceAccountRequest(display_name="trial", dry_run=True))
members = []
for name in ("shop", "data", "tools"):
    body = case.ok(
        cli.create_resource_account,
        m.CreateResourceAccountRequest(
            display_name=name,
            account_name_prefix=name,
            parent_folder_id=inner.folder_id,
            tag=[m.CreateResourceAccountRequestTag(key="name", value=name)],
        ),
    )
    members.append(body.account.account_id)
shop, data, tools = members
case.refused(
    "EntityAlreadyExists.ResourceDirectory.Account.DisplayName",
    cli.create_resource_account,
    m.CreateResourceAccountRequest(display_name="Shop"),
)
case.refused(
    "EntityAlreadyExists.ResourceDirectory.Account.AccountName",
    cli.create_resource_account,
    m.CreateResourceAccountRequest(display_name="other", account_name_prefix="shop"),
)
case.refused(
    "InvalidParameter.AccountNamePrefix",
    cli.create_resource_account,
    m.CreateResourceAccountRequest(display_name="other", account_name_prefix="a--b"),
)
account = case.ok(cli.get_account, m.GetAccountRequest(account_id=shop, include_tags=True)).account
assert account.resource_directory_path == f"{path}/{inner.folder_id}/{shop}", account
assert account.location and account.tags[0].value == "shop", account
case.refused(
    "EntityNotExists.ResourceDirectory.Account", cli.get_account, m.GetAccountRequest(account_id="1"), status=404
)
body = case.ok(cli.update_account, m.UpdateAccountRequest(account_id=data, new_display_name="data lake"))
assert body.account.display_name == "data lake", body
case.refused("InvalidParameter.NewDisplayName", cli.update_account, m.UpdateAccountRequest(account_id=data))
case.ok(cli.move_account, m.MoveAccountRequest(account_id=tools, destination_folder_id=folder.folder_id))
case.refused(
    "InvalidOperation.ResourceDirectory.Account.Folder",
    cli.move_account,
    m.MoveAccountRequest(account_id=tools, destination_folder_id=folder.folder_id),
)
page = case.ok(cli.list_accounts_for_parent, m.ListAccountsForParentRequest(parent_folder_id=folder.folder_id))
assert [a.account_id for a in page.accounts.account] == [tools], page
page = case.ok(cli.list_accounts, m.ListAccountsRequest(page_number=2, page_size=2))
assert (page.total_count, len(page.accounts.account)) == (3, 1), page
seen, token = [], None
while True:
    page = case.ok(cli.list_accounts, m.ListAccountsRequest(max_results=2, next_token=token, include_tags=True))
    seen += [a.account_id for a in page.accounts.account]
    token = page.next_token
    if not token:
        break
assert sorted(seen) == sorted(members) and page.accounts.account[0].tags.tag, seen
page = case.ok(
    cli.list_accounts,
    m.ListAccountsRequest(query_keyword="LAKE", tag=[m.ListAccountsRequestTag(key="name", value="data")]),
)
assert [a.account_id for a in page.accounts.account] == [data], page
case.refused("InvalidParameter.PageSize", cli.list_accounts, m.ListAccountsRequest(page_size=101))
assert case.ok(cli.get_payer_for_account, m.GetPayerForAccountRequest(account_id=shop)).payer_account_id == shop
case.ok(
    cli.update_payer_for_account,
    m.UpdatePayerForAccountRequest(account_id=shop, payer_account_id=world["account_id"]),
)
body = case.ok(cli.get_payer_for_account, m.GetPayerForAccountRequest(account_id=shop))
assert body.payer_account_id == world["account_id"], body

# Tags of members.
case.ok(
    cli.tag_resources,
    m.TagResourcesRequest(
        resource_type="Account", resource_id=[shop, data], tag=[m.TagResourcesRequestTag(key="cost", value="42")]
    ),
)
case.refused(
    "InvalidParameter.Tag.1.Key",
    cli.tag_resources,
    m.TagResourcesRequest(
        resource_type="Account", resource_id=[shop], tag=[m.TagResourcesRequestTag(key="aliyun", value="1")]
    ),
)
case.refused(
    "InvalidParameter.ResourceType",
    cli.list_tag_resources,
    m.ListTagResourcesRequest(resource_type="Folder"),
)
seen, token = [], None
while True:
    page = case.ok(
        cli.list_tag_resources,
        m.ListTagResourcesRequest(resource_type="Account", max_results=2, next_token=token),
    )
    seen += [(t.resource_id, t.tag_key) for t in page.tag_resources]
    token = page.next_token
    if not token:
        break
assert len(seen) == 5 and (shop, "cost") in seen, seen
keys = case.ok(cli.list_tag_keys, m.ListTagKeysRequest(resource_type="Account"))
assert [t.key for t in keys.tags] == ["cost", "name"], keys
values = case.ok(cli.list_tag_values, m.ListTagValuesRequest(resource_type="Account", tag_key="name"))
assert [t.value for t in values.tags] == ["data", "shop", "tools"], values
case.refused("MissingTagKey", cli.list_tag_values, m.ListTagValuesRequest(resource_type="Account"))
case.ok(
    cli.untag_resources,
    m.UntagResourcesRequest(resource_type="Account", resource_id=[shop], tag_key=["cost"]),
)

# Control policies.
deny = json.dumps(
    {"Version": "1", "Statement": [{"Effect": "Deny", "Action": "ram:Delete*", "Resource": "*"}]}
)
case.refused(
    "MalformedPolicyDocument",
    cli.create_control_policy,
    m.CreateControlPolicyRequest(policy_name="no-deletes", effect_scope="RAM", policy_document="{}"),
)
case.refused(
    "InvalidParameter.EffectScope",
    cli.create_control_policy,
    m.CreateControlPolicyRequest(policy_name="no-deletes", effect_scope="All", policy_document=deny),
)
control = case.ok(
    cli.create_control_policy,
    m.CreateControlPolicyRequest(
        policy_name="no-deletes",
        effect_scope="RAM",
        policy_document=deny,
        description="keep",
        tag=[m.CreateControlPolicyRequestTag(key="kind", value="guard")],
    ),
).control_policy
case.refused(
    "EntityAlreadyExists.ControlPolicy",
    cli.create_control_policy,
    m.CreateControlPolicyRequest(policy_name="No-Deletes", effect_scope="RAM", policy_document=deny),
)
attach = m.AttachControlPolicyRequest(policy_id=control.policy_id, target_id=shop)
case.refused("InvalidStatus.ControlPolicy", cli.attach_control_policy, attach)
assert case.ok(cli.enable_control_policy).enablement_status == "Enabled"
assert case.ok(cli.get_control_policy_enablement_status).enablement_status == "Enabled"
case.ok(cli.attach_control_policy, attach)
case.refused("EntityAlreadyExists.ControlPolicy.Attachment", cli.attach_control_policy, attach)
case.refused(
    "EntityNotExists.ControlPolicy.Target",
    cli.attach_control_policy,
    m.AttachControlPolicyRequest(policy_id=control.policy_id, target_id="fd-absent"),
)
page = case.ok(
    cli.list_target_attachments_for_control_policy,
    m.ListTargetAttachmentsForControlPolicyRequest(policy_id=control.policy_id),
)
assert [(t.target_id, t.target_type) for t in page.target_attachments.target_attachment] == [(shop, "Account")]
body = case.ok(
    cli.list_control_policy_attachments_for_target,
    m.ListControlPolicyAttachmentsForTargetRequest(target_id=shop),
)
names = {a.policy_name for a in body.control_policy_attachments.control_policy_attachment}
assert names == {"FullAliyunAccess", "no-deletes"}, names
body = case.ok(
    cli.update_control_policy,
    m.UpdateControlPolicyRequest(policy_id=control.policy_id, new_description="keep all"),
)
assert body.control_policy.description == "keep all", body
case.refused(
    "InvalidOperation.ControlPolicy.System",
    cli.update_control_policy,
    m.UpdateControlPolicyRequest(policy_id="FullAliyunAccess", new_description="x"),
)
body = case.ok(cli.get_control_policy, m.GetControlPolicyRequest(policy_id=control.policy_id))
assert json.loads(body.control_policy.policy_document)["Statement"][0]["Effect"] == "Deny", body
seen = []
for number in (1, 2):
    page = case.ok(cli.list_control_policies, m.ListControlPoliciesRequest(page_number=number, page_size=1))
    seen += [p.policy_name for p in page.control_policies.control_policy]
assert seen == ["FullAliyunAccess", "no-deletes"], seen
case.refused(
    "DeleteConflict.ControlPolicy.Attachment",
    cli.delete_control_policy,
    m.DeleteControlPolicyRequest(policy_id=control.policy_id),
)
detach = m.DetachControlPolicyRequest(policy_id=control.policy_id, target_id=shop)
case.ok(cli.detach_control_policy, detach)
case.refused("EntityNotExists.ControlPolicy.Attachment", cli.detach_control_policy, detach)
case.refused(
    "InvalidOperation.ControlPolicy.LastAttachment",
    cli.detach_control_policy,
    m.DetachControlPolicyRequest(policy_id="FullAliyunAccess", target_id=shop),
)
case.ok(cli.delete_control_policy, m.DeleteControlPolicyRequest(policy_id=control.policy_id))
case.refused(
    "EntityNotExists.ControlPolicy",
    cli.get_control_policy,
    m.GetControlPolicyRequest(policy_id=control.policy_id),
)
assert case.ok(cli.disable_control_policy).enablement_status == "Disabled"

# Delegated administrators.
register = m.RegisterDelegatedAdministratorRequest(
    account_id=data, service_principal="cloudsso.aliyuncs.com"
)
case.ok(cli.register_delegated_administrator, register)
case.refused(
    "EntityAlreadyExists.DelegatedAdministrator", cli.register_delegated_administrator, register
)
case.refused(
    "InvalidParameter.ServicePrincipal",
    cli.register_delegated_administrator,
    m.RegisterDelegatedAdministratorRequest(account_id=data, service_principal="x"),
)
page = case.ok(cli.list_delegated_administrators, m.ListDelegatedAdministratorsRequest())
assert [(a.account_id, a.display_name) for a in page.accounts.account] == [(data, "data lake")], page
body = case.ok(
    cli.list_delegated_services_for_account, m.ListDelegatedServicesForAccountRequest(account_id=data)
)
assert [s.status for s in body.delegated_services.delegated_service] == ["ENABLED"], body
page = case.ok(cli.list_trusted_service_status, m.ListTrustedServiceStatusRequest())
principals = [s.service_principal for s in page.enabled_service_principals.enabled_service_principal]
assert principals == ["cloudsso.aliyuncs.com"], page
deregister = m.DeregisterDelegatedAdministratorRequest(
    account_id=data, service_principal="cloudsso.aliyuncs.com"
)
case.ok(cli.deregister_delegated_administrator, deregister)
case.refused("EntityNotExists.DelegatedAdministrator", cli.deregister_delegated_administrator, deregister)

# Invitations: cancelled, declined, accepted; and the way out again.
invite = m.InviteAccountToResourceDirectoryRequest(
    target_entity=world["independent"]["account_id"],
    target_type="Account",
    note="join us",
    parent_folder_id=folder.folder_id,
    tag=[m.InviteAccountToResourceDirectoryRequestTag(key="from", value="outside")],
)
handshake = case.ok(cli.invite_account_to_resource_directory, invite).handshake
case.refused("EntityAlreadyExists.Handshake", cli.invite_account_to_resource_directory, invite)
assert case.ok(cli.cancel_handshake, m.CancelHandshakeRequest(handshake_id=handshake.handshake_id))
case.refused(
    "InvalidStatus.Handshake", invited.accept_handshake, m.AcceptHandshakeRequest(handshake_id=handshake.handshake_id)
)
handshake = case.ok(cli.invite_account_to_resource_directory, invite).handshake
body = case.ok(invited.decline_handshake, m.DeclineHandshakeRequest(handshake_id=handshake.handshake_id))
assert body.handshake.status == "Declined", body
handshake = case.ok(cli.invite_account_to_resource_directory, invite).handshake
case.refused(
    "EntityNotExists.Handshake",
    cli.accept_handshake,
    m.AcceptHandshakeRequest(handshake_id=handshake.handshake_id),
)
page = case.ok(invited.list_handshakes_for_account, m.ListHandshakesForAccountRequest(page_size=1))
assert page.total_count == 3 and page.handshakes.handshake[0].note == "join us", page
body = case.ok(invited.get_handshake, m.GetHandshakeRequest(handshake_id=handshake.handshake_id))
assert body.handshake.status == "Pending", body
body = case.ok(invited.accept_handshake, m.AcceptHandshakeRequest(handshake_id=handshake.handshake_id))
assert body.handshake.status == "Accepted", body
page = case.ok(
    cli.list_handshakes_for_resource_directory, m.ListHandshakesForResourceDirectoryRequest()
)
states = {h.status for h in page.handshakes.handshake}
assert states == {"Accepted", "Declined", "Cancelled"}, states
joined = world["independent"]["account_id"]
account = case.ok(cli.get_account, m.GetAccountRequest(account_id=joined, include_tags=True)).account
assert (account.status, account.type) == ("InviteSuccess", "CloudAccount"), account
assert account.tags[0].value == "outside" and account.folder_id == folder.folder_id, account
case.refused(
    "EntityAlreadyExists.ResourceDirectory.Account", cli.invite_account_to_resource_directory, invite
)
case.refused(
    "InvalidOperation.ResourceDirectory.Account.Type",
    cli.remove_cloud_account,
    m.RemoveCloudAccountRequest(account_id=shop),
)
case.ok(cli.remove_cloud_account, m.RemoveCloudAccountRequest(account_id=joined))
case.refused(
    "EntityNotExists.ResourceDirectory.Account", cli.get_account, m.GetAccountRequest(account_id=joined)
)

# Deletion of a member.
case.refused(
    "MemberDeletionPermission.Disabled", cli.delete_account, m.DeleteAccountRequest(account_id=tools)
)
body = case.ok(
    cli.set_member_deletion_permission, m.SetMemberDeletionPermissionRequest(status="Enabled")
)
assert body.member_deletion_status == "Enabled", body
case.refused(
    "EntityNotExists.ResourceDirectory.Account.DeletionCheck",
    cli.delete_account,
    m.DeleteAccountRequest(account_id=tools),
)
case.ok(cli.check_account_delete, m.CheckAccountDeleteRequest(account_id=tools))
body = case.ok(cli.get_account_deletion_check_result, m.GetAccountDeletionCheckResultRequest(account_id=tools))
assert body.account_deletion_check_result_info.allow_delete == "true", body
assert case.ok(cli.delete_account, m.DeleteAccountRequest(account_id=tools)).deletion_type == "0"
body = case.ok(cli.get_account_deletion_status, m.GetAccountDeletionStatusRequest(account_id=tools))
assert body.rd_account_deletion_status.status == "Success", body
case.refused(
    "DeleteConflict.Folder.SubFolder", cli.delete_folder, m.DeleteFolderRequest(folder_id=folder.folder_id)
)
case.refused(
    "DeleteConflict.Folder.Account", cli.delete_folder, m.DeleteFolderRequest(folder_id=inner.folder_id)
)
empty = case.ok(cli.create_folder, m.CreateFolderRequest(folder_name="empty")).folder
case.ok(cli.delete_folder, m.DeleteFolderRequest(folder_id=empty.folder_id))
body = case.ok(
    cli.set_member_display_name_sync_status, m.SetMemberDisplayNameSyncStatusRequest(status="Enabled")
)
assert body.member_account_display_name_sync_status == "Enabled", body
case.finish()
