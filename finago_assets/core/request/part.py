"""Whether an answer is a whole list or one page of it, where one page was asked for.

Owns the signs: a link to a next page, a count greater than what came, and a page as full as was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.http.body import split_records
from finago_assets.core.http.envelope import opened
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    from finago_assets.core.http.receipt import Receipt
    from finago_assets.core.request.request import Request


def is_part_of_a_list(request: Request, receipt: Receipt, records: int) -> bool:
    """Tell whether the list may have records that did not come; `records` did."""
    if request.writes or receipt.status != 200:
        return False
    return receipt.goes_on or _is_full(request, records) or _counts_more(request, receipt)


def _is_full(request: Request, records: int) -> bool:
    # the link to the next page has been seen to be missing
    asked = request.query.get("limit", "")
    return request.paging is Paging.PAGE and asked.isdecimal() and 0 < int(asked) <= records


def _counts_more(request: Request, receipt: Receipt) -> bool:
    if request.envelope is None or request.single:
        return False
    try:
        records, total = opened(bytearray(receipt.file.read_bytes()), request.envelope)
        return total is not None and total > len(split_records(records))
    except Fault:
        return False
