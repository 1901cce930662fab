"""The whole way: posted over both routes, landed, built, published, and found in general_ledger to the øre."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from finago_assets.cli import app
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.outbox_row import PostingOrder, PostingState
from finago_assets.core.posting.route import NumberedBundle
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.core.posting.small_journals import bundle, voucher

ROOT = Path(__file__).parents[2]
PLAIN: Final = "voucher,transaction_type_number,date,account_number,amount,tax_number\n"
ABROAD: Final = "voucher,transaction_type_number,date,account_number,amount,tax_number,currency_code,currency_rate\n"
INTO: Final = ("--save-as", "ledger", "--allow-writes", "--into-the-ledger")


def pair(name: str, amount: str, tax: str = "0", more: str = "") -> str:
    first = f"{name},9,2024-05-31,6300,{amount},{tax}{more}\n"
    return first + f"{name},9,2024-05-31,1920,-{amount},0{more}\n"


@pytest.mark.slow
def test_what_was_posted_is_in_the_ledger_after_the_next_landing(tmp_path: Path) -> None:
    journals = {
        "rest": (PLAIN + pair("R", "1250.00", "1"), ("--route", "rest", *INTO)),
        "soap": (PLAIN + pair("S", "77.00"), INTO),
        "abroad": (ABROAD + pair("F", "10.00", more=",EUR,11.5"), INTO),
        "drafts": (PLAIN + pair("D1", "500.00", "1") + pair("D2", "9.00"), ("--allow-writes",)),
    }
    with running(size=Size.TINY, years=1, start=dt.date(2024, 1, 1)) as office:
        usual = {"FINAGO_DATA_DIR": f"{tmp_path / 'data'}", "FINAGO_REQUESTS_PER_SECOND": "0", "COLUMNS": "200"}
        environ = {**office.environment(), **office.soap_environment(), **usual, "DAGSTER_HOME": f"{tmp_path}"}
        for name, (text, switches) in journals.items():
            file = tmp_path / f"{name}.csv"
            file.write_text(text, encoding="utf-8")
            sent = CliRunner().invoke(app, ["post", "send", f"{file}", *switches], env=environ)
            assert sent.exit_code == 0, sent.output
        _pretend_posted(tmp_path, office.organization_id)
        office.control.soap.book(office.control.soap.drafts()[0]["id"])
        command = ["asset", "materialize", "-m", "finago_assets.definitions", "--select", "*"]
        subprocess.run(
            [f"{Path(sys.executable).with_name('dagster')}", *command, "--partition-range", "2024-01-01...2024-12-31"],
            env={**os.environ, **environ},
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        told = CliRunner().invoke(app, ["post", "status", "--all"], env=environ).output

    in_ledger = told.partition("In the ledger, to the øre")[2]
    assert [name for name in ("R ", "S ", "F ", "D1") if f"│ {name}" not in in_ledger] == []
    assert "│ D2" in told.partition("Drafts that nobody has booked")[2]
    assert "│ M" in told.partition("Posted, and not in the ledger")[2]
    assert "different" not in told


def _pretend_posted(folder: Path, organization: str) -> None:
    """Let the outbox believe that a bundle was posted which the ledger has not."""
    outbox = Outbox(folder / "data" / "posting")
    missing = bundle(voucher("M", "3"))
    order = PostingOrder(organization, "soap", SaveAs.LEDGER, "m.csv", "")
    row = outbox.prepare(missing, order)
    sent = outbox.start(row, NumberedBundle(missing, dt.date(2024, 1, 1), (9_999,), row.key, row.marker), order)
    outbox.move(sent, PostingState.POSTED)
