"""Any journal that is right passes, from whatever source; any that breaks one rule is refused with that rule named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import finago_assets
from finago_assets.core.posting.check import check_journal
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.read import read_journal
from finago_assets.core.posting.rules import RULES, WHAT_WAS_FOUND
from finago_assets.core.posting.rules_page import RULES_PAGE, write_rules_page
from tests.core.posting.breakages import BREAKAGES
from tests.core.posting.journals import DRAFT, LEDGER, Makings, journals, lists_of_a_tenant, rows_as_csv, rows_as_table

if TYPE_CHECKING:
    from finago_assets.core.posting.check import CheckedJournal
    from finago_assets.core.posting.options import PostingOptions

LISTS: Final = lists_of_a_tenant()
# so many rows that one journal is enough
LARGE: Final = frozenset({"too-many-entries", "too-many-vouchers", "request-too-large"})
# nothing tells whether these hold
NEVER_CHECKED: Final = frozenset({"month-locked", "bank-account-of-customer"})
# VAT is either in the journal or computed, and REST knows neither links nor long comments
NOT_EVERY_WAY: Final = frozenset(
    {"vat-not-in-balance", "vat-without-base", "vat-by-hand", "comment-long", "due-date-early-credit"}
    | {name for name in RULES if name.startswith("link")}
)
SMALL: Final = sorted(BREAKAGES.keys() - LARGE)
deterministic = settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


# what the REST API offers
REST: Final = replace(
    LEDGER,
    route="rest",
    saves=frozenset({SaveAs.LEDGER}),
    counts=False,
    offers_links=False,
    one_document=True,
    longest_comment=75,
    marker_length=16,
    server_computes_vat=True,
)
each_way = pytest.mark.parametrize("options", [DRAFT, LEDGER, REST], ids=["draft", "ledger", "rest"])


def check(rows: list[dict[str, Any]], options: PostingOptions, **lists: Any) -> CheckedJournal:
    return check_journal(read_journal(rows_as_table(rows)), replace(LISTS, **lists), options)


def named(checked: CheckedJournal) -> set[str]:
    return {finding.rule for finding in checked.faults}


@each_way
@deterministic
@given(data=st.data())
def test_a_journal_that_is_right_passes(options: PostingOptions, data: st.DataObject) -> None:
    checked = check(data.draw(journals(LISTS, options)), options)

    assert [f"{fault.rule} {fault.message}" for fault in checked.faults] == []
    assert checked.require() is checked.journal


@each_way
@settings(deterministic, max_examples=150)
@given(data=st.data())
def test_a_journal_that_breaks_one_rule_is_refused_with_that_rule_named(
    options: PostingOptions, data: st.DataObject
) -> None:
    rows, rule = data.draw(journals(LISTS, options)), data.draw(st.sampled_from(SMALL))
    broken = BREAKAGES[rule](Makings(LISTS, options))
    if broken is None:
        return
    places = [
        at for at in range(len(rows) + 1) if at in (0, len(rows)) or rows[at]["voucher"] != rows[at - 1]["voucher"]
    ]
    at = data.draw(st.sampled_from(places))

    read = read_journal(rows_as_table([*rows[:at], *broken.rows, *rows[at:]]))
    checked = check_journal(read, broken.lists, broken.options)

    _assert_named(rule, checked)


@each_way
@pytest.mark.parametrize("rule", sorted(BREAKAGES))
def test_each_rule_finds_what_breaks_it(rule: str, options: PostingOptions) -> None:
    broken = BREAKAGES[rule](Makings(LISTS, options))
    if broken is None:
        assert rule in NOT_EVERY_WAY
        return

    checked = check_journal(read_journal(rows_as_table(broken.rows)), broken.lists, broken.options)

    _assert_named(rule, checked)
    found = next(finding for finding in checked.findings if finding.rule == rule)
    assert found.message.endswith(RULES[rule].advice)
    assert RULES[rule].part == "The call" or (found.row is not None and found.voucher)


def _assert_named(rule: str, checked: CheckedJournal) -> None:
    if RULES[rule].severity == "block":
        assert named(checked) == {rule}, [fault.message for fault in checked.faults]
    else:
        assert named(checked) == set(), [fault.message for fault in checked.faults]
        assert rule in {warning.rule for warning in checked.warnings}


def test_every_rule_has_a_way_to_be_broken() -> None:
    of_the_table = {name for name, rule in RULES.items() if rule.part == "The table"}

    assert BREAKAGES.keys() == RULES.keys() - of_the_table - NEVER_CHECKED
    for rule, change in BREAKAGES.items():
        assert any(change(Makings(LISTS, options)) for options in (DRAFT, LEDGER, REST)), rule


@deterministic
@given(data=st.data())
def test_a_journal_has_the_same_keys_from_csv_and_from_a_table_in_any_order(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = data.draw(journals(LISTS, DRAFT))
    file: Path = tmp_path_factory.getbasetemp() / "same.csv"
    file.write_text(rows_as_csv(rows), encoding="utf-8", newline="")
    shuffled = data.draw(st.permutations(rows))

    from_csv = check_journal(read_journal(file), LISTS, DRAFT)
    from_table = check(shuffled, DRAFT)

    assert from_csv.keys == from_table.keys
    assert from_csv.digest == from_table.digest
    assert len(set(from_csv.keys.values())) == len(from_csv.journal.bundles)


def test_the_page_of_rules_is_the_table_of_rules() -> None:
    page = Path(finago_assets.__file__).parents[1] / RULES_PAGE

    assert page.read_text(encoding="utf-8") == write_rules_page(), "python -m finago_assets.core.posting.rules_page"


def test_a_rule_says_what_holds_and_what_to_do_in_whole_sentences() -> None:
    assert WHAT_WAS_FOUND.keys() <= RULES.keys()
    for rule in RULES.values():
        assert rule.says.endswith(".")
        assert rule.advice.endswith(".")
        assert rule.says[0].isupper()
        assert rule.advice[0].isupper()
