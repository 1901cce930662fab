"""The floor: what cannot be avoided. `get` reads every page and drops it, `keep` writes it down, `type` types JSON.

Owns nothing that a pipeline needs beyond that: no retries, no raw files, no checks, no provenance.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
from httpx import Client  # noqa: TID251  the same library without the project around it

from benchmarks.ledger import YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

NEXT: Final = re.compile(r'<([^>]+)>; rel="next"')
WINDOW: Final = f"dateFrom={YEAR}-01-01&dateTo={YEAR + 1}-01-01"
SHAPE: Final = """{
    "id": "VARCHAR", "transaction": {"id": "VARCHAR", "number": "BIGINT"},
    "account": {"id": "BIGINT", "number": "BIGINT", "name": "VARCHAR"}, "transactionType": {"id": "BIGINT"},
    "tax": {"id": "BIGINT", "rate": "DECIMAL(38,10)"}, "amount": "DECIMAL(38,10)",
    "currency": {"code": "VARCHAR", "rate": "DECIMAL(38,10)"}, "date": "DATE", "periodDate": "DATE",
    "invoice": {"number": "VARCHAR", "dueDate": "DATE", "remittanceReference": "VARCHAR"},
    "customer": {"id": "BIGINT"}, "comment": "VARCHAR", "createdAt": "TIMESTAMPTZ", "modifiedAt": "TIMESTAMPTZ",
    "dimensions": [{"dimensionType": "VARCHAR", "value": "VARCHAR", "name": "VARCHAR"}]
}"""
COLUMNS: Final = """
    r.id as line_id, r.transaction.id as voucher_id, r.transaction.number as voucher_number,
    r.account.id as account_id, r.account.number as account_number, r.account.name as account_name,
    r.transactionType.id as transaction_type_id, r.tax.id as tax_id, r.tax.rate as tax_rate, r.amount as amount,
    r.currency.code as currency_code, r.currency.rate as currency_rate, r.date as posting_date,
    r.periodDate as period_date, r.invoice.number as invoice_number, r.invoice.dueDate as due_date,
    r.invoice.remittanceReference as payment_reference, r.customer.id as customer_id, r.comment as comment,
    r.createdAt as created_at, r.modifiedAt as modified_at, r.dimensions as dimensions
"""


def bodies(origin: str) -> Iterator[bytes]:
    """Yield the body of every page of the year."""
    with Client(base_url=origin, timeout=60) as client:
        token = client.post("/oauth/token", data={"grant_type": "client_credentials"}).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        url: str | None = f"/v1/transactionlines?{WINDOW}&includeDimensions=true&page=1&limit=1000"
        while url:
            answer = client.get(url)
            yield answer.content
            following = NEXT.search(answer.headers.get("link", ""))
            url = following and following[1]


def kept(origin: str, file: Path) -> None:
    """Write every page's body into one file, a comma between them."""
    with file.open("wb") as out:
        for number, body in enumerate(bodies(origin)):
            out.write(b"," * bool(number) + body)


def typed(ndjson: Path, database: Path) -> str:
    """Type the lines into a table with exact decimals; return count and sum."""
    database.unlink(missing_ok=True)
    with duckdb.connect(database, config={"threads": 2, "preserve_insertion_order": False}) as connection:
        source = f"select from_json(json, '{SHAPE}') as r from read_ndjson_objects('{ndjson}')"
        connection.execute(f"create table lines as select {COLUMNS} from ({source})")
        return str(connection.execute("select count(*), sum(amount) from lines").fetchall())


def main() -> None:
    parser = ArgumentParser("benchmarks.floor")
    parser.add_argument("step", choices=("get", "keep", "type"))
    parser.add_argument("--origin", default="")
    parser.add_argument("--ndjson", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    if asked.step == "get":
        print(sum(map(len, bodies(asked.origin))))
    elif asked.step == "keep":
        kept(asked.origin, asked.out)
    else:
        print(typed(asked.ndjson, asked.out / "floor.duckdb"))


if __name__ == "__main__":
    main()
