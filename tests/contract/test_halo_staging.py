"""What staging types of Halo's records, and the seed of their fields, against the fields that a landed record has."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.endpoints import PROVIDERS
from finago_assets.apis.halo.redaction import HAD_VALUE
from finago_assets.core.catalogue.fields import Scalar
from tests.dbt.staged_columns import HALO_STAGING, PROJECT, staged_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.fields import JsonShape

CONNECTIONS: Final = {f"stg_halo_{shape.lower()}": shape.lower() for shape in PROVIDERS}
OTHERS: Final = {
    f"stg_halo_{name}": name for name in ("integrationerror", "integrationrequest", "externallink", "features", "tax")
}
DETAILS: Final = {
    f"stg_halo_{name}_by_id": f"{name}_by_id"
    for name in ("exactdetails", "businesscentraldetails", "sagebusinessclouddetails")
}
KINDS: Final = {Scalar.FLAG: "boolean", Scalar.MOMENT: "timestamp", Scalar.NUMBER: "decimal"}
# counted, where any other whole number of a connection is an id or a code
WHOLE: Final = {"group_increment", "line_increment"}


def _fields(endpoint: str) -> Mapping[str, JsonShape]:
    fields = HALO.endpoints[endpoint].fields
    assert isinstance(fields, dict)
    return {name.rstrip("!"): shape for name, shape in fields.items()}


def _seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_list_of_connections_and_what_tells_of_their_health_is_staged() -> None:
    assert {model: staged_columns(model)[0] for model in HALO_STAGING} == CONNECTIONS | OTHERS | DETAILS


@pytest.mark.parametrize("model", CONNECTIONS)
def test_each_field_of_a_connection_is_staged_but_for_secrets_lists_and_notes(model: str) -> None:
    endpoint, columns = staged_columns(model)
    fields = _fields(endpoint)
    wanted = {
        name: "integer" if name in WHOLE else KINDS.get(shape, "text")
        for name, shape in fields.items()
        if isinstance(shape, Scalar) and name != "_warning" and name + HAD_VALUE not in fields
    }
    assert {column.path: column.kind for column in columns} == wanted
    assert {column.path: column.name for column in columns if column.name != column.path} == {"id": "connection_id"}


@pytest.mark.parametrize("model", OTHERS)
def test_what_is_staged_of_the_other_lists_is_a_field_of_its_kind(model: str) -> None:
    endpoint, columns = staged_columns(model)
    fields = _fields(endpoint)
    for column in columns:
        name, _, inner = column.path.partition(".")
        shape = fields[name]
        if inner:
            assert isinstance(shape, dict)
            shape = shape[inner]
        assert isinstance(shape, Scalar)
        assert column.kind == KINDS.get(shape, "text"), column


@pytest.mark.parametrize("endpoint", [name for name in HALO.endpoints if name.endswith("_by_id")])
def test_of_the_details_the_links_are_staged_of_each_provider_that_has_any(endpoint: str) -> None:
    links = {
        name for name, shape in _fields(endpoint).items() if name.endswith("_mappings") and isinstance(shape, list)
    }
    staged = staged_columns(f"stg_halo_{endpoint}")[1] if endpoint in DETAILS.values() else []
    assert {column.path for column in staged} - {"id"} == links


def test_the_seeds_know_the_providers_and_no_field_that_a_record_has_not() -> None:
    providers = [shape.lower().removesuffix("details") for shape in PROVIDERS]
    assert [row["provider"] for row in _seed("integration_providers")] == providers
    names = [row["provider_name"] for row in _seed("integration_providers")]
    assert names == list(PROVIDERS.values())
    for row in _seed("integration_fields"):
        staged = {column.name for column in staged_columns(f"stg_halo_{row['provider']}details")[1]}
        assert {row["field"], row["label_field"] or row["field"]} <= staged, row


@pytest.mark.parametrize(
    ("role", "without"),
    [
        ("name", {"myob"}),
        ("authorised", {"kashflow"}),
        ("enabled", {"fortnox"}),
        ("token expiry", {"kashflow", "avalara", "myob"}),
        ("entities", {"kashflow"}),
        ("company", {"fortnox", "sagebusinesscloud"}),
    ],
)
def test_a_provider_tells_what_the_description_lets_it_tell(role: str, without: set[str]) -> None:
    telling = {row["provider"] for row in _seed("integration_fields") if row["role"] == role}
    assert {row["provider"] for row in _seed("integration_providers")} - telling == without


def test_a_provider_has_a_default_or_a_life_of_a_token_where_its_records_tell_of_one() -> None:
    fields, providers = _seed("integration_fields"), _seed("integration_providers")
    for column, role in (
        ("has_default", "default"),
        ("refresh_days", "token expiry"),
        ("tells_authorisation", "authorised"),
    ):
        told = {row["provider"] for row in providers if row[column] not in {"", "false"}}
        assert told == {row["provider"] for row in fields if row["role"] == role}, column
