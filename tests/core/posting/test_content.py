"""What the outbox knows a voucher by: entries alike have one key, and what would post something else has another."""

from __future__ import annotations

from dataclasses import replace

from finago_assets.core.posting.content import MARKER_LENGTH, entries_key_of, marker_of
from finago_assets.core.posting.journal import Voucher
from tests.core.posting.small_journals import ORGANIZATION, entry, voucher


def test_entries_have_a_key_whatever_they_are_called() -> None:
    renamed = Voucher("V2", 9, tuple(replace(one, row=9) for one in reversed(voucher("V1").entries)))
    assert entries_key_of(voucher("V1"), ORGANIZATION) == entries_key_of(renamed, ORGANIZATION)


def test_another_amount_type_field_or_organization_has_another() -> None:
    usual = entries_key_of(voucher("V1"), ORGANIZATION)
    others = [
        entries_key_of(voucher("V1", "101"), ORGANIZATION),
        entries_key_of(voucher("V1", kind=5), ORGANIZATION),
        entries_key_of(voucher("V1", comment="Rent"), ORGANIZATION),
        entries_key_of(Voucher("V1", 9, (entry(6300, "100"),)), ORGANIZATION),
        entries_key_of(voucher("V1"), "1"),
    ]
    assert len({usual, *others}) == 6


def test_a_marker_fits_into_a_comment_beside_other_words() -> None:
    assert marker_of("0123456789abcdef") == "fa-0123456789ab"
    assert len(marker_of("0123456789abcdef")) == MARKER_LENGTH
