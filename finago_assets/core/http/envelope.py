"""The object that some APIs put around the records of a page: opened strictly, so that nothing is taken for nothing.

Owns finding the records and their count. The records themselves are held against the rules of `body.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import Malformed
from finago_assets.core.http.body import BYTE_ORDER_MARK
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    from finago_assets.core.catalogue.model import Envelope

_OBJECT_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


def opened(body: bytearray, envelope: Envelope) -> tuple[bytearray, int | None]:
    """Return the array of records and how many there are on all pages, None where nothing says so.

    A body that is an array already comes back as it is. Raises a Malformed fault, which names fields and no value.
    """
    text = body.removeprefix(BYTE_ORDER_MARK).lstrip()
    if not text.startswith(b"{"):
        return body, None
    try:
        fields = _OBJECT_FIELDS.decode(text)
    except (msgspec.DecodeError, RecursionError):
        fields = None
    if fields is None:
        raise Fault(Malformed, "the answer is not JSON", again=True)
    if envelope.lone and envelope.lone in fields and envelope.count not in fields:
        return bytearray(b"[" + text.rstrip() + b"]"), None
    named = envelope.records or _only_list(fields)
    records = bytearray(bytes(fields.get(named, b"")))
    if not records.startswith(b"["):
        raise Fault(Malformed, f"the answer has no list of records among its fields {_listed(fields)}")
    return records, _read_count(fields, envelope.count)


def _only_list(fields: dict[str, msgspec.Raw]) -> str:
    lists = [name for name, value in fields.items() if _is_list_of_objects(bytes(value))]
    return lists[0] if len(lists) == 1 else ""


def _is_list_of_objects(value: bytes) -> bool:
    return value.startswith(b"[") and all(bytes(one).startswith(b"{") for one in _RAW_LIST.decode(value))


def _read_count(fields: dict[str, msgspec.Raw], name: str) -> int | None:
    if not name or name not in fields:
        return None
    try:
        count = msgspec.json.decode(fields[name], type=int)
    except msgspec.DecodeError:
        count = -1
    if count < 0:
        raise Fault(Malformed, f"the answer's {name} is not how many records there are")
    return count


def _listed(fields: dict[str, msgspec.Raw]) -> str:
    names = [name for name in fields if name.isidentifier() and len(name) <= 40]
    return ", ".join(names[:10]) or "(none)"
