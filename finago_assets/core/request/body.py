"""The body of a write before it is sent: JSON, and for a template what its schema asks for.

Owns these checks and the choice of a media type. A message names the place and the rule, never the value.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

from finago_assets.core.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.operation import RequestBody

JSON: Final = "application/json"
LARGEST: Final = 32 * 1024 * 1024
_KINDS: Final = {
    "object": "an object, {...}",
    "array": "a list, [...]",
    "string": "a text, in quotes",
    "number": "a number, without quotes",
    "integer": "a whole number, without quotes",
    "boolean": "true or false, without quotes",
    "null": "null",
}
_MOST_SHOWN: Final = 200
_LONGEST_NAME: Final = 100
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9 ._-]")
_BEGINNINGS: Final = {b"%PDF-": "application/pdf", b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def check_body(what: str, body: bytes, known: RequestBody | None, *, by_schema: bool) -> str:
    """Return the media type to send a body with; `known` is what the operation takes. Raises RequestRefused."""
    if len(body) > LARGEST:
        raise RequestRefused(f"{what}: the body is larger than {LARGEST} bytes.")
    if known is not None and known.schema is None:
        return _recognize_file(what, body, known)
    _check_json(what, body)
    if known is not None and known.schema is not None and by_schema:
        _hold_against(what, body, known.schema)
    return JSON


def _recognize_file(what: str, body: bytes, known: RequestBody) -> str:
    if not body:
        raise RequestRefused(f"{what}: the file is empty.")
    begins = next((media for mark, media in _BEGINNINGS.items() if body.startswith(mark)), "")
    if begins not in known.media_types:
        taken = [media for media in known.media_types if media in _BEGINNINGS.values()]
        raise RequestRefused(f"{what}: the body is to be a file of one of the types {', '.join(taken)}.")
    return begins


def name_file(name: str | None, media_type: str | None) -> str:
    """Return a file's name in letters that any header carries; one of ours where it has none."""
    plain = _NOT_PLAIN.sub("_", name or "").strip(" .")[-_LONGEST_NAME:]
    return plain or f"attachment.{(media_type or 'bin').rpartition('/')[2]}"


def _check_json(what: str, body: bytes) -> None:
    try:
        msgspec.json.decode(body)
        body.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RequestRefused(f"{what}: the body is not JSON; check it with a JSON tool.") from None


def _hold_against(what: str, body: bytes, schema: Mapping[str, object]) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    try:
        error = best_match(validator.iter_errors(json.loads(body, parse_float=Decimal)))
    except (RecursionError, ValueError):
        raise RequestRefused(
            f"{what}: the body is nested too deeply, or has a number of thousands of digits."
        ) from None
    if error is not None:
        raise RequestRefused(
            f"{what}: {_name_json_path(error)} does not fit: it must {_rule(error)}. `finago-assets templates "
            "--example`, with the template's name, prints a body that fits."
        )


def _name_json_path(error: Any) -> str:  # noqa: ANN401  jsonschema has no types
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path]
    return f"{''.join(parts).removeprefix('.')} in the body"[:_MOST_SHOWN] if parts else "the body"


def _rule(error: Any) -> str:  # noqa: ANN401  see above
    """Word the rule from the schema alone: what the body holds stays out of it."""
    wanted = error.validator_value
    match error.validator:
        case "required":
            return f"have {', '.join(name for name in wanted if name not in error.instance)}"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"be {' or '.join(_KINDS[kind] for kind in kinds)}"
        case "enum":
            return f"be one of {', '.join(map(str, wanted))}"[:_MOST_SHOWN]
        case "additionalProperties":
            return f"have no other fields than {', '.join(error.schema.get('properties', {}))}"[:_MOST_SHOWN]
        case "anyOf" | "oneOf":
            return "be one of the forms that the operation takes"
        case rule:
            return f"keep to {rule} {wanted}"[:_MOST_SHOWN]
