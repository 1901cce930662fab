"""The third seed document, table by table: each of its twenty operations and each field of its five schemas.

Owns the names and the types of that document. What the client makes of an operation is asked of the sandbox; where the
document is there, the tables are held against it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest
from typer.testing import CliRunner

from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.endpoints import PATHS
from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.cli import app
from finago_assets.sandbox.halo.estate import PLANTED
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from tests.reference import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED: Final = REFERENCE.parent / "seeds" / "accounting-integration-endpoints.txt"
# the document begins in the middle of a page, and leaves out the first of them
NOT_ON_THE_PAGE: Final = ("GET", "/KashflowDetails")
OPERATIONS_OF_THE_SEED: Final = (
    ("GET", "/KashflowDetails"),
    ("POST", "/KashflowDetails"),
    ("GET", "/KashflowDetails/{id}"),
    ("DELETE", "/KashflowDetails/{id}"),
    ("GET", "/FortnoxDetails"),
    ("POST", "/FortnoxDetails"),
    ("GET", "/FortnoxDetails/{id}"),
    ("DELETE", "/FortnoxDetails/{id}"),
    ("GET", "/ExactDetails"),
    ("POST", "/ExactDetails"),
    ("GET", "/ExactDetails/{id}"),
    ("DELETE", "/ExactDetails/{id}"),
    ("GET", "/BusinessCentralDetails"),
    ("POST", "/BusinessCentralDetails"),
    ("GET", "/BusinessCentralDetails/{id}"),
    ("DELETE", "/BusinessCentralDetails/{id}"),
    ("GET", "/AvalaraDetails"),
    ("POST", "/AvalaraDetails"),
    ("GET", "/AvalaraDetails/{id}"),
    ("DELETE", "/AvalaraDetails/{id}"),
)
FIELDS_OF_THE_SEED: Final[dict[str, dict[str, str]]] = {
    "KashflowDetails": {
        "id": "integer",
        "name": "string",
        "username": "string",
        "new_password": "string",
        "enabled": "boolean",
        "client_top_level": "integer",
        "client_top_level_name": "string",
        "item_group": "integer",
        "item_group_name": "string",
        "client_item_tax": "integer",
        "client_item_tax_name": "string",
        "client_service_tax": "integer",
        "client_service_tax_name": "string",
        "client_contract_tax": "integer",
        "client_contract_tax_name": "string",
        "supplier_top_level": "integer",
        "supplier_top_level_name": "string",
        "isdefault": "boolean",
        "enablesync": "boolean",
        "default_item_code": "string",
        "show_message": "boolean",
        "new_method": "boolean",
        "_importtype": "string",
        "do_daily_tax_import": "boolean",
        "_warning": "string",
    },
    "FortnoxDetails": {
        "id": "integer",
        "name": "string",
        "new_access_token": "string",
        "new_refresh_token": "string",
        "token_expiry": "string (date-time)",
        "isauthorized": "boolean",
        "new_method": "boolean",
        "client_id": "string",
        "new_client_secret": "string",
        "redirect_uri": "string",
        "client_top_level": "integer",
        "client_top_level_name": "string",
        "show_message": "boolean",
        "sync_entities": "string",
        "sync_entities_list": "array",
        "item_group": "integer",
        "item_group_name": "string",
        "code": "string",
        "_exchangecode": "boolean",
        "_importtype": "string",
        "app_type": "integer",
        "_warning": "string",
    },
    "ExactDetails": {
        "id": "integer",
        "name": "string",
        "tokenexpiry": "string (date-time)",
        "isauthorized": "boolean",
        "redirecturi": "string",
        "clienttoplevel": "integer",
        "client_top_level_name": "string",
        "itemgroup": "integer",
        "item_group_name": "string",
        "enablesync": "boolean",
        "defaultitemcode": "string",
        "showmessage": "boolean",
        "client_id": "string",
        "new_client_secret": "string",
        "syncentities": "string",
        "sync_entities_list": "array",
        "exdnewmethod": "boolean",
        "code": "string",
        "_exchangecode": "boolean",
        "_disconnect": "boolean",
        "new_access_token": "string",
        "new_refresh_token": "string",
        "division": "integer",
        "division_name": "string",
        "division_object": "object",
        "locale": "string",
        "client_mappings": "array",
        "item_group_mappings": "array",
        "process_invoices": "boolean",
        "do_daily_tax_import": "boolean",
        "_importtype": "string",
        "_warning": "string",
    },
    "BusinessCentralDetails": {
        "id": "integer",
        "name": "string",
        "tenant_id": "string",
        "client_id": "string",
        "new_client_secret": "string",
        "new_access_token": "string",
        "new_refresh_token": "string",
        "token_expiry": "string (date-time)",
        "authorized": "boolean",
        "redirect_url": "string",
        "authorization_code": "string",
        "_exchangecodefortoken": "boolean",
        "_disconnect": "boolean",
        "code_verifier": "string",
        "environment": "object",
        "environment_name": "string",
        "environment_type": "string",
        "web_service_url": "string",
        "country": "string",
        "company": "object",
        "company_id": "string",
        "company_name": "string",
        "company_version": "string",
        "client_top_level": "integer",
        "client_top_level_name": "string",
        "client_mappings": "array",
        "vendor_mappings": "array",
        "item_group_mappings": "array",
        "item_default_group": "integer",
        "item_default_group_name": "string",
        "default_sales_account": "string",
        "default_sales_account_name": "string",
        "default_purchase_account": "string",
        "default_purchase_account_name": "string",
        "enable_sync": "boolean",
        "sync_entities": "string",
        "sync_entities_list": "array",
        "show_message": "boolean",
        "default_invoice_item": "string",
        "default_invoice_item_name": "string",
        "default_po_item": "string",
        "default_po_item_name": "string",
        "post_invoices": "boolean",
        "sync_inv_groups": "boolean",
        "use_advanced_cost_endpoint": "boolean",
        "enable_dimensions": "boolean",
        "customer_template": "string",
        "vendor_template": "string",
        "item_template": "string",
        "graph_host": "string",
        "group_increment": "integer",
        "line_increment": "integer",
        "_importtype": "string",
        "_warning": "string",
    },
    "AvalaraDetails": {
        "id": "integer",
        "name": "string",
        "environment": "integer",
        "username": "string",
        "new_password": "string",
        "new_method": "boolean",
        "companyid": "integer",
        "client_top_level": "integer",
        "client_top_level_name": "string",
        "supplier_top_level": "integer",
        "supplier_top_level_name": "string",
        "company_object": "object",
        "defaulttax": "string",
        "defaultitem": "string",
        "defaultcustomercode": "string",
        "default_customer_name": "string",
        "autosyncentities": "boolean",
        "autosyncentitiesonupdate": "boolean",
        "showmessage": "boolean",
        "authorized": "boolean",
        "syncentities": "string",
        "sync_entities_list": "array",
        "commitentities": "string",
        "commit_entities_list": "array",
        "sync_committed": "boolean",
        "disablerecording": "boolean",
        "address_mapping_type": "integer",
        "_disconnect": "boolean",
        "_warning": "string",
    },
}
_ONE_FIELD: Final = re.compile(
    r"(_?[a-z0-9_]+?)(string \(date-time\)|string|integer|boolean|array|object)(?=[A-Z\W]|$)"
)


@pytest.fixture(scope="module")
def tenant() -> Iterator[RunningTenant]:
    with running_tenant() as found:
        yield found


def type_of(shape: str, name: str) -> str:
    known = SHAPES[shape][name]
    words = {"text": "string", "integer": "integer", "flag": "boolean", "moment": "string (date-time)"}
    return "array" if known.many else words.get(known.type, "object")


@pytest.mark.parametrize(
    ("shape", "name", "said"),
    [(shape, name, said) for shape, fields in FIELDS_OF_THE_SEED.items() for name, said in fields.items()],
)
def test_each_field_of_the_document_has_its_type_and_lands_as_its_class_asks(shape: str, name: str, said: str) -> None:
    assert type_of(shape, name) == said
    landed = HALO.endpoints[shape.lower()].fields
    assert isinstance(landed, dict)
    names = {one.rstrip("!") for one in landed}
    kind = SHAPES[shape][name].kind
    assert (name in names) == (kind is not Class.ACTION)
    assert (f"{name}_had_value" in names) == (kind is Class.SECRET)


@pytest.mark.parametrize(("method", "path"), OPERATIONS_OF_THE_SEED)
def test_each_operation_of_the_document_is_answered_by_the_sandbox(
    tenant: RunningTenant, tmp_path: Path, method: str, path: str
) -> None:
    shape = path.strip("/").removesuffix("/{id}")
    rows = tenant.tenant.records[PATHS[shape]]
    key = rows[0]["id"] if method == "GET" else _made_for_deletion(rows)
    words = ["request", "--api", "halo", method, path, *(["--var", f"id={key}"] if path.endswith("{id}") else [])]
    sent = json.dumps([{"name": f"Posted to {shape}"}]).encode() if method == "POST" else None
    if method != "GET":
        words += ["--allow-writes", *([] if sent is None else ["--body", "-"])]
    env = {**tenant.environment(), "FINAGO_DATA_DIR": f"{tmp_path}", "TERM": "dumb"}
    said = CliRunner().invoke(app, words, input=sent, env=env)
    assert said.exit_code == 0, said.stderr
    assert PLANTED not in said.output
    assert (tenant.tenant.log[-1].method, tenant.tenant.log[-1].status) == (
        method,
        {"GET": 200, "POST": 201, "DELETE": 204}[method],
    )
    if method == "DELETE":
        assert key not in {one["id"] for one in rows}
    elif method == "POST":
        assert json.loads(said.stdout)["name"] == f"Posted to {shape}"
    else:
        found = json.loads(said.stdout)
        assert (found if isinstance(found, dict) else found[0])["id"] == rows[0]["id"]


def _made_for_deletion(rows: list[dict[str, object]]) -> int:
    rows.append({**rows[0], "id": 900 + len(rows)})
    return 899 + len(rows)


def test_the_tables_are_those_of_the_document_where_it_is_there() -> None:
    assert len(OPERATIONS_OF_THE_SEED) == 20
    assert len(FIELDS_OF_THE_SEED) == 5
    if not SEED.exists():
        return
    text = SEED.read_text("utf-8")
    operations = set(re.findall(r"^(GET|POST|DELETE) (/\S+)$", text, re.MULTILINE)) | {NOT_ON_THE_PAGE}
    assert operations == set(OPERATIONS_OF_THE_SEED)
    found: dict[str, dict[str, str]] = {}
    for shape, table in re.findall(
        r"^(\w+Details) Schema\n\nPropertyTypeDescription\n((?:.+\n?)+)", text, re.MULTILINE
    ):
        rows = (_ONE_FIELD.match(line) for line in table.strip().splitlines())
        found[shape] = {row[1]: row[2] for row in rows if row is not None}
    assert found == FIELDS_OF_THE_SEED
