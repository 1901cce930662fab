"""Connections of invented tenants of Halo: for each finding a tenant that has it, and one that just has not.

Owns the records and their days. What is found in them is up to the models.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.halo import HALO
from finago_assets.core.landing.model import Landing
from finago_assets.core.landing.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.dbt.raw_layout import RawFolder

Lists = dict[str, list[dict[str, Any]]]

# the day that is looked at, days before it, and one so long before it that only its being before matters
DAY: Final = "2024-06-10"
YESTERDAY: Final = "2024-06-09"
WEEKS_AGO: Final = "2024-05-20"
FRESH: Final = "2024-06-10T04:00:00"

_HEALTHY: Final[Mapping[str, dict[str, Any]]] = {
    "kashflow": {
        "username": "thames-office",
        "enabled": True,
        "enablesync": True,
        "isdefault": True,
        "client_top_level": 5,
        "client_item_tax": 1,
        "client_service_tax": 1,
        "client_contract_tax": 1,
        "item_group": 3,
        "default_item_code": "HOUR",
    },
    "fortnox": {
        "isauthorized": True,
        "token_expiry": FRESH,
        "sync_entities": "customers,invoices",
        "client_top_level": 5,
        "client_top_level_name": "Customers",
        "item_group": 3,
        "item_group_name": "Goods",
    },
    "exact": {
        "isauthorized": True,
        "tokenexpiry": FRESH,
        "enablesync": True,
        "syncentities": "invoices",
        "division": 1001,
        "division_name": "Noordwijk",
        "clienttoplevel": 5,
        "itemgroup": 3,
        "defaultitemcode": "HOUR",
    },
    "businesscentral": {
        "authorized": True,
        "token_expiry": FRESH,
        "enable_sync": True,
        "sync_entities": "invoices",
        "tenant_id": "t-1",
        "environment_name": "Production",
        "environment_type": "Production",
        "company_id": "c-1",
        "company_name": "Vestvik AS",
        "client_top_level": 5,
        "item_default_group": 3,
        "default_sales_account": "3000",
        "default_invoice_item": "HOUR",
        "post_invoices": False,
    },
    "avalara": {
        "authorized": True,
        "environment": 0,
        "username": "2000123456",
        "companyid": 7,
        "autosyncentities": True,
        "syncentities": "invoices",
        "commitentities": "invoices",
        "disablerecording": False,
        "client_top_level": 5,
        "defaulttax": "P0000000",
        "defaultitem": "HOUR",
    },
    "xero": {
        "authorized": True,
        "token_expiry": FRESH,
        "enablesync": True,
        "sync_entities": "invoices",
        "isdefault": True,
        "tenant_id": "x-1",
        "client_top_level": 5,
        "item_group": 3,
        "default_item_code": "HOUR",
    },
}


def connected(provider: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a connection of which nothing is wrong, but for what is changed."""
    return {"id": number, "name": f"Company {number}", **_HEALTHY[provider], **changes}


def listed(provider: str, *records: dict[str, Any]) -> Lists:
    """Return the list of a provider."""
    return {f"{provider}details": list(records)}


def one(provider: str, **changes: Any) -> dict[str, Lists]:
    """Return what landed on the day: a single connection."""
    return {DAY: listed(provider, connected(provider, **changes))}


