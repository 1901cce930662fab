"""One raw line dropped, doubled or edited under a mart: the mart changes, and the tie-out names that account and month.

The same books are landed twice. In the second copy one line for each kind of mart and each way of damage is changed,
each in an account and month of its own, so that one build answers for all of them.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq
import pytest

from tests.dbt.raw_layout import off_by_one
from tests.dbt.warehouse import MODELS, Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.dbt.conftest import Staged

SOUND, DAMAGED = "10-sound", "20-damaged"
Line = dict[str, Any]


def _number(line: Line) -> int:
    return int(line["account"]["number"])


KINDS: Final[dict[str, Callable[[Line], bool]]] = {
    "receivable": lambda line: 1500 <= _number(line) <= 1529 and "invoice" in line,
    "payable": lambda line: 2400 <= _number(line) <= 2429,
    "result": lambda line: 3000 <= _number(line) <= 7999,
    "tax": lambda line: 2700 <= _number(line) <= 2729,
    "dimension": lambda line: _number(line) >= 3000 and bool(line.get("dimensions")),
}
FED_BY: Final = {
    "general_ledger": "result",
    "trial_balance": "result",
    "profit_and_loss": "result",
    "balance_sheet": "receivable",
    "ledger_tie_out": "tax",
    "ledger_dimensions": "dimension",
    "ledger_by_dimension": "dimension",
    "party_balances": "payable",
    "invoices": "receivable",
    "open_items": "receivable",
    "aged_receivables": "receivable",
    "aged_payables": "payable",
    "days_sales_outstanding": "receivable",
    "vat_by_period": "tax",
}
"""The marts in which a ledger line shows, and a kind of line that shows there."""
WAYS: Final[dict[str, Callable[[str], list[str]]]] = {
    "dropped": lambda _: [],
    "doubled": lambda line: [line, line],
    "edited": lambda line: [off_by_one(line)],
}


@dataclass(frozen=True, slots=True)
class Damage:
    """The built warehouse, and which account and month was changed for each kind of line and way of damage."""

    warehouse: Warehouse
    cells: dict[tuple[str, str], tuple[int, str]]


@pytest.fixture(scope="module")
def damage(staged: Staged, empty_warehouse: Callable[[], Warehouse]) -> Damage:
    warehouse, landed = empty_warehouse(), staged.warehouse.folder / "data" / "raw" / "finago"
    for folder in landed.glob(f"*/organization={staged.books.plan.organization_id}"):
        for organization in (SOUND, DAMAGED):
            into = warehouse.raw.data_dir / "raw" / "finago" / folder.parent.name / f"organization={organization}"
            shutil.copytree(folder, into)
    cells = dict(_damaged(warehouse))
    warehouse.dbt(*MODELS)
    return Damage(warehouse, cells)


def _damaged(warehouse: Warehouse) -> Iterator[tuple[tuple[str, str], tuple[int, str]]]:
    used: set[tuple[int, str]] = set()
    for kind, fits in KINDS.items():
        for way, change in WAYS.items():
            path, place, cell = next(_places(warehouse, fits, used))
            payloads = pq.read_table(path, columns=["payload"]).column(0).to_pylist()
            day = path.parent.name.removeprefix("date=")
            payloads[place : place + 1] = change(payloads[place])
            warehouse.raw.of(DAMAGED).land("transactionlines", day, payloads)
            used.add(cell)
            yield (kind, way), cell


def _places(
    warehouse: Warehouse, fits: Callable[[Line], bool], used: set[tuple[int, str]]
) -> Iterator[tuple[Path, int, tuple[int, str]]]:
    lines = warehouse.raw.of(DAMAGED).file("transactionlines", "2024-01-01").parents[1]
    for path in sorted(lines.glob("*/data.parquet")):
        month = path.parent.name.removeprefix("date=")[:7]
        for place, payload in enumerate(pq.read_table(path, columns=["payload"]).column(0).to_pylist()):
            line = json.loads(payload)
            cell = (_number(line), month)
            if fits(line) and line["amount"] and cell not in used:
                yield path, place, cell


def test_the_tie_out_names_exactly_the_accounts_and_months_of_the_damaged_lines(damage: Damage) -> None:
    found = damage.warehouse.rows(
        "select organization_id, account_number, strftime(period, '%Y-%m') from marts.ledger_tie_out "
        "where status = 'differs'"
    )
    assert sorted(found) == sorted((DAMAGED, *cell) for cell in damage.cells.values())
    assert len(found) == len(KINDS) * len(WAYS)


@pytest.mark.parametrize("mart", FED_BY)
def test_a_mart_changes_with_its_raw_line_and_each_damaged_cell_under_it_is_named(damage: Damage, mart: str) -> None:
    columns = f"* exclude (organization_id) from marts.{mart} where organization_id ="
    ((changed,),) = damage.warehouse.rows(
        f"select count(*) from (select {columns} '{SOUND}' except all select {columns} '{DAMAGED}')"
    )
    assert changed > 0
    for way in WAYS:
        account, month = damage.cells[FED_BY[mart], way]
        ((status, difference),) = damage.warehouse.rows(
            f"select status, difference from marts.ledger_tie_out where organization_id = '{DAMAGED}' "
            f"and account_number = {account} and strftime(period, '%Y-%m') = '{month}'"
        )
        assert (status, difference != 0) == ("differs", True), way
