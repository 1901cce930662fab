"""`FinagoEndpoint`: an endpoint of the user's own, landed and shown as the built-in ones are.

Owns which definitions it becomes. The YAML's fields are row.py's; the built-in assets' factory makes this one too.
"""

from collections.abc import Mapping

import dagster as dg

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.model import Endpoint
from finago_assets.orchestration.components.fields import by_name
from finago_assets.orchestration.components.row import EndpointFields
from finago_assets.orchestration.components.scaffolding import EndpointScaffolder
from finago_assets.orchestration.raw import endpoint_asset
from finago_assets.settings import read_settings


@dg.scaffold_with(EndpointScaffolder)
class FinagoEndpoint(EndpointFields, dg.Component):
    """Lands one more list of Finago Office: an asset finago/<name> with checks, metadata and the project's partitions.

    A part of a built-in endpoint, here the ledger lines of one account:

        type: finago_assets.FinagoEndpoint
        attributes:
          name: bank_ledger_lines
          like: transactionlines
          params: {accountNumber: 1920}

    Or a list described in full:

        type: finago_assets.FinagoEndpoint
        attributes:
          name: suppliers
          path: /customers
          title: Suppliers as they are now
          kind: reference
          key: ["id"]
          scopes: ["api.crm.customer:read"]
          paging: page
          page_size: 100
          params: {isSupplier: true, sortBy: "id:asc"}
          personal: ["name", "person", "address", "email", "phone"]
    """

    @classmethod
    def get_spec(cls) -> dg.ComponentTypeSpec:
        """What the catalogue of components lists."""
        return dg.ComponentTypeSpec(tags=["finago"], owners=["team:finance-data"], produces=["asset", "asset_check"])

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the asset with its checks. Raises SettingInvalid naming the field that does not fit."""
        own = _collect_endpoints(context.component_tree)
        row = self.row(own)
        parents = {name: own[name].row(own) for name in _parent_name(row) if name in own}
        return dg.Definitions(assets=[endpoint_asset(row, read_settings(), {**FINAGO.endpoints, **parents})])


def own_rows(tree: dg.ComponentTree) -> Mapping[str, Endpoint]:
    """Return the catalogue rows of the user's endpoints by name. Raises SettingInvalid for one that does not fit."""
    own = _collect_endpoints(tree)
    return {name: one.row(own) for name, one in own.items()}


def _collect_endpoints(tree: dg.ComponentTree) -> dict[str, FinagoEndpoint]:
    return by_name("Endpoint", tree.get_all_components(of_type=FinagoEndpoint))


def _parent_name(row: Endpoint) -> list[str]:
    return [] if row.parent is None else [row.parent.endpoint]
