"""What a materialization says about itself: an allow-list of facts from the manifest, never a record.

Owns metadata keys and the schema of raw rows. Counts and places only; personal data has no way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from finago_assets.core.catalogue.fields import fields_of
from finago_assets.core.catalogue.model import XML_COLUMN
from finago_assets.core.windows import ONE_DAY

if TYPE_CHECKING:
    from finago_assets.core.catalogue.fields import JsonShape
    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.model import Manifest
    from finago_assets.core.landing.store import Landed

ROWS_ON_THIS_DAY: Final = "rows_on_this_day"
_IN_FILE: Final = "Of the file."


def raw_schema(endpoint: Endpoint) -> dg.TableSchema:
    """The fields of a record, as the API calls them, and after them the columns of the file that holds it."""
    return dg.TableSchema([*_fields_of(endpoint), *_file_columns(endpoint)])


def _fields_of(endpoint: Endpoint) -> list[dg.TableColumn]:
    return [
        dg.TableColumn(
            field.path,
            " or ".join(map(_spell_shape, field.shapes)),
            "Personal data." if field.path.split(".")[0] in endpoint.personal else None,
            constraints=dg.TableColumnConstraints(nullable=not field.promised),
        )
        for field in fields_of(endpoint.fields or {})
    ]


def _spell_shape(shape: JsonShape) -> str:
    if isinstance(shape, Mapping):
        return "object"
    return "array" if isinstance(shape, list) else str(shape)


def _file_columns(endpoint: Endpoint) -> list[dg.TableColumn]:
    columns = [
        dg.TableColumn("ordinal", "BIGINT", f"{_IN_FILE} Place of the record in the answer, from 0."),
        dg.TableColumn("page", "INTEGER", f"{_IN_FILE} The page it came on."),
        dg.TableColumn(
            "payload", "VARCHAR", f"{_IN_FILE} The record's own bytes, as the server sent them, with the fields above."
        ),
    ]
    if endpoint.parent is not None:
        key = f"{_IN_FILE} Key of its {endpoint.parent.endpoint} record."
        columns.append(dg.TableColumn(endpoint.parent.column, "VARCHAR", key))
    if endpoint.keeps_xml:
        element = f"{_IN_FILE} The element that the record was made of, as it was sent."
        columns.append(dg.TableColumn(XML_COLUMN, "VARCHAR", element))
    return columns


def landed_metadata(landed: Landed, *, of_a_day: bool) -> dict[str, Any]:
    """Facts of one landed partition: of a day of many, where its rows are not the asset's, or of a whole list.

    What is the same on every day, such as the columns, stands in the definition: an event is stored three times. So is
    the digest, which is the data version.
    """
    fact = landed.manifest
    rows = {ROWS_ON_THIS_DAY if of_a_day else "dagster/row_count": fact.rows}
    missing = {"parents_missing": len(fact.missing)} if fact.missing else {}
    if of_a_day and not fact.rows:
        return rows | missing
    return {
        **rows,
        **({"distinct_ids": fact.distinct_ids} if fact.distinct_ids != fact.rows else {}),
        **missing,
        "file": dg.MetadataValue.path(landed.location),
        "payload_bytes": fact.payload_bytes,
        "fetched": describe_fetching(fact),
        "fetched_at": dg.MetadataValue.timestamp(fact.fetched_at),
    }


def describe_fetching(fact: Manifest) -> str:
    """Say what it took to fetch the window that a day came with."""
    last = fact.window_end - ONE_DAY
    window = f"{fact.window_start}" if fact.window_start == last else f"{fact.window_start} to {last}"
    waited = f" and {fact.waited_seconds:,.1f} s of waiting" if fact.waited_seconds else ""
    cost = (
        f"{_count(fact.requests, 'request')}, {_count(fact.pages, 'page')}, {_count(fact.retries, 'retry', 'retries')}"
    )
    return f"with {window}: {cost}{waited}; last trace id {fact.trace_ids[-1] if fact.trace_ids else 'none'}"


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def endpoint_metadata(endpoint: Endpoint) -> dict[str, Any]:
    """Facts of the asset itself, shown before anything has landed."""
    window = endpoint.window
    return {
        "dagster/column_schema": raw_schema(endpoint),
        "request": endpoint.request,
        "scopes_needed": ", ".join(endpoint.scopes) or "none beyond a valid token",
        "paging": endpoint.paging.value,
        "upper_end_of_a_window": window.upper.value if window else "no window",
        "personal_data": ", ".join(endpoint.personal) or "none known",
        "documentation": dg.MetadataValue.url(endpoint.source.documentation),
    }


def endpoint_description(endpoint: Endpoint) -> str:
    """Plain words for the asset's overview."""
    when = (
        "One partition a day." if endpoint.kind == "windowed" else "Fetched whole, kept under the day it was fetched."
    )
    parts = [
        f"{endpoint.title}.",
        when,
        endpoint.note,
        f"`{endpoint.request}`, [documentation]({endpoint.source.documentation}).",
    ]
    return "\n\n".join(part for part in parts if part)
