"""Days of every endpoint landed without Dagster, so that what Dagster adds can be told from what the work takes.

Owns the order in which endpoints are asked: the catalogue's, parents before children.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import date

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.catalogue.model import EndpointKind
from finago_assets.core.extract import Extractor
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import ApiClient
from finago_assets.core.landing.store import open_store
from finago_assets.core.windows import ONE_DAY, Window
from finago_assets.credentials import read_connection
from finago_assets.settings import read_settings


def main() -> None:
    parser = ArgumentParser("benchmarks.bare")
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    parser.add_argument("--through", type=date.fromisoformat, help="the last day, instead of that one alone")
    asked = parser.parse_args()
    days = Window(asked.day, (asked.through or asked.day) + ONE_DAY)
    settings = read_settings(os.environ)
    connection = read_connection(settings, os.environ)
    organization = connection.organization_id
    store = open_store(settings.data_dir, settings.landing, "finago")
    budget = RequestBudget(settings.work_dir / "budget", "finago", organization, settings.requests_per_second)
    with ApiClient(connection, budget=budget) as client:
        extractor = Extractor(
            client, store, organization, "benchmark", settings.start_date, ENDPOINTS, settings.concurrency
        )
        rows = 0
        for endpoint in ENDPOINTS.values():
            if not endpoint.enabled:
                store.placeholder(endpoint, organization, settings.start_date)
            elif endpoint.kind is EndpointKind.WINDOWED:
                landed = extractor.land_window(endpoint, days)
                rows += sum(one.manifest.rows for one in landed)
            else:
                rows += extractor.land_reference(endpoint).manifest.rows
    print(rows)


if __name__ == "__main__":
    main()
