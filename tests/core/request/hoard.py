"""Asks for more than memory should hold, in a process of its own so that its memory can be measured.

Run as a module with the address of an API, a folder, and `pages` or `body`; prints one JSON object: how many records
each way of reading gave, and the peak memory in MiB after asking and after reading.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.secret import Secret
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import from_template
from tests.peak import peak_kib


def main() -> None:
    origin, folder, way = sys.argv[1:]
    connection = FinagoConnection("1001", "client", Secret("secret"), f"{origin}/v1", f"{origin}/oauth/token")
    window = {"dateFrom": "2026-01-01", "dateTo": "2026-02-01"}
    request = from_template(FINAGO, "transactionlines.list", query=window, all_pages=way == "pages")
    with ApiClient(connection) as client:
        outcome = perform(request, client, Path(folder))
    answer = outcome.answer
    assert answer is not None, outcome.problem
    asked = peak_kib() // 1024
    counts = {
        "records": answer.records,
        "payloads": sum(1 for _ in answer.payloads()),
        "batches": sum(batch.num_rows for batch in answer.batches()),
        "rows": answer.relation(duckdb.connect()).aggregate("count(*)").fetchall()[0][0],
    }
    json.dump({"counts": counts, "size": answer.size, "asked": asked, "read": peak_kib() // 1024}, sys.stdout)


if __name__ == "__main__":
    main()
