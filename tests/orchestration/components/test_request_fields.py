"""What the YAML of a request comes to, and what is refused when it loads: each refusal names the field."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from finago_assets.core.errors import SettingInvalid
from finago_assets.orchestration.components.request_fields import RequestFields
from finago_assets.orchestration.request.config import IntoDuckdb, IntoFile, IntoSql, Nowhere, Registered
from finago_assets.orchestration.request.meaning import request_of

LIST: dict[str, Any] = {"name": "mine", "template": "accounts.list"}
LINES: dict[str, Any] = {
    "name": "lines",
    "path": "/transactionlines",
    "query": {"dateFrom": "{date}", "dateTo": "{next_date}", "accountNumber": 1920, "includeDimensions": True},
    "partitioned": True,
}
WRITE: dict[str, Any] = {
    "name": "unit",
    "template": "productcategories.create",
    "body": '{"name": "Tea", "parentId": 0}',
}


def fields(attributes: dict[str, Any]) -> RequestFields:
    return RequestFields.model_validate(attributes)


def test_a_day_is_written_into_parameters_and_target() -> None:
    config = fields({**LINES, "into": "out/lines-{date}.parquet"}).config(date(2024, 2, 29))
    assert request_of(config.request, None).query == {
        "dateFrom": "2024-02-29",
        "dateTo": "2024-03-01",
        "accountNumber": "1920",
        "includeDimensions": "true",
    }
    assert config.into == IntoFile(path="out/lines-2024-02-29.parquet")


def test_variables_fill_the_path() -> None:
    made = fields({"name": "one", "path": "/salesorders/{id}/lines", "variables": {"id": 12}}).checked()
    assert made.path == "/salesorders/12/lines"


def test_targets_are_spelled_as_on_the_command_line() -> None:
    def into(text: str | None) -> object:
        return fields({**LIST, "into": text}).config(None).into

    assert into(None) == Nowhere()
    assert into("out/a.ndjson") == IntoFile(path="out/a.ndjson")
    assert into("duckdb:out/a.duckdb#office.accounts") == IntoDuckdb(file="out/a.duckdb", table="office.accounts")
    sql = into("env:BOOKS_URL#office.accounts")
    assert isinstance(sql, IntoSql)
    assert (sql.url.env, sql.table) == ("BOOKS_URL", "office.accounts")


def test_a_connection_is_looked_up_in_the_registry_that_is_named() -> None:
    chosen = fields({**LIST, "connection": "north", "registry": "registry.yaml"}).config(None).connection
    assert isinstance(chosen, Registered)
    assert (chosen.name, chosen.registry.yaml) == ("north", "registry.yaml")
    elsewhere = fields({**LIST, "connection": "north"}).config(None).connection
    assert isinstance(elsewhere, Registered)
    assert (elsewhere.registry.env, elsewhere.registry.yaml) == ("FINAGO_REGISTRY", "")


@pytest.mark.parametrize(
    ("attributes", "field", "said"),
    [
        ({"name": "mine"}, "template", "path"),
        ({**LIST, "path": "/accounts"}, "template", "not both"),
        ({**LIST, "template": "account.list"}, "template", "accounts.list"),
        ({**LIST, "query": {"page": 1}}, "query", "page"),
        ({"name": "mine", "path": "https://elsewhere.example/accounts"}, "path", "below the API"),
        ({"name": "mine", "path": "/accounts/../me"}, "path", "plain path"),
        ({"name": "mine", "path": "/accounts", "method": "DELETE"}, "method", "takes GET"),
        ({"name": "mine", "template": "salesorder_lines.list"}, "variables", "id"),
        ({**LINES, "query": {"dateFrom": "yesterday", "dateTo": "{date}"}}, "query", "day"),
        ({**LINES, "partitioned": False}, "partitioned", "true"),
        ({**LINES, "into": "lines.parquet"}, "into", "{date}"),
        ({**LIST, "into": "accounts.tsv"}, "into", ".parquet"),
        ({**LIST, "into": "raw"}, "into", "FinagoEndpoint"),
        ({**LIST, "into": "postgresql://me:hunter2@host/books#accounts"}, "into", "env:NAME"),
        ({**LIST, "connection": "a", "registry": "postgresql://me:hunter2@host/books"}, "registry", "env:NAME"),
        (WRITE, "allow_writes", "writes"),
        ({**WRITE, "allow_writes": True, "partitioned": True}, "partitioned", "reads"),
        ({**WRITE, "allow_writes": True, "body": "{"}, "body", "JSON"),
        ({**WRITE, "allow_writes": True, "body": ""}, "body", "needs a body"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(
    attributes: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(SettingInvalid) as refused:
        fields(attributes).checked()
    assert f"`{field}`" in str(refused.value)
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_write_that_is_allowed_is_taken() -> None:
    assert fields({**WRITE, "allow_writes": True}).checked().body == b'{"name": "Tea", "parentId": 0}'
