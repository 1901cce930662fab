"""The same voucher in the ways the API might show it.

Owns turning net lines into gross ones. Whether a mode is on is the plan's; spelling a line is `line_json`'s.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.money import rounded
from finago_assets.sandbox.books.taxes import TAXES

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import Modes
    from finago_assets.sandbox.books.vouchers import Posting


def as_shown(postings: tuple[Posting, ...], modes: Modes) -> tuple[Posting, ...]:
    """Return the postings of a voucher as a mode has them; every account moves as before."""
    return _gross(postings) if modes.gross_base else postings


def _gross(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    vat: dict[int, int] = defaultdict(int)
    base: dict[int, int] = defaultdict(int)
    for posting in postings:
        if posting.vat is not None and not TAXES[posting.vat].is_reverse:
            vat[posting.vat] += posting.amount
        elif posting.tax is not None:
            base[posting.tax] += posting.amount
    found: list[Posting] = []
    for posting in postings:
        code = posting.tax
        if code is None or not vat.get(code) or not base[code]:
            found.append(posting)
            continue
        part = rounded(Decimal(vat[code]) * posting.amount / base[code])
        vat[code], base[code] = vat[code] - part, base[code] - posting.amount
        found.append(replace(posting, amount=posting.amount + part))
        found.append(replace(posting, amount=-part, tax=None))
    return tuple(found)
