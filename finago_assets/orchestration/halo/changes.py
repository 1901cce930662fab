"""Changes of a Halo connection as jobs: a dry run by default, its difference in the run's log and in an asset's page.

Owns the launchpad's words and what a run shows. What may be changed and what has to be said is `apis/halo/changes`'s.
"""

# no `from __future__ import annotations`: Dagster reads the types of configs and ops
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import dagster as dg
from pydantic import Field

from finago_assets.apis.halo.changes.change import CHANGEABLE, make_change
from finago_assets.apis.halo.changes.difference import table_of
from finago_assets.apis.halo.changes.guarded import Consent, GuardedChanges, HaloChangeResult, Preview
from finago_assets.apis.halo.changes.record import CHANGES_FILE, ChangeLine, ChangeRecord, Ended
from finago_assets.apis.halo.changes.tenant import TenantReader
from finago_assets.connect import open_client
from finago_assets.credentials import read_halo_write_connection
from finago_assets.orchestration.failures import FinalFailure, typed_failures
from finago_assets.orchestration.layers import REQUEST_LAYER
from finago_assets.orchestration.request.job import NEVER_AGAIN
from finago_assets.orchestration.resources import Reference
from finago_assets.orchestration.tables import ROWS_SHOWN
from finago_assets.settings import read_settings

if TYPE_CHECKING:

    class Provider(StrEnum):
        """A provider's name."""
else:
    Provider = StrEnum("Provider", {shape: shape for shape in CHANGEABLE})

CHANGES_KEY: Final = dg.AssetKey(["halo", "connection_changes"])
CHANGES_DESCRIPTION: Final = (
    "What was changed of connections from here, by commands and by runs: each change with its fields before and after, "
    "without secrets, and how it stands. Materialize it to see the record as it is now."
)
_CHANGE_COLUMNS: Final = ("when (UTC)", "connection", "change", "fields", "how it stands", "by")


class SecretField(dg.Config):
    """A secret to set, by reference."""

    field: str = Field(description="Its name: new_client_secret, new_password.")
    value: Reference = Field(description="Where the value is found when the run starts; never the value itself.")


class Said(dg.Config):
    """What a person says to a change. Left as it is, nothing is sent and the run shows the difference."""

    allow_writes: bool = Field(default=False, description="Let it be sent; without it this is a dry run.")
    state: str = Field(default="", description="The state that the dry run showed: another means somebody changed it.")
    confirm: str = Field(default="", description="The connection in full, as the dry run shows it.")
    high_risk: bool = Field(
        default=False,
        description="The second switch: for secrets, for what decides which company is written to or what is posted, "
        "and for deletions.",
    )


class HaloChangeConfig(Said):
    """A change of one connection, or a new one."""

    provider: Provider = Field(description="Which kind of connection.")
    id: int = Field(default=0, description="The connection's id; 0 makes a new one.")
    values: dict[str, str] = Field(
        default={}, description='Fields to set, each value as text: `item_group: "7"`, `enabled: "true"`.'
    )
    secrets: list[SecretField] = Field(default=[], description="Secrets to set, by reference.")


class HaloDeletionConfig(Said):
    """A deletion of one connection."""

    provider: Provider = Field(description="Which kind of connection.")
    id: int = Field(description="The connection's id.")
    with_links: bool = Field(default=False, description="Delete although records are linked through it.")


