"""Posting over REST, against the sandbox: what is sent stands in the books, once, and every fault has its outcome."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago.posting import RestRoute
from finago_assets.apis.finago.posting_body import body_of
from finago_assets.connect import open_client
from finago_assets.core.errors import AuthRefused, RequestRefused
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.posting.journal import Bundle, Journal, SaveAs, Voucher
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.results import PostingOutcome, PostingWishes
from finago_assets.core.posting.send import Sender
from finago_assets.core.request.audit import Audit
from finago_assets.core.windows import utc_now
from finago_assets.credentials import read_connection
from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule
from finago_assets.settings import read_settings
from tests.core.posting.small_journals import bundle, entry, journal, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.posting.journal import Lists
    from finago_assets.core.posting.results import BundleResult
    from finago_assets.sandbox.server import Running

LEDGER = PostingWishes(SaveAs.LEDGER)
QUICK = RetryPolicy(attempts=2, base_seconds=0.001, cap_seconds=0.001, throttle_seconds=0.001)


@pytest.fixture
def route(sandbox: Running, tmp_path: Path) -> Iterator[RestRoute]:
    environ = {**sandbox.environment(), "FINAGO_DATA_DIR": f"{tmp_path}", "FINAGO_REQUESTS_PER_SECOND": "0"}
    settings = read_settings(environ)
    with open_client(settings, read_connection(settings, environ), policy=QUICK) as client:
        yield RestRoute(client, tmp_path / "requests", Audit(tmp_path / "requests" / "writes.jsonl"))


@pytest.fixture
def lists(route: RestRoute) -> Lists:
    return route.read_lists(journal())


def sender(route: RestRoute, lists: Lists, tmp_path: Path, wishes: PostingWishes = LEDGER) -> Sender:
    return Sender(route, Outbox(tmp_path / "posting"), lists, wishes)


def gained(sandbox: Running, before: int) -> int:
    return sandbox.books.ledger.count - before


SAVED_AND_LOST = [
    Rule(fault=AnswerFault.RESET, method="POST", path="*/transactions", times=1),
    Rule(fault=AnswerFault.CUT_JSON, method="POST", path="*/transactions", times=1),
    Rule(fault=AnswerFault.STATUS, status=500, work=True, method="POST", path="*/transactions", times=1),
    Rule(fault=AnswerFault.HTML, work=True, method="POST", path="*/transactions", times=1),
    Rule(fault=AnswerFault.EMPTY, work=True, method="POST", path="*/transactions", times=1),
]
NOT_SAVED_AND_UNCLEAR = [
    Rule(fault=AnswerFault.RESET, work=False, method="POST", path="*/transactions", times=1),
    Rule(fault=AnswerFault.STATUS, status=503, method="POST", path="*/transactions", times=1),
]


def test_the_lists_are_the_tenants(lists: Lists) -> None:
    assert lists.base_currency == "NOK"
    assert lists.tax_codes["1"].tax_id == "3"
    assert lists.types[9].series is None
    assert lists.fiscal_years[0].holds(dt.date(2023, 12, 31))
    assert not lists.fiscal_years[0].holds(dt.date(2024, 1, 1))
    assert "10" in (lists.departments or ())


def test_customers_and_invoices_of_the_journal_are_looked_up(route: RestRoute, sandbox: Running) -> None:
    known = sandbox.books.parties[0].id
    named = [entry(6300, "1", customer_id=one, invoice_number="no such invoice") for one in (known, 999)]
    lists = route.read_lists(Journal("x", (Bundle("B", (Voucher("V", 9, tuple(named)),)),)))

    assert lists.customers == frozenset({known})
    assert lists.invoices == frozenset()


def test_a_voucher_is_posted_read_back_and_not_posted_again(
    route: RestRoute, lists: Lists, tmp_path: Path, sandbox: Running
) -> None:
    before = sandbox.books.ledger.count
    foreign = {"currency_code": "EUR", "currency_rate": Decimal("11.5")}
    lines = (
        entry(6300, "1250.40", tax_number="1", comment="Rent", department="10", project="P100"),
        entry(6800, "10", **foreign),
        entry(1920, "-10", **foreign),
        entry(1920, "-1250.40"),
    )
    sent = Journal("x", (Bundle("B", (Voucher("V", 9, lines),)),))
    (first,) = sender(route, lists, tmp_path).send(sent)
    (second,) = sender(route, lists, tmp_path).send(sent)

    assert first.sentence == "Posted into the ledger. It is in the ledger, to the øre."
    assert first.row is not None
    assert first.row.transaction_id
    assert second.outcome is PostingOutcome.ALREADY_POSTED
    assert gained(sandbox, before) == 5  # the VAT is a line of the server's


@pytest.mark.parametrize("rule", SAVED_AND_LOST, ids=lambda rule: f"{rule.fault}")
def test_a_lost_answer_is_found_in_the_ledger(
    route: RestRoute, lists: Lists, tmp_path: Path, sandbox: Running, rule: Rule
) -> None:
    before = sandbox.books.ledger.count
    sandbox.control.set_faults(rule)
    (result,) = sender(route, lists, tmp_path).send(journal())

    assert (result.outcome, gained(sandbox, before)) == (PostingOutcome.POSTED, 2)
    assert "found in the ledger" in result.sentence


@pytest.mark.parametrize("rule", NOT_SAVED_AND_UNCLEAR, ids=lambda rule: f"{rule.fault}")
def test_what_never_arrived_is_unknown_until_it_is_certain_and_then_sent_once(
    route: RestRoute, lists: Lists, tmp_path: Path, sandbox: Running, rule: Rule
) -> None:
    before = sandbox.books.ledger.count
    sandbox.control.set_faults(rule)
    (lost,) = sender(route, lists, tmp_path).send(journal())
    again = PostingWishes(SaveAs.LEDGER, again=True)
    later = Outbox(tmp_path / "posting", now=lambda: utc_now() + dt.timedelta(hours=1))
    (sent,) = Sender(route, later, lists, again).send(journal())

    assert (lost.outcome, sent.outcome) == (PostingOutcome.UNKNOWN, PostingOutcome.POSTED)
    assert gained(sandbox, before) == 2


def refused(route: RestRoute, lists: Lists, tmp_path: Path, sent: Journal) -> BundleResult:
    (result,) = sender(route, lists, tmp_path).send(sent)
    return result


def test_what_the_server_refuses_is_refused(route: RestRoute, lists: Lists, tmp_path: Path, sandbox: Running) -> None:
    before = sandbox.books.ledger.count
    result = refused(route, lists, tmp_path, journal(bundle(Voucher("V", 9, (entry(6300, "1"), entry(1920, "-2"))))))

    assert result.outcome is PostingOutcome.REFUSED
    assert "It names" in result.sentence
    assert "lines" in result.sentence
    assert gained(sandbox, before) == 0


def test_what_cannot_be_spelled_is_refused_unsent(route: RestRoute, lists: Lists, tmp_path: Path) -> None:
    linked = journal(bundle(voucher(link="a")))
    longer = journal(bundle(voucher(comment="x" * 75)))

    for sent in (linked, longer):
        assert refused(route, lists, tmp_path, sent).outcome is PostingOutcome.NOT_SENT
    with pytest.raises(RequestRefused, match="no drafts"):
        sender(route, lists, tmp_path, PostingWishes(SaveAs.DRAFT)).send(journal())
    ignoring = replace(LEDGER, ignore_warnings=("vatisnotinbalance",))
    (result,) = sender(route, lists, tmp_path, ignoring).send(journal())
    assert "REST ignores no warnings" in result.sentence


def test_a_server_that_does_not_answer_at_all_leaves_it_prepared(
    route: RestRoute, lists: Lists, tmp_path: Path, sandbox: Running
) -> None:
    sandbox.control.set_faults(Rule(fault=AnswerFault.STATUS, status=429, body=ErrorBody.EMPTY, path="*/transactions"))
    (result,) = sender(route, lists, tmp_path).send(journal())
    sandbox.control.set_faults()

    assert result.outcome is PostingOutcome.NOT_SENT
    assert sender(route, lists, tmp_path).send(journal())[0].outcome is PostingOutcome.POSTED


def test_another_organizations_answer_stops_before_anything_is_sent(
    route: RestRoute, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route.client, "organization_id", "1")
    with pytest.raises(AuthRefused, match="Nothing was sent"):
        RestRoute(route.client, tmp_path, route.audit).confirm_organization()


def test_an_amount_is_spelled_without_an_exponent() -> None:
    body = body_of(Voucher("V", 9, (entry(6300, "1E+6"), entry(1920, "-1000000.00"))), "fa-1")
    assert b'"amount":1000000,' in body
    assert b'"amount":-1000000,' in body
