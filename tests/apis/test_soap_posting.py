"""Posting over AccountService, against the sandbox: drafts, the ledger, every fault, and each wrong opinion named."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.apis.finago_soap.account_service import AccountService
from finago_assets.apis.finago_soap.posting import SoapRoute
from finago_assets.connect import open_client
from finago_assets.core.errors import SettingMissing
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.posting.facts import (
    LineAmounts,
    PostingFacts,
    TaxIdentifier,
    TimestampZone,
    VatComputedBy,
)
from finago_assets.core.posting.journal import Journal, SaveAs, Voucher
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.results import PostingOutcome, PostingWishes
from finago_assets.core.posting.send import Sender
from finago_assets.credentials import read_soap_connection
from finago_assets.posting_names import RouteName
from finago_assets.posting_route import open_route
from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule
from finago_assets.settings import read_settings
from tests.core.posting.small_journals import DAY, bundle, entry, journal, voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.posting.results import BundleResult
    from finago_assets.sandbox.server import Running

DRAFT = PostingWishes(SaveAs.DRAFT)
LEDGER = PostingWishes(SaveAs.LEDGER)
QUICK = RetryPolicy(attempts=2, base_seconds=0.001, cap_seconds=0.001, throttle_seconds=0.001)
SAVE: dict[str, Any] = {"path": "/Economy/*", "operation": "SaveBundleList", "times": 1}


class Bench:
    """An office, a folder, and sending over both as a process of its own would."""

    def __init__(self, office: Running, folder: Path, stack: ExitStack) -> None:
        self.office, self.folder, self._stack = office, folder, stack
        # the sandbox's clock stands at the end of its books
        self.outbox = Outbox(folder / "posting", now=lambda: dt.datetime(2025, 12, 31, 18, 0, 2, tzinfo=dt.UTC))

    def route(self, facts: PostingFacts) -> SoapRoute:
        usual = {"FINAGO_DATA_DIR": f"{self.folder}", "FINAGO_REQUESTS_PER_SECOND": "0"}
        environ = {**self.office.environment(), **self.office.soap_environment(), **usual}
        settings = read_settings(environ)
        connection = read_soap_connection(settings, environ)
        assert connection is not None
        client = self._stack.enter_context(open_client(settings, connection, policy=QUICK))
        return SoapRoute(AccountService(client), facts)

    def send(
        self, sent: Journal | None = None, wishes: PostingWishes = LEDGER, facts: PostingFacts | None = None
    ) -> BundleResult:
        route, sent = self.route(facts or PostingFacts()), sent or journal()
        sender = Sender(route, self.outbox, route.read_lists(sent), wishes, facts or PostingFacts())
        (result,) = sender.send(sent)
        return result

    @property
    def lines(self) -> int:
        return self.office.books.ledger.count


@pytest.fixture
def bench(sandbox: Running, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        yield Bench(sandbox, tmp_path, stack)


def test_the_lists_are_the_tenants_with_series_and_vat_accounts(bench: Bench) -> None:
    named = [entry(2400, "1", customer_id=one, invoice_number="none such") for one in (10004, 999)]
    lists = bench.route(PostingFacts()).read_lists(journal(bundle(Voucher("V", 9, tuple(named)))))

    assert lists.base_currency == "NOK"
    assert lists.types[9].series is not None
    assert lists.tax_codes["1"].account_number == 2710
    assert any(year.holds(DAY) and year.locked is False for year in lists.fiscal_years)
    assert lists.invoices == frozenset()
    assert 999 not in (lists.customers or ())


def test_into_the_ledger_and_read_back_to_the_ore(bench: Bench) -> None:
    before = bench.lines
    done, again = bench.send(), bench.send()

    assert done.row is not None
    assert done.sentence.endswith("It is in the ledger, to the øre.")
    assert done.row.numbers
    assert again.outcome is PostingOutcome.ALREADY_POSTED
    assert bench.lines - before == 2


def test_a_draft_bears_the_marker_and_is_found_once_a_person_has_booked_it(bench: Bench) -> None:
    before = bench.lines
    done = bench.send(wishes=DRAFT)
    (draft,) = bench.office.control.soap.drafts()

    assert done.row is not None
    assert draft["name"] == done.row.marker
    assert bench.lines == before
    bench.office.control.soap.book(draft["id"])
    assert bench.lines - before == 2


def test_all_that_an_entry_can_say_is_taken(bench: Bench) -> None:
    said: dict[str, Any] = {
        "department": "10",
        "project": "100",
        "comment": "Rent",
        "period_date": dt.date(2024, 5, 1),
        "payment_reference": "123456782",
        "currency_code": "EUR",
        "currency_rate": Decimal("11.5"),
        "rate_per": 1,
    }
    abroad = {name: said[name] for name in ("currency_code", "currency_rate", "rate_per")}
    both = (entry(6300, "10", **said), entry(1920, "-10", **abroad))
    assert bench.send(journal(bundle(Voucher("V", 9, both)))).sentence.endswith("It is in the ledger, to the øre.")


SAVED_AND_LOST = [
    Rule(fault=AnswerFault.RESET, **SAVE),
    Rule(fault=AnswerFault.STATUS, status=500, work=True, body=ErrorBody.SOAP, **SAVE),
    Rule(fault=AnswerFault.STATUS, status=500, work=True, body=ErrorBody.HTML, **SAVE),
    Rule(fault=AnswerFault.HTML, work=True, **SAVE),
    Rule(fault=AnswerFault.RESULT, text="DuplicateData", work=True, **SAVE),
    Rule(fault=AnswerFault.RESULT, text="DataAlreadySaved", work=True, **SAVE),
    Rule(fault=AnswerFault.RESULT, text="SystemError", work=True, **SAVE),
]
LOST_UNSAVED = [
    Rule(fault=AnswerFault.RESET, work=False, **SAVE),
    Rule(fault=AnswerFault.RESULT, text="Exception", **SAVE),
    Rule(fault=AnswerFault.RESULT, text="DuplicateData", **SAVE),
    Rule(fault=AnswerFault.RESULT, text="SomethingNew", **SAVE),
]


def named(rule: Rule) -> str:
    return f"{rule.fault}-{rule.text}-{rule.body}-{rule.work}"


@pytest.mark.parametrize("rule", SAVED_AND_LOST, ids=named)
def test_what_was_saved_is_found_whatever_the_server_answers(bench: Bench, rule: Rule) -> None:
    before = bench.lines
    bench.office.control.set_faults(rule)
    assert bench.send().outcome is PostingOutcome.POSTED
    assert bench.send().outcome is PostingOutcome.ALREADY_POSTED
    assert bench.lines - before == 2


@pytest.mark.parametrize("rule", LOST_UNSAVED, ids=named)
def test_what_was_not_saved_is_known_by_the_next_number_and_sent_once_more_on_request(bench: Bench, rule: Rule) -> None:
    before = bench.lines
    bench.office.control.set_faults(rule)
    lost, waits = bench.send(), bench.send()
    sent = bench.send(wishes=replace(LEDGER, again=True))

    assert lost.outcome is PostingOutcome.REFUSED
    assert waits.outcome is PostingOutcome.NOT_SENT
    assert sent.outcome is PostingOutcome.POSTED
    assert bench.lines - before == 2


def test_a_lost_draft_is_unknown_and_never_repeated(bench: Bench) -> None:
    bench.office.control.set_faults(Rule(fault=AnswerFault.RESET, **SAVE))
    lost, again = bench.send(wishes=DRAFT), bench.send(wishes=replace(DRAFT, again=True))

    assert (lost.outcome, again.outcome) == (PostingOutcome.UNKNOWN, PostingOutcome.UNKNOWN)
    assert len(bench.office.control.soap.drafts()) == 1


def test_a_refusal_is_told_in_the_servers_words_to_the_person_alone(bench: Bench) -> None:
    unbalanced = journal(bundle(Voucher("V", 9, (entry(6300, "1"), entry(1920, "-2")))))
    refused = bench.send(unbalanced)

    assert refused.outcome is PostingOutcome.REFUSED
    assert refused.description
    assert refused.row is not None
    assert refused.description not in refused.row.reason


def test_a_warning_is_named_with_the_switch_that_ignores_it(bench: Bench) -> None:
    taxed = journal(bundle(voucher(tax_number="1")))
    warned = bench.send(taxed)
    ignored = bench.send(taxed, replace(LEDGER, again=True, ignore_warnings=("vatisnotinbalance",)))

    assert "--ignore-warning vatisnotinbalance" in warned.sentence
    assert ignored.outcome is PostingOutcome.POSTED
    assert bench.outbox.rows()[0].ignored_warnings == ("vatisnotinbalance",)


def test_a_session_that_ends_before_a_save_is_opened_again(bench: Bench) -> None:
    before = bench.lines
    bench.office.control.set_faults(Rule(fault=AnswerFault.EXPIRY, **SAVE))
    first = bench.send()
    last = bench.send(wishes=replace(LEDGER, again=True))

    assert PostingOutcome.POSTED in {first.outcome, last.outcome}
    assert bench.lines - before == 2


def test_without_a_user_nothing_is_sent() -> None:
    with pytest.raises(SettingMissing, match="route rest"), open_route(read_settings({}), RouteName.SOAP):
        pass


IGNORING = replace(LEDGER, ignore_warnings=("vatisnotinbalance",))


def taxed(number: str) -> Journal:
    return journal(bundle(voucher(tax_number=number)))


@pytest.mark.parametrize("reads", TaxIdentifier)
@pytest.mark.parametrize("opinion", TaxIdentifier)
def test_who_is_wrong_about_tax_numbers_is_told(bench: Bench, reads: TaxIdentifier, opinion: TaxIdentifier) -> None:
    bench.office.control.soap.set(reads_tax_as=reads.value)
    # the id 5 is that of the code 13, and the code 5 has another
    number = "5" if opinion is TaxIdentifier.NUMBER else "13"
    done = bench.send(taxed(number), IGNORING, PostingFacts(tax=opinion))

    assert done.outcome is PostingOutcome.POSTED
    assert (f"set FINAGO_POSTING_TAX={reads}" in done.sentence) == (reads is not opinion)
    assert done.sentence.endswith("to the øre.") == (reads is opinion)


@pytest.mark.parametrize("computes", ["always", "never"])
@pytest.mark.parametrize("opinion", VatComputedBy)
def test_who_is_wrong_about_vat_is_told(bench: Bench, computes: str, opinion: VatComputedBy) -> None:
    bench.office.control.soap.set(computes_vat=computes)
    done = bench.send(taxed("1"), IGNORING, PostingFacts(ledger_vat=opinion))
    truth = VatComputedBy.SERVER if computes == "always" else VatComputedBy.SENDER

    assert done.outcome is PostingOutcome.POSTED
    assert (f"set FINAGO_POSTING_LEDGER_VAT={truth}" in done.sentence) == (truth is not opinion)


@pytest.mark.parametrize(("shows", "truth"), [("base", LineAmounts.BASE), ("foreign", LineAmounts.CURRENCY)])
@pytest.mark.parametrize("opinion", LineAmounts)
def test_who_is_wrong_about_foreign_amounts_is_told(
    bench: Bench, shows: str, truth: LineAmounts, opinion: LineAmounts
) -> None:
    bench.office.control.soap.set(amounts=shows)
    abroad: dict[str, Any] = {"currency_code": "EUR", "currency_rate": Decimal("11.5"), "rate_per": 1}
    both = (entry(6300, "10", **abroad), entry(1920, "-10", **abroad))
    done = bench.send(journal(bundle(Voucher("V", 9, both))), facts=PostingFacts(amounts=opinion))

    assert "to the øre" in done.sentence
    assert (f"set FINAGO_POSTING_AMOUNTS={truth}" in done.sentence) == (truth is not opinion)


@pytest.mark.parametrize(("moments", "truth"), [("utc", TimestampZone.UTC), ("oslo", TimestampZone.OSLO)])
@pytest.mark.parametrize("opinion", TimestampZone)
def test_who_is_wrong_about_timestamps_is_told(
    bench: Bench, moments: str, truth: TimestampZone, opinion: TimestampZone
) -> None:
    bench.office.control.soap.set(moments=moments)
    done = bench.send(facts=PostingFacts(timestamps=opinion))

    assert "to the øre" in done.sentence
    assert (f"set FINAGO_POSTING_TIMESTAMPS={truth}" in done.sentence) == (truth is not opinion)
