"""What a write sends: its media type, and its body, read and held against the description of the operation.

Owns the refusals of bodies (415, and 400 in the documented shape). Whether ids in it lead anywhere, a writer knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from finago_assets.sandbox.answers import Refused
from finago_assets.sandbox.books.kept import Json, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.sandbox.description.facts import DescribedOperation


@dataclass(frozen=True, slots=True)
class SentBody:
    """One body: `json` is what it says, empty for a file; `raw` is its bytes."""

    json: Json = field(default_factory=dict)
    raw: bytes = field(default=b"", repr=False)
    content_type: str = ""
    disposition: str = ""


def received(operation: DescribedOperation, raw: bytes, headers: Mapping[str, str]) -> SentBody:
    """Return what was sent. Raises Refused 415 for another media type, 400 for what the description does not allow.

    A body that is described is wanted, whether or not the description says that it is required: without it nothing
    would be written.
    """
    content_type, disposition = headers.get("content-type", ""), headers.get("content-disposition", "")
    if not operation.types:
        return SentBody()
    if content_type.partition(";")[0].strip().lower() not in operation.types:
        raise Refused(415, f"Send one of {', '.join(operation.types)}.")
    if not operation.sends_json:
        return SentBody({}, raw, content_type, disposition)
    return SentBody(_read_json(operation, raw), raw, content_type)


def _read_json(operation: DescribedOperation, raw: bytes) -> Json:
    try:
        value = read(raw)
    except msgspec.ValidationError:
        raise Refused(400, "The body is not an object.", (("", "type"),)) from None
    except (msgspec.DecodeError, RecursionError):
        raise Refused(400, "The body is not JSON.", name="BadRequestError") from None
    if problems := operation.of_body(value):
        raise Refused(400, "The body is not as the description has it.", tuple(problems))
    return value
