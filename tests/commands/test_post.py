"""`finago-assets post`, as a controller types it: what is refused, what is sent, what it says, and how it ends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import duckdb
import pytest
from typer.testing import CliRunner, Result

from finago_assets import posting_route
from finago_assets.cli import app
from finago_assets.connect import open_client
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.posting.outbox import Outbox
from finago_assets.sandbox.faults import AnswerFault, Rule

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.sandbox.server import Running

RENT = """voucher,transaction_type_number,date,account_number,amount,tax_number
A1,9,2024-05-31,6300,1250.40,0
A1,9,2024-05-31,1920,-1250.40,0
A2,9,2024-05-31,6800,100.00,0
A2,9,2024-05-31,1920,-100.00,0
"""
REST = ("--route", "rest", "--save-as", "ledger")
REST_NOW = (*REST, "--allow-writes", "--into-the-ledger")


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a journal in it, and the sandbox's variables set."""

    office: Running
    folder: Path

    def post(self, command: str, *arguments: str, **environment: str) -> Result:
        """Type `finago-assets post COMMAND rent.csv ...`."""
        usual = {
            **self.office.environment(),
            **self.office.soap_environment(),
            "FINAGO_DATA_DIR": f"{self.folder / 'data'}",
            "FINAGO_REQUESTS_PER_SECOND": "0",
            "TERM": "dumb",
            "COLUMNS": "200",
        }
        source = [] if command in {"status", "settle"} else [f"{self.journal}"]
        return CliRunner().invoke(app, ["post", command, *source, *arguments], env=usual | environment)

    @property
    def journal(self) -> Path:
        return self.folder / "rent.csv"

    def write(self, text: str) -> None:
        self.journal.write_text(text, encoding="utf-8")

    @property
    def lines(self) -> int:
        return self.office.books.ledger.count

    def wrote(self) -> list[str]:
        """Return which writes reached the REST API."""
        return [one.path for one in self.office.requests if one.method == "POST" and one.path.endswith("/transactions")]

    def states(self) -> list[str]:
        return [row.state for row in Outbox(self.folder / "data" / "posting").rows()]


@pytest.fixture
def desk(sandbox: Running, tmp_path: Path) -> Desk:
    desk = Desk(sandbox, tmp_path)
    desk.write(RENT)
    return desk


def test_a_journal_is_checked_previewed_and_sent_once(desk: Desk) -> None:
    before = desk.lines
    checked = desk.post("check", *REST)
    shown = desk.post("preview", *REST)
    digest = shown.output.partition("--expect ")[2][:16]
    sent = desk.post("send", *REST_NOW, "--expect", digest)
    again = desk.post("send", *REST_NOW)

    assert [one.exit_code for one in (checked, shown, sent, again)] == [0, 0, 0, 0]
    assert "nothing against sending them" in checked.output
    assert "Voucher A1" in shown.output
    assert "INTO THE LEDGER of organization" in sent.output
    assert "A1: Posted into the ledger. It is in the ledger, to the øre." in sent.output
    assert "2 bundles: 2 already posted." in again.output
    assert desk.lines - before == 4


def test_a_draft_is_what_is_made_where_nothing_else_is_said(desk: Desk) -> None:
    before = desk.lines
    sent = desk.post("send", "--allow-writes")

    assert sent.exit_code == 0
    assert "as drafts of organization" in sent.output
    assert desk.lines == before
    assert len(desk.office.control.soap.drafts()) == 2
    assert "Drafts that nobody has booked" in desk.post("status").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "say --allow-writes"),
        (REST, "say --allow-writes"),
        ((*REST, "--allow-writes"), "--into-the-ledger"),
        (("--save-as", "ledger", "--allow-writes"), "--into-the-ledger"),
        ((*REST_NOW, "--expect", "0123456789abcdef"), "is not what was previewed"),
        ((*REST_NOW, "--expect", "0"), "is not what was previewed"),
        (("--route", "rest", "--allow-writes"), "cannot save as draft"),
        ((*REST_NOW, "--registry", "x.yaml"), "--connection NAME"),
        ((*REST_NOW, "--ignore-warning", "vatisnotinbalance"), "may not be ignored here"),
        ((*REST_NOW, "--ignore-warning", "everything"), "is none of"),
    ],
)
def test_what_is_not_allowed_is_refused_unsent(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    refused = desk.post("send", *arguments)

    assert refused.exit_code == 2
    assert says in " ".join(refused.output.split())
    assert desk.wrote() == []
    assert desk.states() == []


def test_a_file_that_changed_since_the_preview_is_not_sent(desk: Desk) -> None:
    digest = desk.post("preview", *REST).output.partition("--expect ")[2][:16]
    desk.write(RENT.replace("100.00", "100.01"))

    assert desk.post("send", *REST_NOW, "--expect", digest).exit_code == 2
    assert desk.wrote() == []


def test_a_journal_with_faults_is_not_sent_and_all_of_them_are_named(desk: Desk) -> None:
    desk.write(RENT.replace("6300,1250.40", "6301,1e+3").replace("A2,9", "A2,-1"))
    for command in ("check", "preview", "send"):
        refused = desk.post(command, *(REST_NOW if command == "send" else REST))
        assert refused.exit_code == 2
        assert "exponent" in refused.output
        assert "type-not-postable" in refused.output
    assert desk.states() == []


def test_what_the_server_refuses_ends_with_one_and_is_sent_again_on_request(desk: Desk) -> None:
    desk.office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=422, path="*/transactions", times=1))
    refused = desk.post("send", *REST_NOW)
    waits = desk.post("send", *REST_NOW)
    sent = desk.post("send", *REST_NOW, "--again")

    assert (refused.exit_code, waits.exit_code, sent.exit_code) == (1, 2, 0)
    assert "Refused by the server" in refused.output
    assert "--again" in waits.output
    assert desk.states() == ["posted", "posted"]


