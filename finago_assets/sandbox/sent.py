"""What a write sends: its media type, and its body, read and held against the schema of the operation.

Owns the refusals of bodies (415, and 400 in the documented shape). Whether ids in it lead anywhere, a writer knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from finago_assets.apis.finago import FINAGO
from finago_assets.sandbox.answers import Refused
from finago_assets.sandbox.books.kept import Json, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema import ValidationError

    from finago_assets.core.catalogue.operation import Operation

FORMATS: Final = FormatChecker(["date", "date-time", "email", "uuid"])


@dataclass(frozen=True, slots=True)
class Sent:
    """One body: `json` is what it says, empty for a file; `raw` is its bytes."""

    json: Json = field(default_factory=dict)
    raw: bytes = field(default=b"", repr=False)
    content_type: str = ""
    disposition: str = ""


def received(operation: Operation, raw: bytes, headers: Mapping[str, str]) -> Sent:
    """Return what was sent. Raises Refused 415 for another media type, 400 for what the schema does not allow."""
    content_type, disposition = headers.get("content-type", ""), headers.get("content-disposition", "")
    body = operation.body
    if body is None:
        return Sent()
    if (raw or body.required) and _media_type(content_type) not in body.media_types:
        raise Refused(415, f"Send one of {', '.join(body.media_types)}.")
    if body.schema is None:
        return Sent({}, raw, content_type, disposition)
    return Sent(_checked(operation, raw or (b"" if body.required else b"{}")), raw, content_type)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _checked(operation: Operation, raw: bytes) -> Json:
    try:
        value = read(raw)
    except msgspec.ValidationError:
        raise Refused(400, "The body is not an object.", (("", "type"),)) from None
    except (msgspec.DecodeError, RecursionError):
        raise Refused(400, "The body is not JSON.", name="BadRequestError") from None
    if problems := tuple(dict.fromkeys(_problems(_validator(operation.name).iter_errors(value)))):
        raise Refused(400, "The body is not as the description has it.", problems)
    return value


@cache
def _validator(name: str) -> Draft202012Validator:
    body = FINAGO.operations[name].body
    return Draft202012Validator({} if body is None else body.schema, format_checker=FORMATS)


def _problems(errors: Iterable[ValidationError]) -> Iterator[tuple[str, str]]:
    """Yield (path, keyword) for what is wrong; of alternatives that all fail, for the one that came nearest."""
    for error in errors:
        nearest = best_match([error])
        place, keyword = ".".join(str(step) for step in nearest.absolute_path), str(nearest.validator)
        if keyword != "required":
            yield place, keyword
            continue
        for name in nearest.validator_value:
            if name not in nearest.instance:
                yield f"{place}.{name}".lstrip("."), keyword
