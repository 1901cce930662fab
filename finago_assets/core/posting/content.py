"""What the outbox knows a voucher and a sending by, beside the key of a bundle.

Owns the key of entries, the marker and the digest of what is sent. The key of a bundle is `keys.py`'s.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.keys import describe_entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finago_assets.core.posting.journal import SaveAs, Voucher
    from finago_assets.core.posting.route import NumberedBundle

# as for the key of a bundle: a change of it would let what was sent before be sent again
_ENTRIES_FORM: Final = "entries 1"
_SHORT_KEY: Final = 12
MARKER_LENGTH: Final = len("fa-") + _SHORT_KEY


def entries_key_of(voucher: Voucher, organization_id: str) -> str:
    """Return the key of what a voucher posts, whatever it is called and wherever it stands."""
    return _hash([_ENTRIES_FORM, organization_id, voucher.transaction_type_number, describe_entries(voucher)])


def marker_of(key: str) -> str:
    """Return what a person or a read-back finds a bundle by: short enough for a comment of a line."""
    return f"fa-{key[:_SHORT_KEY]}"


def comment_with(comment: str | None, marker: str) -> str:
    """Return the comment of a line as it is sent, the marker behind what the table says."""
    return f"{comment} {marker}" if comment else marker


def payload_digest(numbered: NumberedBundle, save_as: SaveAs, ignored: Iterable[str]) -> str:
    """Return the digest of what is handed to a route for sending: the content, its numbers, and how it is saved."""
    year = numbered.fiscal_year.isoformat()
    return _hash([numbered.key, numbered.marker, year, list(numbered.numbers), save_as.value, sorted(ignored)])


def _hash(said: list[object]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()
