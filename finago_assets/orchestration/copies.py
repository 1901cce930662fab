"""The published tables in other places of the user's choice, each told by a check on `published`.

Owns which copies are asked for and what is said of them. A copy that fails holds back nothing: the file is published,
and the place keeps what it had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg

from finago_assets.core.errors import FinagoError, NotProven, SettingInvalid
from finago_assets.core.warehouse.parquet_copy import CURRENT_SET, ParquetFolder
from finago_assets.core.warehouse.public_file import PublishedSet
from finago_assets.core.warehouse.sql_copy import SqlSchema
from finago_assets.credentials import read_publish_address

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from finago_assets.core.warehouse.publication import PublicationRecord
    from finago_assets.settings import Settings

    Copy = Callable[[Settings, PublicationRecord], str]

PARQUET_CHECK: Final = "published_tables_are_copied_to_parquet"
SQL_CHECK: Final = "published_tables_are_copied_to_sql"


def copy_checks(settings: Settings) -> list[dg.AssetCheckSpec]:
    """Return a check for each copy that the settings ask for."""
    asked = {PARQUET_CHECK: settings.publish_parquet is not None, SQL_CHECK: settings.publishes_sql}
    return [
        dg.AssetCheckSpec(name, asset="published", description=_DESCRIPTIONS[name])
        for name, is_on in asked.items()
        if is_on
    ]


def copy_published(
    context: dg.AssetExecutionContext, settings: Settings, record: PublicationRecord, asked: Collection[str]
) -> list[dg.AssetCheckResult]:
    """Make each copy, and say of each what was written or why not."""
    return [_copy_and_tell(context, name, copy, settings, record) for name, copy in _COPIES.items() if name in asked]


def _copy_and_tell(
    context: dg.AssetExecutionContext, name: str, copy: Copy, settings: Settings, record: PublicationRecord
) -> dg.AssetCheckResult:
    facts = {"tables": len(record.tables), "rows": sum(record.tables.values())}
    try:
        place = copy(settings, record)
    except FinagoError as error:
        said = f"Not copied; the published file is there all the same, and the copy is what it was before. {error}"
        context.log.warning("%s: %s", name, said)
        return dg.AssetCheckResult(
            check_name=name, passed=False, severity=dg.AssetCheckSeverity.WARN, description=said, metadata=facts
        )
    said = f"{facts['tables']:,} tables with {facts['rows']:,} rows are in {place}."
    return dg.AssetCheckResult(check_name=name, passed=True, description=said, metadata={**facts, "place": place})


def _to_parquet(settings: Settings, record: PublicationRecord) -> str:
    folder = settings.publish_parquet
    owned = None if folder is None else settings.owned.found(folder / CURRENT_SET)
    if folder is None or owned is not None:
        raise SettingInvalid(
            f"FINAGO_PUBLISH_PARQUET leads to {owned}, which the pipeline keeps for itself; name another folder, such "
            f"as {settings.owned.exports / 'marts'}."
        )
    ParquetFolder(folder, settings.dbt_memory).replace(settings.published_warehouse, _set_of(record))
    return f"{folder / CURRENT_SET}"


def _to_sql(settings: Settings, record: PublicationRecord) -> str:
    schema = SqlSchema(read_publish_address(), settings.dbt_memory)
    schema.replace(settings.published_warehouse, _set_of(record))
    return schema.place


def _set_of(record: PublicationRecord) -> PublishedSet:
    if not record.tables:
        # a copy of nothing would take every table away
        raise NotProven("What the published file holds is not known. Materialize `published` again.")
    return PublishedSet(record.run, record.finished_at.isoformat(), record.stamp, record.tables)


_KEPT: Final = "A copy that fails leaves the last one as it is and holds back nothing."
_DESCRIPTIONS: Final[Mapping[str, str]] = {
    PARQUET_CHECK: f"The published tables are in the folder of FINAGO_PUBLISH_PARQUET too. {_KEPT}",
    SQL_CHECK: f"The published tables are in the PostgreSQL of FINAGO_PUBLISH_SQL too. {_KEPT}",
}
_COPIES: Final[Mapping[str, Copy]] = {PARQUET_CHECK: _to_parquet, SQL_CHECK: _to_sql}
