"""IMS: OIDC providers, their clients and fingerprints."""

from alibabacloud_ims20190815 import client as ims
from alibabacloud_ims20190815 import models as m

from case import Case

case = Case()
cli = case.client(ims)


def new(**changes):
    return m.CreateOIDCProviderRequest(
        **{"oidcprovider_name": "ci", "issuer_url": "https://ci.example.com", "client_ids": "web,cli", **changes}
    )


provider = case.ok(cli.create_oidcprovider, new(fingerprints="AB12", issuance_limit_time=24)).oidcprovider
assert provider.arn == f"acs:ram::{case.world['account_id']}:oidc-provider/ci", provider
assert (provider.client_ids, provider.issuance_limit_time) == ("web,cli", 24), provider
case.refused("EntityAlreadyExists.OIDCProvider", cli.create_oidcprovider, new(), status=409)
case.refused("EntityAlreadyExists.OIDCProvider.IssuerUrl", cli.create_oidcprovider, new(oidcprovider_name="x"))
case.refused("InvalidParameter.IssuerUrl", cli.create_oidcprovider, new(issuer_url="http://ci.example.com"))
case.refused("InvalidParameter.ClientIds", cli.create_oidcprovider, new(oidcprovider_name="x", client_ids=".a"))
case.refused("NoPermission.ReservedObject", cli.create_oidcprovider, new(oidcprovider_name="AliyunReservedSSO-x"))
for name in ("b", "c"):
    case.ok(cli.create_oidcprovider, new(oidcprovider_name=name, issuer_url=f"https://{name}.example.com"))
seen, marker = [], None
while True:
    page = case.ok(cli.list_oidcproviders, m.ListOIDCProvidersRequest(max_items=2, marker=marker))
    seen += [provider.oidcprovider_name for provider in page.oidcproviders.oidcprovider]
    if not page.is_truncated:
        break
    marker = page.marker
assert seen == ["b", "c", "ci"], seen

client = {"oidcprovider_name": "ci", "client_id": "app"}
body = case.ok(cli.add_client_id_to_oidcprovider, m.AddClientIdToOIDCProviderRequest(**client))
assert body.oidcprovider.client_ids == "web,cli,app", body
case.refused(
    "EntityAlreadyExists.OIDCProvider.ClientId",
    cli.add_client_id_to_oidcprovider,
    m.AddClientIdToOIDCProviderRequest(**client),
)
case.ok(cli.remove_client_id_from_oidcprovider, m.RemoveClientIdFromOIDCProviderRequest(**client))
case.refused(
    "EntityNotExist.OIDCProvider.ClientId",
    cli.remove_client_id_from_oidcprovider,
    m.RemoveClientIdFromOIDCProviderRequest(**client),
    status=404,
)
print_ = {"oidcprovider_name": "ci", "fingerprint": "CD34"}
case.ok(cli.add_fingerprint_to_oidcprovider, m.AddFingerprintToOIDCProviderRequest(**print_))
case.refused(
    "EntityAlreadyExists.OIDCProvider.Fingerprint",
    cli.add_fingerprint_to_oidcprovider,
    m.AddFingerprintToOIDCProviderRequest(**print_),
)
case.ok(cli.remove_fingerprint_from_oidcprovider, m.RemoveFingerprintFromOIDCProviderRequest(**print_))
case.refused(
    "EntityNotExist.OIDCProvider.Fingerprint",
    cli.remove_fingerprint_from_oidcprovider,
    m.RemoveFingerprintFromOIDCProviderRequest(**print_),
)
body = case.ok(
    cli.update_oidcprovider,
    m.UpdateOIDCProviderRequest(oidcprovider_name="ci", new_description="builds", client_ids="one"),
)
assert (body.oidcprovider.description, body.oidcprovider.client_ids) == ("builds", "one"), body
case.refused(
    "InvalidParameter.IssuanceLimitTime",
    cli.update_oidcprovider,
    m.UpdateOIDCProviderRequest(oidcprovider_name="ci", issuance_limit_time=169),
)
body = case.ok(cli.get_oidcprovider, m.GetOIDCProviderRequest(oidcprovider_name="ci"))
assert body.oidcprovider.fingerprints == "AB12", body
case.ok(cli.delete_oidcprovider, m.DeleteOIDCProviderRequest(oidcprovider_name="ci"))
case.refused(
    "EntityNotExist.OIDCProvider", cli.get_oidcprovider, m.GetOIDCProviderRequest(oidcprovider_name="ci")
)
case.finish()
