"""Any journal that the check accepts is accepted by the server, and moves the ledger by what its preview says.

One that breaks a rule is refused before anything is sent, with that rule named.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from finago_assets.core.posting.check import CheckedJournal, check_journal
from finago_assets.core.posting.journal import Bundle, Entry, Journal, SaveAs, Voucher
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.preview import preview_journal
from finago_assets.core.posting.read import read_journal
from finago_assets.core.posting.results import PostingOutcome, PostingWishes
from finago_assets.core.posting.rules import RULES
from finago_assets.core.posting.send import Sender
from finago_assets.posting_names import RouteName
from finago_assets.posting_route import open_route, options_of
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running
from finago_assets.settings import read_settings
from tests.core.posting.breakages import BREAKAGES
from tests.core.posting.journals import Makings, Row, journals, rows_as_table
from tests.sandbox.ledger_lines import Reader, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.core.posting.journal import Lists
    from finago_assets.core.posting.options import PostingOptions
    from finago_assets.core.posting.route import Route

WAYS: Final = [(RouteName.SOAP, SaveAs.DRAFT), (RouteName.SOAP, SaveAs.LEDGER), (RouteName.REST, SaveAs.LEDGER)]
# so many rows that one journal of them takes long, and what only the sender is told
NOT_TRIED: Final = frozenset({"too-many-vouchers", "request-too-large"})


@dataclass
class PostingOffice:
    """A sandbox, a way of posting to it, and the lists that journals are drawn from."""

    office: Running
    route: Route
    lists: Lists
    options: PostingOptions
    outbox: Outbox
    tags: Iterator[int] = field(default_factory=count)

    def check(self, rows: list[Row], options: PostingOptions | None = None) -> CheckedJournal:
        """Check rows against the lists as they are now, under names that nothing before had."""
        tag = next(self.tags)
        names = ("bundle", "voucher", "invoice_number", "link")
        own = [row | {name: f"{tag}-{row[name]}" for name in names if row.get(name)} for row in rows]
        read_rows = read_journal(rows_as_table(own))
        lists = self.route.read_lists(read_rows.journal)
        return check_journal(read_rows, lists, options or self.options)

    def send(self, checked: CheckedJournal) -> None:
        """Send a journal, and book what became a draft as a person would."""
        # journals that are drawn may be the same but for their names, which the outbox would ask about
        wishes = PostingWishes(save_as=self.options.save_as, although_posted=True)
        results = Sender(self.route, self.outbox, checked.lists, wishes).send(checked.require())
        assert [f"{one.outcome}: {one.sentence}" for one in results if one.outcome is not PostingOutcome.POSTED] == []
        for draft in self.office.control.soap.drafts():
            self.office.control.soap.book(draft["id"])

    def balances(self) -> Counter[int]:
        """Return by account what the ledger holds, in øre."""
        reader, found = Reader(), Counter[int]()
        for line in read(self.office.books):
            found[line.account["number"]] += reader.ore(line)
        return found


@contextmanager
def posting_office(
    name: RouteName, save_as: SaveAs, folder: Path, environ: pytest.MonkeyPatch
) -> Iterator[PostingOffice]:
    with running(size=Size.TINY, years=1) as office:
        variables = {**office.environment(), **office.soap_environment()}
        for variable, value in {**variables, "FINAGO_DATA_DIR": f"{folder}", "FINAGO_REQUESTS_PER_SECOND": "0"}.items():
            environ.setenv(variable, value)
        found = read_settings()
        with open_route(found, name) as route:
            last, parties = office.books.plan.last, [party.id for party in office.books.parties][:6]
            named = tuple(Entry(at, 1500, last, Decimal(1), customer_id=party) for at, party in enumerate(parties, 1))
            lists = route.read_lists(Journal("", (Bundle("", (Voucher("", 9, named),)),)))
            options = replace(options_of(route, found, save_as, Journal("", ())), today=last)
            yield PostingOffice(office, route, lists, options, Outbox(folder / "posting"))


@pytest.mark.parametrize(("name", "save_as"), WAYS)
def test_what_the_check_accepts_is_accepted_and_moves_the_ledger_as_previewed(
    name: RouteName, save_as: SaveAs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with posting_office(name, save_as, tmp_path, monkeypatch) as desk:

        @settings(
            derandomize=True,
            deadline=None,
            max_examples=25,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(rows=journals(desk.lists, desk.options))
        def post(rows: list[Row]) -> None:
            checked, before = desk.check(rows), desk.balances()
            preview = preview_journal(checked)
            desk.send(checked)
            after = desk.balances()
            moved = {account: after[account] - before[account] for account in {*after, *before}}
            told = {
                effect.account_number: int((effect.change + effect.vat) * 100)
                for effect in preview.accounts
                if effect.vat is not None
            }

            assert {account: moved[account] for account in told} == told
            assert sum(moved.values()) == 0
            if all(effect.vat is not None for effect in preview.accounts):
                assert {account for account, amount in moved.items() if amount} <= told.keys()

        post()


@pytest.mark.parametrize(("name", "save_as"), WAYS)
def test_what_breaks_a_rule_is_refused_before_anything_is_sent_with_that_rule_named(
    name: RouteName, save_as: SaveAs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with posting_office(name, save_as, tmp_path, monkeypatch) as desk:
        makings = Makings(desk.lists, desk.options)
        for rule in sorted(BREAKAGES.keys() - NOT_TRIED):
            broken = BREAKAGES[rule](makings)
            # what takes another list than the server's is tried in tests/core/posting
            if broken is None or broken.lists is not desk.lists or RULES[rule].severity != "block":
                continue
            if rule == "dimension-type-unknown" and name is RouteName.REST:
                # of a dimension that does not exist the list is empty, and so its values are what does not exist
                continue
            checked = desk.check(broken.rows, broken.options)
            assert {fault.rule for fault in checked.faults} == {rule}
