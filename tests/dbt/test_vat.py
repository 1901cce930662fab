"""The preview of the VAT return, held against what the sandbox knows of its own books: to the øre, in every mode."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.plan import Modes, Size
from finago_assets.sandbox.books.scenarios import scenarios
from finago_assets.sandbox.books.taxes import NOT_REPORTED, TAXES, tax_json
from tests.dbt.office import land_office
from tests.dbt.small_books import line
from tests.dbt.warehouse import Warehouse, troubles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.sandbox.books.company import Books
    from tests.dbt.conftest import Staged

LEDGER = (
    "transactionlines",
    "accountbalances",
    "accounts",
    "taxes",
    "transactiontypes",
    "fiscalperiods",
    "organization_information",
)
MODES = {
    "net": Modes(),
    "gross": Modes(gross_base=True),
    "coded": Modes(tax_on_vat_lines=True),
    "foreign": Modes(foreign_amounts=True),
}
WITHHELD = "withheld"
BY_HAND = "by-hand"
DAY = "2024-01-10"
# voucher, account and amount, tax code on the line
LINES = (
    (1, (3000, "-1000"), '{"id":6,"rate":25}'),
    (1, (2700, "-240"), ""),  # ten kroner less than its base says
    (2, (2700, "-5"), ""),  # no code anywhere, and the account has several
    (3, (6700, "400"), '{"id":22,"rate":25}'),
    (3, (2703, "-100"), ""),  # only one of the two ways
    (4, (6700, "100"), '{"id":22,"rate":25}'),  # posted neither way: both come to nothing
    (5, (6800, "200"), '{"id":3,"rate":25}'),
    (5, (6700, "800.02"), '{"id":22,"rate":25}'),
    (5, (2710, "250.01"), ""),  # 50 for code 1 and 200.01 for code 86
    (5, (2700, "-200.01"), ""),
    (6, (2400, "-99"), '{"id":3,"rate":25}'),  # coded, and no base: a control account
    (7, (2700, "77"), ""),
    (7, (2740, "-77"), ""),  # a settlement
    (8, (6800, "80"), '{"id":999,"rate":25}'),  # an id that /taxes does not know
    (8, (2710, "20"), ""),
)
UNTIL = date(2025, 1, 31)
CHECKS = ("vat_is_complete", "vat_codes_are_mapped", "vat_has_a_code", "vat_follows_from_its_base")
FIGURES = "select period, tax_number, direction, base_amount, tax_amount from marts.vat_by_period"


@dataclass(frozen=True, slots=True)
class Modal:
    """A warehouse with an organization for each mode and one that may not read /taxes. Never change it."""

    warehouse: Warehouse
    books: dict[str, Books]
    statuses: dict[str, str]


@pytest.fixture(scope="session")
def modal(empty_warehouse: Callable[[], Warehouse]) -> Modal:
    """The scenarios alone, in each mode, and what the preview of the return is made of."""
    warehouse = empty_warehouse()
    books = {
        name: land_office(
            warehouse,
            endpoints=[one for one in LEDGER if (one, name) != ("taxes", WITHHELD)],
            organizations=(name,),
            size=Size.BARE,
            until=UNTIL,
            scenarios=True,
            modes=modes,
        )
        for name, modes in {**MODES, WITHHELD: Modes()}.items()
    }
    by_hand = warehouse.raw.of(BY_HAND)
    more = (f'"tax":{tax}' if tax else "" for *_, tax in LINES)
    texts = [
        line(f"{n}", v, posted, DAY, text) for n, ((v, posted, _), text) in enumerate(zip(LINES, more, strict=True))
    ]
    by_hand.land("transactionlines", DAY, texts)
    by_hand.land("taxes", DAY, [tax_json(TAXES[number]).decode() for number in (1, 3, 86)])
    selected = ("+vat_by_period", "+general_ledger", *CHECKS)
    statuses = warehouse.dbt(
        "build",
        "--indirect-selection",
        "cautious",
        "--select",
        *selected,
        "--exclude",
        "test_type:generic",
        "test_type:unit",
    )
    return Modal(warehouse, books, statuses)


def _status(statuses: dict[str, str], name: str) -> str:
    return next(status for node, status in statuses.items() if node.split(".")[2] == name)


def _foretold(books: Books) -> set[tuple[date, int, str, Decimal, Decimal]]:
    figures = books.journal.vat.figures.items()
    return {(key.term, key.tax, key.direction, _kroner(sums.base), _kroner(sums.tax)) for key, sums in figures}


def _kroner(ore: int) -> Decimal:
    return Decimal(ore) / ORE


def test_every_term_code_and_direction_is_what_the_books_say(staged: Staged) -> None:
    found = staged.warehouse.rows(FIGURES)
    assert set(found) == _foretold(staged.books)
    assert len(found) == len(set(found)) > 40
    print(f"{len(found)} terms, codes and directions compared")


@pytest.mark.parametrize("mode", MODES)
def test_the_figures_are_the_same_in_every_mode_of_the_api(modal: Modal, mode: str) -> None:
    found = modal.warehouse.rows(f"{FIGURES} where organization_id = '{mode}'")
    assert set(found) == _foretold(modal.books[mode])
    assert len(found) == len(set(found)) > 20


def test_only_a_code_that_nobody_mapped_is_shown_of_books_that_are_right(modal: Modal, staged: Staged) -> None:
    assert {check: _status(staged.statuses, check) for check in CHECKS} == {
        "vat_is_complete": "pass",
        "vat_codes_are_mapped": "warn",
        "vat_has_a_code": "pass",
        "vat_follows_from_its_base": "pass",
    }
    for check in ("vat_has_a_code", "vat_follows_from_its_base"):
        named = modal.warehouse.rows(f"select distinct organization_id from audit.{check}")
        assert named == [(BY_HAND,)]


def test_what_is_wrong_is_named_and_shown_and_the_rest_is_not_spoiled(modal: Modal) -> None:
    assert {_status(modal.statuses, check) for check in CHECKS[1:]} == {"warn"}
    assert set(troubles(modal.statuses).values()) == {"warn"}
    named = "select voucher_id, direction, expected_tax, tax_amount from audit.vat_follows_from_its_base order by 1"
    assert modal.warehouse.rows(named) == [
        ("v1", "output", Decimal(250), Decimal(-240)),
        ("v3", "deductible", Decimal(100), None),
    ]
    nobodys = "select voucher_id, account_number, tax_amount from audit.vat_has_a_code"
    assert modal.warehouse.rows(nobodys) == [("v2", 2700, Decimal(-5))]
    unmapped = f"select tax_id from audit.vat_codes_are_mapped where organization_id = '{BY_HAND}'"
    assert modal.warehouse.rows(unmapped) == [("999",)]
    assert modal.warehouse.rows(
        "select standard_tax_code, rate, direction, base_amount, tax_amount, tax_source from marts.vat_by_period "
        f"where organization_id = '{BY_HAND}' order by 1, 2, 3"
    ) == [
        ("1", 25, "deductible", 200, 50, "computed"),
        ("3", 25, "output", -1000, -240, "computed"),
        ("86", 25, "deductible", Decimal("1300.02"), Decimal("225.01"), "computed"),
        ("86", 25, "output", Decimal("1300.02"), Decimal("-325.01"), "computed"),
        (None, 25, "deductible", 80, 20, "computed"),
        (None, None, "output", 0, -5, "posted"),
    ]


def test_by_term_vat_is_the_movement_of_the_vat_accounts_without_settlements(staged: Staged) -> None:
    accounts = "2700, 2701, 2702, 2703, 2704, 2705, 2710, 2711, 2712, 2713, 2714, 2715, 2716"
    moved = staged.warehouse.rows(
        "select make_date(year(d), (month(d) - 1) // 2 * 2 + 1, 1), sum(amount) from "
        "(select *, coalesce(period_date, posting_date) as d from marts.general_ledger) "
        f"where account_number in ({accounts}) and voucher_id not in "
        "(select voucher_id from marts.general_ledger where account_number = 2740) group by 1 order by 1"
    )
    shown = staged.warehouse.rows("select period, sum(tax_amount) from marts.vat_by_period group by 1 order by 1")
    assert moved == shown
    assert len(shown) == 7


def test_reverse_charge_comes_to_nothing_with_deduction_and_is_owed_without(modal: Modal) -> None:
    found = modal.warehouse.rows(
        "select standard_tax_code, sum(tax_amount), list_sort(list(distinct direction)) from marts.vat_by_period "
        "where standard_tax_code in ('81', '83', '86', '87', '88', '91') and organization_id = 'net' "
        "group by 1 order by 1"
    )
    both = ["deductible", "output"]
    assert found == [
        ("81", 0, both),
        ("83", 0, both),
        ("86", 0, both),
        ("87", -2000, ["output"]),
        ("88", 0, both),
        ("91", 0, both),
    ]


def test_vat_told_apart_on_a_shared_account_says_that_it_is_computed(modal: Modal) -> None:
    found = modal.warehouse.rows(
        "select organization_id, standard_tax_code, tax_source from marts.vat_by_period "
        "where period = '2024-03-01' and standard_tax_code in ('3', '86', '88') and direction = 'output' "
        "and organization_id in ('net', 'coded') order by all"
    )
    # 86, 87 and 88 share account 2703; where VAT lines carry their code there is nothing to compute
    assert found == [
        ("coded", "3", "posted"),
        ("coded", "86", "posted"),
        ("coded", "88", "posted"),
        ("net", "3", "posted"),
        ("net", "86", "computed"),
        ("net", "88", "computed"),
    ]


def test_what_was_entered_after_the_settlement_is_late_and_nothing_else_is(modal: Modal) -> None:
    found = modal.warehouse.rows(
        "select period, tax_number, direction, late_base_amount, late_tax_amount from marts.vat_by_period "
        "where (late_tax_amount <> 0 or late_base_amount <> 0) and organization_id = 'net'"
    )
    told = [vat for one in scenarios(modal.books["net"].plan) for vat in one.vat if vat.late]
    assert found == [(vat.term, vat.tax, vat.direction, _kroner(vat.base), _kroner(vat.amount)) for vat in told]
    assert len(found) == 1
    settled = "select period, count(settled_at) > 0 from marts.vat_by_period where organization_id = 'net' group by 1"
    assert modal.warehouse.rows(f"{settled} order by 1")[-2:] == [(date(2024, 11, 1), True), (date(2025, 1, 1), False)]


def test_base_and_vat_stand_on_the_ledger_lines_and_sum_to_the_preview(modal: Modal) -> None:
    by_line = modal.warehouse.rows(
        "select organization_id, make_date(year(d), (month(d) - 1) // 2 * 2 + 1, 1), tax_number, sum(tax_base), "
        "sum(tax_amount) from (select *, coalesce(period_date, posting_date) as d from marts.general_ledger "
        "where tax_base is not null and standard_tax_code not in ('0', '20', '21')) group by all order by all"
    )
    preview = modal.warehouse.rows(
        "select organization_id, period, tax_number, any_value(base_amount), coalesce(any_value(tax_amount) filter "
        "(where direction = 'deductible'), any_value(tax_amount)) from marts.vat_by_period "
        "where standard_tax_code is not null group by all order by all"
    )
    assert by_line == preview
    assert len(by_line) > 100


def test_a_tax_code_that_nobody_mapped_is_named_and_keeps_its_figures(modal: Modal) -> None:
    named = "select distinct tax_number from audit.vat_codes_are_mapped where organization_id = 'net'"
    assert modal.warehouse.rows(named) == [(65,)]
    assert modal.warehouse.rows(
        "select standard_tax_code, rate, direction, base_amount, tax_amount from marts.vat_by_period "
        "where tax_number = 65 and organization_id = 'net'"
    ) == [(None, Decimal("16.25"), "deductible", 10000, 1625)]


@pytest.mark.slow
def test_rows_in_the_seed_map_the_tenants_own_numbers_and_only_what_they_touch_is_reckoned_again(
    modal: Modal, tmp_path: Path
) -> None:
    shutil.copytree(modal.warehouse.folder, tmp_path, dirs_exist_ok=True)
    copy = Warehouse(tmp_path, modal.warehouse.artifacts)
    own = {number: tax.standard for number, tax in TAXES.items() if str(number) != tax.standard}
    rows = ", ".join(f"('net', {number}, '{standard}')" for number, standard in own.items())
    copy.change(f"insert into seeds.tax_code_map values {rows}")
    copy.change("insert into seeds.vat_settlement_accounts values ('gross', 4392)")
    copy.change("update intermediate.int_vat_claims set last_created_at = '1999-01-01' where organization_id = 'coded'")
    models = ("--select", "int_tax_codes", "int_vat_settlements+", "--exclude", "general_ledger+")
    copy.dbt("run", *models)
    kept = "select count(*) > 0 from intermediate.int_vat_claims where last_created_at = '1999-01-01'"
    assert copy.rows(kept) == [(True,)]
    found = copy.rows(
        "select distinct tax_number, standard_tax_code from marts.vat_by_period "
        "where organization_id = 'net' order by 1"
    )
    used = {key.tax for key in modal.books["net"].journal.vat.figures}
    assert found == sorted((number, TAXES[number].standard) for number in used)
    assert not {standard for _, standard in found} & NOT_REPORTED
    # a customs declaration that touches a settlement account is left out
    assert copy.rows(
        "select count(*) from marts.vat_by_period where tax_number = 81 and organization_id = 'gross'"
    ) == [(0,)]
    changed = copy.rows("from marts.vat_by_period order by all")
    copy.dbt("run", "--full-refresh", *models)
    assert copy.rows("from marts.vat_by_period order by all") == changed


def test_without_taxes_the_preview_shows_what_accounts_and_rates_can_tell(modal: Modal) -> None:
    shown = "select period, rate, direction, sum(base_amount), sum(tax_amount) from marts.vat_by_period"
    found, known = (
        modal.warehouse.rows(f"{shown} where organization_id = '{name}' and rate > 0 group by all order by all")
        for name in (WITHHELD, "net")
    )
    assert found == known
    assert len(found) > 20
    told = "select count(tax_number), count(standard_tax_code) from marts.vat_by_period"
    assert modal.warehouse.rows(f"{told} where organization_id = '{WITHHELD}'") == [(0, 0)]
    assert _status(modal.statuses, "vat_is_complete") == "pass"
