"""From a connection made on the spot to a table, and to the raw store, with nothing in between but our own code."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from finago_assets.apis import CONNECTION_KINDS
from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.connections.address import read_address
from finago_assets.core.connections.model import made_from
from finago_assets.core.extract import Extractor
from finago_assets.core.http.client import ApiClient
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import from_template
from finago_assets.core.request.targets.raw import RawPartition
from finago_assets.core.request.targets.target import parse_target
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.request import Request
    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import Caller


@pytest.fixture
def client(sandbox: Running) -> Iterator[ApiClient]:
    row = {
        "name": "made on the spot",
        "organization_id": sandbox.organization_id,
        "client_id": "env:FINAGO_CLIENT_ID",
        "client_secret": "env:FINAGO_CLIENT_SECRET",
    }
    settings = Settings(api_url=sandbox.api_url, token_url=sandbox.token_url)
    with ApiClient(made_from(row, CONNECTION_KINDS).open(settings, sandbox.environment())) as found:
        yield found


def asked(client: ApiClient, request: Request, folder: Path) -> Answer:
    outcome = perform(request, client, folder)
    assert outcome.answer is not None
    return outcome.answer


def test_accounts_become_rows_of_a_table_of_the_users_own(
    client: ApiClient, caller: Caller, database: str, tmp_path: Path
) -> None:
    target = parse_target(f"{database}#accounts")
    written = target.write(asked(client, from_template(FINAGO, "accounts.list"), tmp_path))
    with read_address(database, table="accounts").engine().connect() as connection:
        rows = connection.execute(sa.text("select id, name from accounts order by id")).all()
    sent = sorted((account["id"], account["name"]) for account in caller.records("/accounts"))
    assert [tuple(row) for row in rows] == sent
    assert written.rows == len(sent) > 0


def test_ledger_lines_of_all_pages_keep_every_ore(
    client: ApiClient, sandbox: Running, caller: Caller, database: str, tmp_path: Path
) -> None:
    window = {"dateFrom": f"{sandbox.books.plan.start}", "dateTo": f"{sandbox.books.plan.last}"}
    request = from_template(FINAGO, "transactionlines.list", query={**window, "limit": "50"}, all_pages=True)
    parse_target(f"{database}#lines").write(asked(client, request, tmp_path))
    with read_address(database, table="lines").engine().connect() as connection:
        amounts: list[str] = list(connection.execute(sa.text("select cast(amount as text) from lines")).scalars())
    sent = [line["amount"] for line in caller.records("/transactionlines", **window)]
    assert sorted(map(Decimal, amounts)) == sorted(map(Decimal, sent))
    assert len(sent) > 50


@pytest.mark.parametrize("name", ["accounts.list", "customers.list", "organization_information.get"])
def test_the_raw_store_gets_what_the_asset_would_have_landed(
    client: ApiClient, sandbox: Running, tmp_path: Path, name: str
) -> None:
    by_asset, by_request = (open_store(tmp_path / folder, Landing.PARQUET, "finago") for folder in ("asset", "request"))
    organization = sandbox.organization_id
    request = from_template(FINAGO, name, all_pages=name.endswith("list"))
    target = RawPartition(by_request, organization, request)
    target.write(asked(client, request, tmp_path))
    extractor = Extractor(client, by_asset, organization, "run-1", sandbox.books.plan.start, ENDPOINTS)
    landed = extractor.land_reference(ENDPOINTS[request.operation.name.partition(".")[0]]).manifest
    partition = by_request.newest(landed.endpoint, organization)
    assert partition is not None
    found = by_request.verify(partition)
    assert (found.digest, found.rows, found.distinct_ids) == (landed.digest, landed.rows, landed.distinct_ids)
    assert found.rows > 0