def module(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """Return a module that is on."""
    return {"id": number, "module_name": name, "enabled": True, "licensed": True, **changes}


def error(number: int, day: str, **changes: Any) -> dict[str, Any]:
    """Return an error of connection 1 of module 11."""
    told = {"entity_type": "Invoice", "entity_id": number, "error": "The tax is not known", "date": f"{day}T08:00:00"}
    return {"id": number, "module_id": 11, "detail_id": 1, **told, **changes}


def request(number: int, day: str, connection: int = 1) -> dict[str, Any]:
    """Return a logged request of module 11."""
    return {"id": number, "msid": 11, "details_id": connection, "isoutgoing": True, "datelogged": f"{day}T08:00:00"}


def link(number: int, halo: int, other: str, **changes: Any) -> dict[str, Any]:
    """Return a link of a customer."""
    ids = {"halo_id": halo, "third_party_id": other, "date_created": "2024-03-01T08:00:00"}
    return {"id": number, "module_id": 11, "details_id": 1, "table_id": 2, **ids, **changes}


FORTNOX_MODULE: Final[Lists] = {"features": [module(11, "Fortnox")]}


def fortnox(**lists: list[dict[str, Any]]) -> dict[str, Lists]:
    """Return what landed on the day: a Fortnox connection of which nothing is wrong, its module, and these lists."""
    return {DAY: {**listed("fortnox", connected("fortnox")), **FORTNOX_MODULE, **lists}}


@dataclass(frozen=True, slots=True)
class Case:
    """A finding, what landed where it is raised, and where it is not: for each day its lists."""

    finding: str
    raised: dict[str, Lists]
    quiet: dict[str, Lists]
    name: str = ""

    def tenant(self, *, raised: bool) -> str:
        """Return the name of the tenant of either side."""
        return f"{self.finding}-{self.name or 'plain'}-{'raised' if raised else 'quiet'}"


def _default(first: bool | None, second: bool | None) -> dict[str, Lists]:  # noqa: FBT001  JSON
    own = [connected("kashflow", n, isdefault=one, username=f"u-{n}") for n, one in ((1, first), (2, second))]
    return {DAY: listed("kashflow", *own)}


def _exacts(*divisions: int, **second: Any) -> dict[str, Lists]:
    first, other = divisions
    own = connected("exact", 1, division=first), connected("exact", 2, division=other, **second)
    return {DAY: listed("exact", *own)}


def _centrals(*changes: dict[str, Any]) -> dict[str, Lists]:
    own = [connected("businesscentral", number, **told) for number, told in enumerate(changes, start=1)]
    return {DAY: listed("businesscentral", *own)}


def _taxed(**codes: Any) -> dict[str, Lists]:
    return {DAY: {**listed("exact", connected("exact")), "tax": [{"id": 1, "name": "Standard", "value": 21, **codes}]}}


def _changed(field: str, before: Any, after: Any, day: str = YESTERDAY) -> dict[str, Lists]:
    def posting(value: Any) -> Lists:
        return listed("businesscentral", connected("businesscentral", **{field: value}))

    return {WEEKS_AGO: posting(before), day: posting(after), DAY: posting(after)}


EXACT_CODE: Final = {"exacttaxcode": {"value": "VN"}}
CASES: Final = (
    Case("disconnected", one("fortnox", isauthorized=False), one("fortnox")),
    Case(
        "must_reconnect",
        one("fortnox", token_expiry="2024-04-24T04:00:00"),
        one("fortnox", token_expiry="2024-04-25T04:00:00"),
        "Fortnox",
    ),
    Case(
        "must_reconnect",
        one("exact", tokenexpiry="2024-05-09T04:00:00"),
        one("businesscentral", token_expiry="2024-05-09T04:00:00"),
        "each-by-its-own-days",
    ),
    Case(
        "reconnect_soon",
        one("fortnox", token_expiry="2024-05-02T04:00:00"),
        one("fortnox", token_expiry="2024-05-03T04:00:00"),
    ),
    Case(
        "no_token_refresh",
        one("fortnox", token_expiry="2024-06-06T04:00:00"),
        one("fortnox", token_expiry="2024-06-07T04:00:00"),
    ),
    Case("token_expiry_missing", one("fortnox", token_expiry=None), one("avalara")),
    Case("token_expiry_missing", one("fortnox", token_expiry="1900-01-01T00:00:00"), one("fortnox"), "no-year"),
    Case("authorisation_not_told", one("fortnox", isauthorized=None), one("kashflow")),
    Case("nothing_to_sync", one("exact", syncentities=" "), one("kashflow")),
    Case("entities_but_off", one("exact", enablesync=False), one("exact", enablesync=False, syncentities=None)),
    Case("nothing_reported", one("avalara", commitentities=""), one("avalara")),
    Case(
        "nothing_reported", one("avalara", disablerecording=True), one("avalara", autosyncentities=False), "recording"
    ),
    Case("default_doubled", _default(first=True, second=True), _default(first=True, second=False)),
    Case("default_missing", _default(first=False, second=False), _default(first=None, second=None)),
    Case("unmapped_tax", one("kashflow", client_item_tax=0), one("kashflow")),
    Case("unmapped_item", one("exact", defaultitemcode=""), one("exact")),
    Case("unmapped_item_group", one("fortnox", item_group=None), one("fortnox")),
    Case(
        "unmapped_account",
        one("businesscentral", default_sales_account=None),
        one("businesscentral", default_purchase_account=None),
    ),
    Case("unmapped_client", one("fortnox", client_top_level=0), one("fortnox")),
    Case(
        "id_without_label",
        one("fortnox", item_group_name=None),
        one("fortnox", item_group_name=None, client_top_level_name=None),
    ),
    Case("label_without_id", one("fortnox", item_group=0), one("fortnox", item_group=0, item_group_name="")),
    Case("same_remote_company", _exacts(1001, 1001), _exacts(1001, 1002)),
    Case("same_remote_company", _centrals({}, {}), _centrals({}, {"environment_name": "Test"}), "environments"),
    Case("same_remote_company", _centrals({}, {}), _centrals({"tenant_id": None}, {"tenant_id": None}), "half-told"),
    Case(
        "same_remote_company",
        {DAY: listed("avalara", connected("avalara"), connected("avalara", 2))},
        {DAY: listed("avalara", connected("avalara"), connected("avalara", 2, username="2000999456"))},
        "accounts-that-end-alike",
    ),
    Case(
        "sandbox_in_production",
        one("businesscentral", environment_type="Sandbox"),
        one("businesscentral", environment_type="Something"),
    ),
    Case("sandbox_in_production", one("avalara", environment=1), one("avalara", environment=0), "Avalara"),
    Case("production_in_test", one("businesscentral"), one("businesscentral", environment_type="Sandbox")),
    Case("tax_not_covered", _taxed(), _taxed(**EXACT_CODE)),
    Case(
        "tax_not_covered",
        _taxed(**EXACT_CODE, exact_division=1002),
        _taxed(**EXACT_CODE, exact_division=1001),
        "another-division",
    ),
    Case(
        "module_off",
        fortnox(features=[module(11, "Fortnox", enabled=False)]),
        fortnox(features=[module(11, "Fortnox"), module(12, "Exact Online", enabled=False)]),
    ),
    Case(
        "integrator_failed",
        fortnox(features=[module(11, "Fortnox", halointegrator_lasterror="Timed out")]),
        fortnox(
            features=[
                module(11, "Fortnox", halointegrator_lasterror=""),
                module(12, "Jira", halointegrator_lasterror="x"),
            ]
        ),
    ),
    Case(
        "integrator_stopped",
        fortnox(
            features=[module(11, "Fortnox", halointegratorenabled=True, halointegrator_lastsync="2024-06-02T08:00:00")]
        ),
        fortnox(
            features=[module(11, "Fortnox", halointegratorenabled=True, halointegrator_lastsync="2024-06-03T08:00:00")]
        ),
    ),
    Case(
        "connections_gone",
        {WEEKS_AGO: listed("fortnox", connected("fortnox")), DAY: listed("fortnox")},
        {DAY: listed("fortnox")},
    ),
    Case(
        "not_read",
        {"2024-06-07": listed("fortnox", connected("fortnox")), DAY: listed("exact")},
        {"2024-06-08": listed("fortnox", connected("fortnox")), DAY: listed("exact")},
    ),
    Case(
        "failing",
        fortnox(integrationerror=[error(1, "2024-06-04")]),
        fortnox(integrationerror=[error(1, "2024-06-03")]),
    ),
    Case(
        "failing",
        fortnox(integrationerror=[error(1, "2024-06-08", entity_type="Client")], externallink=[link(1, 1, "a")]),
        fortnox(
            integrationerror=[error(1, "2024-06-08", entity_type="Client")],
            externallink=[link(1, 1, "a", date_updated="2024-06-09T08:00:00")],
        ),
        "until-it-is-linked",
    ),
    Case(
        "failing_repeatedly",
        fortnox(integrationerror=[error(n, "2024-06-08", entity_id=5) for n in (1, 2, 3)]),
        fortnox(integrationerror=[error(n, "2024-06-08", entity_id=5 + n) for n in (1, 2, 3)]),
    ),
    Case(
        "error_left_open",
        fortnox(integrationerror=[error(1, "2024-05-10")]),
        fortnox(integrationerror=[error(1, "2024-05-11")]),
    ),
    Case(
        "silent",
        {
            DAY: {
                **listed("fortnox", connected("fortnox", 1), connected("fortnox", 2)),
                **FORTNOX_MODULE,
                "integrationrequest": [request(1, "2024-06-02", 1), request(2, "2024-06-03", 2)],
            }
        },
        {
            DAY: {
                **listed("fortnox", connected("fortnox", 1)),
                **FORTNOX_MODULE,
                "integrationrequest": [request(1, "2024-06-03", 1)],
            }
        },
    ),
    Case(
        "silent",
        fortnox(integrationrequest=[request(1, DAY, 2)]),
        fortnox(integrationrequest=[request(1, "2024-06-02", 1)]),
        "a-log-that-has-ended-itself",
    ),
    Case(
        "linked_twice",
        fortnox(externallink=[link(1, 5, "a"), link(2, 5, "b")]),
        fortnox(externallink=[link(1, 5, "a"), link(2, 6, "b"), link(3, 5, "a", table_id=3)]),
    ),
    Case("linked_twice", fortnox(externallink=[link(1, 5, "a"), link(2, 6, "a")]), fortnox(), "over-there"),
    Case(
        "high_risk_changed",
        _changed("post_invoices", before=False, after=True),
        _changed("show_message", before=False, after=True),
    ),
    Case(
        "high_risk_changed",
        _changed("post_invoices", False, True, "2024-06-04"),  # noqa: FBT003  JSON
        _changed("post_invoices", False, True, "2024-06-03"),  # noqa: FBT003  JSON
        "of-late",
    ),
)


NORTH: Final = "north"
NORTH_DAYS: Final[dict[str, Lists]] = {
    WEEKS_AGO: {
        **listed(
            "businesscentral", connected("businesscentral", company_name="Vestvik", default_sales_account_name="Sales")
        ),
        **listed("kashflow"),
    },
    YESTERDAY: {
        **listed(
            "businesscentral",
            connected(
                "businesscentral", post_invoices=True, token_expiry="2024-06-01T04:00:00", client_id="app-1234567"
            ),
        ),
        **listed("kashflow", connected("kashflow", 7, enablesync=False, isdefault=False)),
        **listed("fortnox", connected("fortnox", 3, isauthorized=False)),
        "features": [module(21, "Microsoft Dynamics 365 Business Central"), module(11, "Fortnox"), module(30, "Jira")],
    },
    DAY: {
        **listed(
            "businesscentral",
            connected(
                "businesscentral",
                post_invoices=True,
                token_expiry="2024-06-01T04:00:00",
                client_id="app-7654321",
                default_sales_account_name="Sales",
                default_invoice_item=0,
            ),
        ),
        **listed("kashflow", connected("kashflow", 7, enablesync=False, isdefault=False)),
        **listed("fortnox", connected("fortnox", 3, isauthorized=False), connected("fortnox", 4, name="Sydvik")),
        "businesscentraldetails_by_id": [
            {
                "id": 1,
                "client_mappings": [{"id": 1, "halo_id": 5, "third_party_id": "C-5", "halo_desc": "Told otherwise"}],
                "vendor_mappings": [{"id": 8, "halo_id": 6, "third_party_id": "V-6", "third_party_desc": "SUPPLIER"}],
                "item_group_mappings": None,
            }
        ],
        "integrationerror": [
            error(1, "2024-06-08", module_id=21, error="The account is not known"),
            error(2, "2024-06-08", module_id=21, entity_id=1, error="The tax is not known", date="2024-06-08T09:00:00"),
            error(3, "2024-06-08", module_id=21, entity_type="Client", entity_id=5),
            error(4, YESTERDAY, module_id=30, detail_id=0),
            error(5, YESTERDAY, module_id=21, entity_id=1),
        ],
        "externallink": [
            link(
                1,
                5,
                "C-5",
                module_id=21,
                halo_desc="Fjord AS",
                third_party_desc="FJORD",
                date_updated=f"{YESTERDAY}T08:00:00",
            )
        ],
        "tax": [
            {"id": 1, "name": "Standard", "value": 25, "kashflowtaxrate": {"value": "T25"}, "kashflow_tenant_id": 7}
        ],
    },
}


def land_lists(raw: RawFolder, tenant: str, days: Mapping[str, Lists]) -> None:
    """Land the lists of a tenant."""
    halo = raw.of_source("halo").of(tenant)
    for day, lists in days.items():
        for endpoint, records in lists.items():
            parents = [f"{record['id']}" for record in records] if endpoint.endswith("_by_id") else []
            halo.land(endpoint, day, [json.dumps(record) for record in records], parents=parents)


def make_readable(raw: RawFolder) -> None:
    """Let dbt find the lists that no tenant has landed."""
    open_store(raw.data_dir, Landing.PARQUET, "halo").make_readable(HALO.endpoints.values())
