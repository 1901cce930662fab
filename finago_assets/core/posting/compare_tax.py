"""The tax codes that were sent, held against those of the ledger's lines: a number taken for an id shows here.

Owns that comparison alone. Amounts are compared elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.posting.facts import FACT_VARIABLES, PostingFacts, TaxIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from finago_assets.core.posting.journal import LedgerLine, TaxCode, Voucher


def compare_tax_codes(
    pairs: Sequence[tuple[Voucher, list[LedgerLine]]], codes: Iterable[TaxCode], facts: PostingFacts
) -> tuple[list[str], str]:
    """Return what differs, in sentences, and a hint where the other way to send a tax code would explain it."""
    codes = tuple(codes)
    taken = _taken_otherwise(codes, facts)
    strange: list[str] = []
    explained = False
    for voucher, lines in pairs:
        for account, number in _sent_codes(voucher):
            found = {line.tax_number for line in lines if line.account_number == account} - {None}
            if found and number not in found:
                stands = ", ".join(sorted(f"{one}" for one in found))
                strange.append(
                    f"voucher {voucher.name!r}, account {account}: tax code {number} was sent, {stands} stands"
                )
                explained = explained or taken.get(number) in found
    if not explained:
        return strange, ""
    other = TaxIdentifier.ID if facts.tax is TaxIdentifier.NUMBER else TaxIdentifier.NUMBER
    return strange, f"The server took the tax code for its {other}: set {FACT_VARIABLES['tax']}={other}."


def _sent_codes(voucher: Voucher) -> list[tuple[int, str]]:
    return [(one.account_number, one.tax_number) for one in voucher.entries if one.tax_number is not None]


def _taken_otherwise(codes: Sequence[TaxCode], facts: PostingFacts) -> Mapping[str, str]:
    """Return, for the number of a code that was meant, the number of the one it becomes when it is taken otherwise."""
    if facts.tax is TaxIdentifier.NUMBER:
        by_id = {code.tax_id: code.number for code in codes}
        return {code.number: by_id[code.number] for code in codes if code.number in by_id}
    by_number = {code.number for code in codes}
    return {code.number: code.tax_id for code in codes if code.tax_id in by_number}
