"""What a materialization says about itself: an allow-list of facts from the manifest, never a record.

Owns metadata keys and the schema of raw rows. Counts and places only; personal data has no way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from finago_assets.core.catalogue.fields import fields_of
from finago_assets.core.catalogue.model import XML_COLUMN

if TYPE_CHECKING:
    from finago_assets.core.catalogue.fields import JsonShape
    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.store import Landed

_IN_PAYLOAD: Final = "In `payload`."
_IN_FILE: Final = "Of the file."


def raw_schema(endpoint: Endpoint) -> dg.TableSchema:
    """The fields of a record, as the API calls them, and after them the columns of the file that holds it."""
    return dg.TableSchema([*_fields_of(endpoint), *_file_columns(endpoint)])


def _fields_of(endpoint: Endpoint) -> list[dg.TableColumn]:
    return [
        dg.TableColumn(
            field.path,
            " or ".join(map(_spell_shape, field.shapes)),
            f"{_IN_PAYLOAD} Personal data." if field.path.split(".")[0] in endpoint.personal else _IN_PAYLOAD,
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
        dg.TableColumn("payload", "VARCHAR", f"{_IN_FILE} The record's own bytes, as the server sent them."),
    ]
    if endpoint.parent is not None:
        key = f"{_IN_FILE} Key of its {endpoint.parent.endpoint} record."
        columns.append(dg.TableColumn(endpoint.parent.column, "VARCHAR", key))
    if endpoint.keeps_xml:
        element = f"{_IN_FILE} The element that the record was made of, as it was sent."
        columns.append(dg.TableColumn(XML_COLUMN, "VARCHAR", element))
    return columns


def landed_metadata(landed: Landed) -> dict[str, Any]:
    """Facts of one landed partition. What has `chain` in its name is that of the chain which fetched its window.

    What is the same on every day, such as the columns, stands in the definition: an event is stored three times.
    """
    fact = landed.manifest
    return {
        "dagster/row_count": fact.rows,
        "dagster/uri": landed.location,
        "distinct_ids": fact.distinct_ids,
        "payload_bytes": fact.payload_bytes,
        "digest": fact.digest,
        "chain_window": f"{fact.window_start} up to, not including, {fact.window_end}",
        "chain_pages": fact.pages,
        "chain_requests": fact.requests,
        "chain_retries": fact.retries,
        "chain_seconds_waited": round(fact.waited_seconds, 2),
        "fetched_at": dg.MetadataValue.timestamp(fact.fetched_at),
        "last_trace_id": fact.trace_ids[-1] if fact.trace_ids else "none",
        **({"parents_missing": len(fact.missing)} if fact.missing else {}),
    }


def endpoint_metadata(endpoint: Endpoint) -> dict[str, Any]:
    """Facts of the asset itself, shown before anything has landed."""
    window = endpoint.window
    return {
        "dagster/column_schema": raw_schema(endpoint),
        "documentation": dg.MetadataValue.url(endpoint.source.documentation),
        "request": endpoint.request,
        "scopes_needed": ", ".join(endpoint.scopes) or "none beyond a valid token",
        "paging": endpoint.paging.value,
        "upper_end_of_a_window": window.upper.value if window else "no window",
        "personal_data": ", ".join(endpoint.personal) or "none known",
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
