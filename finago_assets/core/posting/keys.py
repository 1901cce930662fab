"""The key of a bundle, made of its content: the same journal has the same key whoever reads it, and from whatever file.

Owns the canonical form: names, days, amounts with two decimals; the order of rows and their places are no part of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.journal import Entry

if TYPE_CHECKING:
    from finago_assets.core.posting.journal import Bundle, Journal, Voucher

# a change of it changes every key, and what was sent before would be sent again: the outbox would have to know both
_KEY_FORM: Final = "journal 1"
_CONTENT: Final = tuple(sorted(field.name for field in fields(Entry) if field.name != "row"))


def key_of(bundle: Bundle, organization_id: str) -> str:
    """Return the key that a bundle is sent under, once and never again, in an organization."""
    return _sha256([_KEY_FORM, organization_id, bundle.name, _vouchers(bundle)])


def digest_journal(journal: Journal, organization_id: str) -> str:
    """Return what tells whether a journal is still the one that was previewed."""
    return _sha256([_KEY_FORM, organization_id, sorted([bundle.name, _vouchers(bundle)] for bundle in journal.bundles)])


def describe_entries(voucher: Voucher) -> list[str]:
    """Return a voucher's entries in the canonical form, in an order of their own."""
    return sorted(map(_entry_text, voucher.entries))


def _vouchers(bundle: Bundle) -> list[list[object]]:
    return sorted(
        [voucher.name, voucher.transaction_type_number, describe_entries(voucher)] for voucher in bundle.vouchers
    )


def _entry_text(entry: Entry) -> str:
    said = {name: _canonical(value) for name in _CONTENT if (value := getattr(entry, name)) not in (None, ())}
    return json.dumps(said, sort_keys=True, ensure_ascii=True)


def _canonical(value: object) -> object:
    match value:
        case Decimal():
            return f"{value.normalize():f}"
        case dt.date():
            return value.isoformat()
        case tuple():
            return [_canonical(part) for part in value]
        case _:
            return value


def _sha256(content: list[object]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()
