"""What a materialization says about itself: an allow-list of facts from the manifest, never a record.

Owns metadata keys and the schema of raw rows. Counts and places only; personal data has no way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from finago_assets.core.catalogue.model import XML_COLUMN

if TYPE_CHECKING:
    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.store import Landed


def raw_schema(endpoint: Endpoint) -> dg.TableSchema:
    """The columns of a landed file."""
    columns = [
        dg.TableColumn("ordinal", "BIGINT", "Place of the record in the answer, from 0."),
        dg.TableColumn("page", "INTEGER", "The page it came on."),
        dg.TableColumn("payload", "VARCHAR", "The record's own bytes, as the server sent them."),
    ]
    if endpoint.parent is not None:
        columns.append(
            dg.TableColumn(endpoint.parent.column, "VARCHAR", f"Key of its {endpoint.parent.endpoint} record.")
        )
    if endpoint.keeps_xml:
        columns.append(
            dg.TableColumn(XML_COLUMN, "VARCHAR", "The element that the record was made of, as it was sent.")
        )
    return dg.TableSchema(columns)


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
