"""T15: whatever a field turns into, it is landed as it came and then refused, rejected or warned of by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS, FINAGO_REST
from finago_assets.apis.finago.fields import FIELDS
from finago_assets.core.catalogue.fields import fields_of
from finago_assets.core.drift.watch import UntilNow, Watch
from finago_assets.core.errors import Malformed
from finago_assets.core.landing.store import ChainFacts, Landing, Partition, open_store
from finago_assets.core.records import RecordReader
from finago_assets.core.windows import ONE_DAY, Window
from tests.dbt.drift_cases import DAY, Case, cases, whole
from tests.dbt.staged_columns import Column, staged_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.store import RawStore
    from tests.dbt.warehouse import Warehouse

Row = dict[str, Any]

ORGANIZATION = "org-1"
WINDOW = Window(date.fromisoformat(DAY), date.fromisoformat(DAY) + ONE_DAY)
FACTS = ChainFacts(WINDOW, 1, 1, 0, 0.0, (), datetime(2024, 1, 3, tzinfo=UTC), FINAGO_REST.version, "run-1")
BALANCE = {"date": "balance_date", "opening": "opening_balance", "change": "change", "closing": "closing_balance"}


@dataclass(frozen=True, slots=True)
class Swept:
    """Every case of every endpoint: those that landing refused, and those that landed, in order, and were staged."""

    store: RawStore
    refused: dict[str, list[Case]] = field(default_factory=lambda: {name: [] for name in ENDPOINTS})
    landed: dict[str, list[Case]] = field(default_factory=lambda: {name: [] for name in ENDPOINTS})
    staged: dict[str, dict[int, list[Row]]] = field(default_factory=dict)  # by the record they came from


@pytest.fixture(scope="module")
def swept(empty_warehouse: Callable[[], Warehouse]) -> Swept:
    """All cases, landed by the store that users land with and staged by one run of dbt."""
    warehouse = empty_warehouse()
    found = Swept(open_store(warehouse.folder / "data", Landing.PARQUET, "finago"))
    for endpoint in ENDPOINTS.values():
        reader, sides = RecordReader(endpoint), (found.landed, found.refused)
        for case in cases(endpoint.name):
            sides[_refused(reader, endpoint, case)][endpoint.name].append(case)
        _land(found.store, endpoint, [case.payload for case in found.landed[endpoint.name]])
    statuses = warehouse.dbt("run", "--select", "staging")
    assert set(statuses.values()) == {"success"}
    with duckdb.connect(str(warehouse.file), read_only=True) as connection:
        found.staged.update({name: _staged(connection, name) for name in ENDPOINTS})
    return found


def _refused(reader: RecordReader, endpoint: Endpoint, case: Case) -> bool:
    try:
        reader.keys([case.payload]) if endpoint.window is None else reader.read([case.payload])
    except Malformed:
        return True
    return False


def _land(store: RawStore, endpoint: Endpoint, payloads: list[bytes]) -> None:
    with store.spool(endpoint, ORGANIZATION, WINDOW.days) as spool:
        spool.add(1, payloads, WINDOW.start, None, None if endpoint.parent is None else "parent")
        list(spool.publish(FACTS))


def _warned(endpoint: Endpoint, case: Case) -> bool:
    """Tell whether a day of nothing but such records, after days of whole ones, is a warning that names the field."""
    watch = Watch(endpoint, UntilNow(frozenset(one.path for one in fields_of(FIELDS[endpoint.name]))))
    watch.look([case.payload])
    paths = [finding.path for finding in watch.drift().findings]
    return any(path == case.named or path.startswith((f"{case.named}.", f"{case.named}[]")) for path in paths)


def _staged(connection: duckdb.DuckDBPyConnection, endpoint: str) -> dict[int, list[Row]]:
    table = connection.execute(f"from staging.stg_{endpoint}")
    names = [column[0] for column in table.description or []]
    found: dict[int, list[Row]] = {}
    for row in table.fetchall():
        cells = dict(zip(names, row, strict=True))
        found.setdefault(cells["_ordinal"], []).append(cells)
    return found


def _is_named(rows: list[Row]) -> bool:
    return any(row["_lost"] or row.get("_unread") or row.get("reject_reason") for row in rows)


def _silent_nulls(columns: list[Column], case: Case, rows: list[Row]) -> list[str]:
    """Return the columns that hold nothing where the record holds something, and say nothing of it."""
    if _is_named(rows):
        return []
    cells = rows[0] if rows else {}
    if case.endpoint == "accountbalances":
        if not case.record.get("balances"):
            return []  # a row there is a balance, and the account has none
        cells = {**cells, "balances": [{key: row[name] for key, name in BALANCE.items()} for row in rows] or None}
    return [column.name for column in columns if _lost(_value(case.record, column.path), cells.get(column.name))]


def _value(value: Any, path: str) -> Any:
    """Return what the record holds at a path, or what stands in the way there."""
    for step in path.split("."):
        if not isinstance(value, dict):
            return value
        value = value.get(step)
    return value


def _lost(sent: Any, staged: Any) -> bool:
    if sent in (None, "", []):
        return False
    if staged is None:
        return True
    if isinstance(sent, list) and isinstance(staged, list):
        return len(sent) != len(staged) or any(map(_lost, sent, staged))
    if isinstance(staged, dict):
        # an element that is no object has become one of nothing but NULLs
        return not isinstance(sent, dict) or any(_lost(sent[key], staged[key]) for key in staged.keys() & sent.keys())
    return False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case that landed."""

    case: Case
    warned: bool
    named: bool  # by _lost, which blocks, by _unread, or by reject_reason
    silent: list[str]

    @property
    def is_noticed(self) -> bool:
        """A field that came can only be warned of; any other trouble may also be a failure or a reject."""
        return not self.silent and (self.warned or (self.named and self.case.mutation != "add"))