def test_a_lost_answer_that_nothing_decides_ends_with_three_until_a_person_has_looked(desk: Desk) -> None:
    lost = Rule(fault=AnswerFault.RESET, work=False, method="POST", path="*/transactions", times=1)
    desk.office.control.set_faults(lost)
    unknown = desk.post("send", *REST_NOW)
    told = desk.post("status")
    marker = Outbox(desk.folder / "data" / "posting").rows()[0].marker
    settled = desk.post("settle", marker, "--not-there")
    sent = desk.post("send", *REST_NOW, "--again")

    assert (unknown.exit_code, told.exit_code, settled.exit_code, sent.exit_code) == (3, 3, 0, 0)
    assert f"post settle {marker}" in unknown.output
    assert "Not known" in told.output
    assert "is refused now" in settled.output
    assert len(desk.wrote()) == 3
    assert desk.post("settle", marker, "--posted").exit_code == 2


def test_a_server_that_is_away_ends_with_two(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # eight attempts are half a minute of waiting
    once = partial(open_client, policy=RetryPolicy(attempts=2, base_seconds=0))
    monkeypatch.setattr(posting_route, "open_client", once)
    away = desk.post("send", *REST_NOW, FINAGO_API_URL="http://127.0.0.1:9/v1", FINAGO_TOKEN_URL="http://127.0.0.1:9/t")
    assert away.exit_code == 2
    assert desk.states() == []


def test_without_credentials_it_says_which_are_missing(desk: Desk) -> None:
    missing = desk.post("send", "--allow-writes", FINAGO_SOAP_USERNAME="", FINAGO_SOAP_PASSWORD="")
    assert missing.exit_code == 2
    assert "FINAGO_SOAP_USERNAME" in missing.output
    assert "FINAGO_SOAP_PASSWORD" in missing.output


def test_a_connection_of_another_kind_is_not_taken(desk: Desk) -> None:
    registry = desk.folder / "r.yaml"
    registry.write_text(
        "connections:\n- name: nord\n  organization_id: '300000000000001'\n"
        "  client_id: env:FINAGO_CLIENT_ID\n  client_secret: env:FINAGO_CLIENT_SECRET\n"
    )
    named = ("--connection", "nord", "--registry", f"{registry}")
    assert "takes one of the kind soap" in desk.post("send", "--allow-writes", *named).output
    assert desk.post("send", *REST_NOW, *named).exit_code == 0
    assert Outbox(desk.folder / "data" / "posting").rows()[0].connection == "nord"


def test_status_does_without_a_warehouse_that_knows_the_ledger(desk: Desk) -> None:
    desk.post("send", *REST_NOW)
    with duckdb.connect(desk.folder / "data" / "finago.duckdb") as warehouse:
        warehouse.execute("create table something as select 1")
    told = desk.post("status")
    assert told.exit_code == 0
    assert "not landed since" in told.output


def test_status_of_nothing_says_so(desk: Desk) -> None:
    told = desk.post("status")
    assert (told.exit_code, told.output.strip()) == (0, "Nothing was posted from this data folder.")
    assert not (desk.folder / "data" / "posting").exists()


INVOICE = """voucher,transaction_type_number,date,account_number,amount,tax_number,customer_id,invoice_number
I1,9,2024-05-31,1500,{amount},0,{customer},F-90417
I1,9,2024-05-31,3200,-{amount},0,,
"""
SOAP_NOW = ("--route", "soap", "--save-as", "ledger", "--allow-writes", "--into-the-ledger")


def _invoice(desk: Desk, amount: str = "500.00") -> str:
    customer = next(party.id for party in desk.office.books.parties if not party.is_supplier)
    return INVOICE.format(amount=amount, customer=customer)


def test_an_invoice_that_was_posted_does_not_speak_against_the_same_journal(desk: Desk) -> None:
    desk.write(_invoice(desk))
    assert desk.post("send", *SOAP_NOW).exit_code == 0
    before = desk.lines
    for command in ("check", "preview"):
        assert desk.post(command, "--route", "soap", "--save-as", "ledger").exit_code == 0
    again = desk.post("send", *SOAP_NOW)
    assert again.exit_code == 0, again.output
    assert "1 already posted" in again.output
    assert desk.lines == before
    desk.write(_invoice(desk, "600.00"))
    other = desk.post("send", *SOAP_NOW)
    assert other.exit_code == 2
    assert "invoice-in-ledger" in other.output


def test_an_invoice_that_was_saved_when_its_sender_died_is_found_by_the_same_command(desk: Desk) -> None:
    desk.write(_invoice(desk))
    assert desk.post("send", *SOAP_NOW).exit_code == 0
    before = desk.lines
    with closing(sqlite3.connect(Outbox(desk.folder / "data" / "posting").file)) as outbox, outbox:
        outbox.execute("update bundles set state = 'sending'")
    again = desk.post("send", *SOAP_NOW)
    assert again.exit_code == 0, again.output
    assert desk.lines == before
    assert desk.states() == ["posted"]