@dg.multi_asset(
    name="halo_connection_changes",
    specs=[
        dg.AssetSpec(
            CHANGES_KEY,
            group_name="halo_changes",
            description=CHANGES_DESCRIPTION,
            owners=["team:finance-data"],
            kinds={"json"},
            tags=dict([REQUEST_LAYER]),
        )
    ],
    # without it no range of days could be asked for from the command line together with it
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def halo_connection_changes() -> Iterator[dg.MaterializeResult[None]]:
    """Show the record as it is."""
    yield dg.MaterializeResult(metadata=_record_metadata())


@dg.op(out=dg.Out(dg.Nothing), description="Show what a change would do; carry it out once everything was said.")
def change_halo_connection(context: dg.OpExecutionContext, config: HaloChangeConfig) -> None:
    """Look, and send where that is allowed."""
    with typed_failures(context), _changes(context) as changes:
        values = {**config.values, **{one.field: one.value.notation() for one in config.secrets}}
        change = make_change(config.provider.value, f"{config.id}" if config.id else None, values)
        if config.allow_writes:
            _tell(context, changes.apply(change, _consent(config)))
        else:
            _tell_preview(context, changes.preview(change))


@dg.op(out=dg.Out(dg.Nothing), description="Show what hangs on a connection; delete it once everything was said.")
def delete_halo_connection(context: dg.OpExecutionContext, config: HaloDeletionConfig) -> None:
    """Look, and send where that is allowed."""
    with typed_failures(context), _changes(context) as changes:
        if config.allow_writes:
            said = _consent(config, with_links=config.with_links)
            _tell(context, changes.delete(config.provider.value, config.id, said))
        else:
            _tell_preview(context, changes.preview_deletion(config.provider.value, config.id))


@dg.job(
    name="halo_change",
    description="Change or make a connection of Halo. A dry run unless allow_writes and what it asks for are said.",
    tags=NEVER_AGAIN,
    config=dg.RunConfig(
        ops={
            change_halo_connection.name: HaloChangeConfig(
                provider=next(iter(Provider)), id=1, values={"name": "the name that it shall have"}
            )
        }
    ),
)
def halo_change() -> None:
    """Wire the op."""
    change_halo_connection()


@dg.job(
    name="halo_delete",
    description="Delete a connection of Halo. A dry run unless allow_writes and what it asks for are said.",
    tags=NEVER_AGAIN,
    config=dg.RunConfig(ops={delete_halo_connection.name: HaloDeletionConfig(provider=next(iter(Provider)), id=1)}),
)
def halo_delete() -> None:
    """Wire the op."""
    delete_halo_connection()


def _consent(config: Said, *, with_links: bool = False) -> Consent:
    return Consent(config.allow_writes, config.state, config.confirm, config.high_risk, with_links)


@contextmanager
def _changes(context: dg.OpExecutionContext) -> Iterator[GuardedChanges]:
    settings = read_settings()
    connection = read_halo_write_connection(settings)
    record = ChangeRecord(settings.requests_dir / CHANGES_FILE, f"run {context.run_id}")
    with open_client(settings, connection, tell=context.log.info) as client:
        yield GuardedChanges(TenantReader(client, settings.requests_dir), record, os.environ)


def _tell_preview(context: dg.OpExecutionContext, preview: Preview) -> None:
    context.log_event(_observation(preview))
    lacking = "nothing would change" if preview.changes_nothing else "; ".join(preview.lacking(Consent()))
    context.log.info("A dry run, nothing was sent. %s, state %s: %s.", preview.confirm, preview.state, lacking)


def _tell(context: dg.OpExecutionContext, result: HaloChangeResult) -> None:
    context.log_event(dg.AssetMaterialization(CHANGES_KEY, metadata=_record_metadata()))
    if result.ended not in {Ended.DONE, Ended.ALREADY}:
        raise FinalFailure(result.sentence, {"ended": result.ended.value})
    context.log.info(result.sentence)


def _observation(preview: Preview) -> dg.AssetObservation:
    return dg.AssetObservation(
        CHANGES_KEY,
        metadata={
            "difference": _show_table(table_of(list(preview.differs)), ("field", "before", "after", "risk")),
            "action": preview.action.value,
            "state": preview.state,
            "confirm": preview.confirm,
            "records linked": preview.links,
        },
    )


def _record_metadata() -> dict[str, dg.TableMetadataValue | int]:
    found = ChangeRecord(read_settings().requests_dir / CHANGES_FILE, "").changes()
    return {
        "changes": _show_table([_show_change(one) for one in reversed(found[-ROWS_SHOWN:])], _CHANGE_COLUMNS),
        "number of changes": len(found),
        "unknown": sum(one.state is Ended.UNKNOWN for one in found),
    }


def _show_change(one: ChangeLine) -> dict[str, str]:
    values = (
        one.time[:19],
        f"{one.tenant} {one.provider}:{one.key or 'new'}:{one.name}",
        one.action.value,
        ", ".join(row["field"] for row in one.fields),
        f"{one.state.value}: {one.reason}" if one.reason else one.state.value,
        one.by,
    )
    return dict(zip(_CHANGE_COLUMNS, values, strict=True))


def _show_table(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> dg.TableMetadataValue:
    records = [dg.TableRecord(dict(row)) for row in rows]
    return dg.MetadataValue.table(records, schema=dg.TableSchema([dg.TableColumn(name) for name in columns]))
