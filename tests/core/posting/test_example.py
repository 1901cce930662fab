"""The example of the documents: a dbt model whose table is a journal that nothing is said against."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb

from finago_assets.core.posting.check import check_journal
from finago_assets.core.posting.journal import Account
from finago_assets.core.posting.options import PostingOptions
from finago_assets.core.posting.read import read_journal
from tests.core.posting.small_journals import LISTS

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "accruals.sql"


def rendered() -> str:
    """Return the model as dbt would make it of the general ledger of a warehouse, its variables filled in."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, value in re.findall(r"{% set (\w+) = (\d+) %}", text):
        text = text.replace(f"{{{{ {name} }}}}", value)
    return re.sub(r"{%.*?%}|{{ config.*?}}", "", text).replace("{{ ref('general_ledger') }}", "marts.general_ledger")


def test_accruals_add_up_and_pass_every_rule(tmp_path: Path) -> None:
    file = tmp_path / "finago.duckdb"
    with duckdb.connect(file) as warehouse:
        warehouse.execute(
            "create schema marts; create table marts.general_ledger as select 'aaaaaaaa-1' as line_id, "
            "date '2024-01-31' as posting_date, 1700 as account_number, 1000.01::decimal(18, 2) as amount"
        )
        warehouse.execute(f"create schema own; create table own.accruals as {rendered()}")
    read = read_journal(f"duckdb:{file}#own.accruals")
    prepaid = {1700: Account(1700, "Prepaid")}
    lists = replace(LISTS, accounts={**LISTS.accounts, **prepaid})
    checked = check_journal(read, lists, PostingOptions(dt.date(2024, 12, 31)))

    assert checked.faults == ()
    assert len(checked.journal.bundles) == 12
    costs = [entry.amount for entry in checked.journal.entries if entry.account_number == 6300]
    assert sum(costs) == Decimal("1000.01")
    assert {entry.date for entry in checked.journal.entries} >= {dt.date(2024, 1, 31), dt.date(2024, 2, 29)}


def test_the_document_names_the_example_and_every_switch() -> None:
    text = (ROOT / "docs" / "posting.md").read_text(encoding="utf-8")
    modules = [ROOT / "finago_assets" / "commands" / name for name in ("post.py", "post_lines.py")]
    command = "".join(one.read_text(encoding="utf-8") for one in modules)
    switches = set(re.findall(r'"(--[a-z-]+)', command)) - {"--all"}

    assert "examples/accruals.sql" in text
    assert [switch for switch in sorted(switches) if switch not in text] == []