def _outcomes(swept: Swept, endpoint: Endpoint) -> Iterator[Outcome]:
    staged = swept.staged[endpoint.name]
    _, columns = staged_columns(f"stg_{endpoint.name}")
    for ordinal, case in enumerate(swept.landed[endpoint.name]):
        rows = staged.get(ordinal, [])
        yield Outcome(case, _warned(endpoint, case), _is_named(rows), _silent_nulls(columns, case, rows))


def test_whatever_a_field_turns_into_is_refused_or_named_and_no_value_becomes_null_in_silence(swept: Swept) -> None:
    found = [outcome for endpoint in ENDPOINTS.values() for outcome in _outcomes(swept, endpoint)]
    refused, silent = sum(map(len, swept.refused.values())), sum(len(one.silent) for one in found)
    print(
        f"T15: {refused + len(found):,} cases in {len(ENDPOINTS)} endpoints: {refused:,} refused at landing, "
        f"{sum(one.named for one in found):,} named by dbt, "
        f"{sum(one.warned for one in found):,} warned of at landing, "
        f"{sum(not one.is_noticed for one in found):,} unnoticed, {silent:,} silent NULLs"
    )
    assert [one for one in found if not one.is_noticed] == []
    assert len(found) > 3_000


def test_a_record_lands_byte_for_byte_whatever_came_in_it(swept: Swept) -> None:
    for name, landed in swept.landed.items():
        payloads = [
            payload for _, payload in swept.store.records(Partition("finago", name, ORGANIZATION, WINDOW.start))
        ]
        assert payloads == [case.payload for case in landed]
        assert [case for case in swept.refused[name] if case.mutation == "add"] == []


def test_a_whole_record_is_as_known_and_loses_nothing(swept: Swept) -> None:
    for endpoint in ENDPOINTS.values():
        watch = Watch(endpoint, UntilNow(frozenset(one.path for one in fields_of(FIELDS[endpoint.name]))))
        watch.look([Case(endpoint.name, "", "", whole(endpoint.name)).payload])
        assert watch.drift().findings == ()
        added = {n for n, case in enumerate(swept.landed[endpoint.name]) if case.mutation == "add"}
        assert {n for n in added if _is_named(swept.staged[endpoint.name][n])} == set()
