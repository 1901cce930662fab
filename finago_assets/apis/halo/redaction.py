"""What is taken out of a record of the Halo API before any byte of it is kept.

Owns the rules. A secret becomes null, with a flag beside it that says whether there was one: by its class, and where
nobody has described the field by its name and by what it holds. What asks for an action is dropped, an instruction in
a store is one too many. Texts lose what looks like a secret, or repeats one of the same record. Of a logged request
only what `KEPT_OF_A_REQUEST` names is left. Everything else keeps the vendor's bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, urlsplit

import msgspec

from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.core.http.protocol import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from finago_assets.apis.halo.facts import Described

    DescribedFields = Mapping[str, Described]
    Tree = msgspec.Raw | dict[str, "Tree"] | list["Tree"]

HAD_VALUE: Final = "_had_value"
HOST_OF_URL: Final = "url_host"
KEPT_OF_A_REQUEST: Final = frozenset(
    {"id", "isoutgoing", "operation", "type", "msid", "details_id", "datelogged", "resultcode"}
)
REMOVED: Final = "(removed)"
REDACTION_NAME: Final = "halo-1: secrets, action flags, and all but the outline of logged requests"

_REQUESTS: Final = "IntegrationRequest"
_UNDESCRIBED: Final[DescribedFields] = {}
_SHAPE_OF_PATH: Final = {name.lower(): name for name in SHAPES} | {
    "externallink": "ExternalLink_List",
    "features": "ModuleSetup",
}
_RAW_NULL_VALUE: Final = msgspec.Raw(b"null")
_LITERALS: Final = (b"true", b"false", b"null")

_SECRET_NAME: Final = re.compile(
    r"^new_|^(_?code|pin|otp|auth|authorization)$|passw|passphrase|passcode|pwd|secret|token|credential|bearer|jwt"
    r"|verifier|signature|cookie|session_?id|auth(orization|entication)?_?(code|key|header|data)"
    r"|(api|app|access|private|public|subscription|licen[cs]e|shared|account|sign(ing)?|encryption|client|master|web)"
    r"_?key|connection_?string|sas_?(url|uri|key)",
    re.IGNORECASE,
)
# when a token ends, and what kind it is, is told in the open
_TOLD_NAME: Final = re.compile(r"(expir(y|es|es_?in|es_?at|ation|y_?date)|token_?type)$", re.IGNORECASE)
# letters and digits without a gap that no person has typed; an id in the shape of a GUID is none
_SECRET_VALUE: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/=._~-]{20,}")
_PLAIN_VALUE: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+\S*|[\w.-]+\.[a-z]{2,10}", re.IGNORECASE
)
_IN_TEXT: Final = (
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE), rf"\1 {REMOVED}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), REMOVED),
    (re.compile(r"//[^/\s:@]+:[^/\s@]+@"), f"//{REMOVED}@"),
    (
        re.compile(
            r"(\b(?:new_\w+|\w*(?:passw(?:or)?d|pwd|secret|token|api_?key|verifier|signature)|_?auth\w*_?code))"
            r"(\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s\"'&,;}\\]+",
            re.IGNORECASE,
        ),
        rf"\1\2{REMOVED}",
    ),
    # a short one is the number of an error
    (re.compile(r"(\bcode\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s\"'&,;}\\]{12,}", re.IGNORECASE), rf"\1{REMOVED}"),
)
# what is shorter stands in other words by chance
_SHORTEST_ECHO: Final = 6
_SHOWN_OF_MASKED: Final = 4
MASKED_FIELDS: Final = frozenset({"subscription_id"})

_RAW_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_VALUES: Final = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT_DECODER: Final = msgspec.json.Decoder(str)


def _redacted(template: str, record: bytes) -> bytes:
    """See `core.http.protocol.Redaction`."""
    name = _SHAPE_OF_PATH.get(template.strip("/").partition("/")[0].lower(), "")
    try:
        tree = _read(msgspec.Raw(record))
        if isinstance(tree, dict):
            secrets: list[str] = []
            kept = _kept(_outlined(tree) if name == _REQUESTS else tree, SHAPES.get(name, _UNDESCRIBED), secrets)
            return msgspec.json.encode(_cleaned(kept, _cleaner(secrets)))
    except (msgspec.MsgspecError, RecursionError):
        pass
    raise ValueError("a record that is no JSON object")


def _read(raw: msgspec.Raw) -> Tree:
    value = bytes(raw).lstrip()
    if value.startswith(b"{"):
        return {name: _read(one) for name, one in _RAW_FIELDS.decode(raw).items()}
    return [_read(one) for one in _RAW_VALUES.decode(raw)] if value.startswith(b"[") else raw


# -- fields


def _kept(
    fields: dict[str, Tree], shape: DescribedFields, secrets: list[str], *, outer: bool = True
) -> dict[str, Tree]:
    # around the records of a page: what these look like is said by the shape, not what the envelope does
    inside = shape if outer and "id" not in fields else _UNDESCRIBED
    kept: dict[str, Tree] = {}
    for name, value in fields.items():
        known = shape.get(name)
        if known is not None and known.kind is Class.ACTION:
            continue
        if _is_secret(name, known, value):
            secrets.extend(_every_text(value))
            kept[name] = _RAW_NULL_VALUE
            kept[name + HAD_VALUE] = msgspec.Raw(b"true" if _holds_something(value) else b"false")
        elif known is None and name.startswith("_"):
            # nobody knows what it would ask for: its name is kept, so that it is seen that it came
            secrets.extend(_every_text(value))
            kept[name] = _RAW_NULL_VALUE
        elif name in MASKED_FIELDS:
            secrets.extend(_every_text(value))
            kept[name] = _masked(value)
        else:
            within = inside if known is None else SHAPES.get(known.type, _UNDESCRIBED)
            kept[name] = _kept_inside(value, within, secrets)
    return kept


def _kept_inside(value: Tree, shape: DescribedFields, secrets: list[str]) -> Tree:
    if isinstance(value, dict):
        return _kept(value, shape, secrets, outer=False)
    return [_kept_inside(one, shape, secrets) for one in value] if isinstance(value, list) else value


def _is_secret(name: str, known: Described | None, value: Tree) -> bool:
    if isinstance(value, msgspec.Raw) and bytes(value).strip() in _LITERALS[:2]:
        return False  # a setting, whatever it is called
    if known is not None:
        return known.kind is Class.SECRET
    if name.endswith(HAD_VALUE) or _TOLD_NAME.search(name):
        return False
    if name.lower() == "code" and not _is_text(value):
        return False
    return _SECRET_NAME.search(name) is not None or (_is_text(value) and _looks_secret(_decode_text(value)))


def _looks_secret(text: str) -> bool:
    return _SECRET_VALUE.fullmatch(text) is not None and _PLAIN_VALUE.fullmatch(text) is None


def _holds_something(value: Tree) -> bool:
    if isinstance(value, msgspec.Raw):
        return bytes(value).strip() not in (*_LITERALS, b'""')
    return bool(value)


def _masked(value: Tree) -> Tree:
    if not _is_text(value):
        return _RAW_NULL_VALUE
    text = _decode_text(value)
    shown = text[-_SHOWN_OF_MASKED:] if len(text) >= 4 * _SHOWN_OF_MASKED else ""
    return msgspec.Raw(msgspec.json.encode(f"***{shown}" if text else ""))


# -- texts


def _cleaner(secrets: list[str]) -> Callable[[str], str]:
    spelled = {spelling for one in secrets for spelling in (one, quote(one, safe=""), quote_plus(one))}
    echoes = sorted((one for one in spelled if len(one) >= _SHORTEST_ECHO), key=len, reverse=True)

    def clean(text: str) -> str:
        for echo in echoes:
            text = text.replace(echo, REMOVED)
        for pattern, instead in _IN_TEXT:
            text = pattern.sub(instead, text)
        return text

    return clean


def _cleaned(value: Tree, clean: Callable[[str], str]) -> Tree:
    if isinstance(value, dict):
        return {name: _cleaned(one, clean) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, clean) for one in value]
    if not _is_text(value):
        return value
    text = _decode_text(value)
    cleaned = clean(text)
    return value if cleaned == text else msgspec.Raw(msgspec.json.encode(cleaned))


def _is_text(value: Tree) -> bool:
    return isinstance(value, msgspec.Raw) and bytes(value).lstrip().startswith(b'"')


def _decode_text(value: Tree) -> str:
    return _TEXT_DECODER.decode(value) if isinstance(value, msgspec.Raw) else ""


def _every_text(value: Tree) -> Iterator[str]:
    """Yield every text in a value, and every number as it is spelled."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _every_text(one)
    elif _is_text(value):
        yield _decode_text(value)
    elif bytes(value).strip() not in _LITERALS:
        yield bytes(value).decode().strip()


# -- logged requests


def _outlined(fields: dict[str, Tree]) -> dict[str, Tree]:
    """Return the outline of a logged request, or an envelope of outlines with what counts them."""
    if "id" in fields:
        kept = {name: value for name, value in fields.items() if _is_of_the_outline(name, value)}
        return kept | ({HOST_OF_URL: _host(fields["url"])} if "url" in fields else {})
    lists: dict[str, Tree] = {
        name: [_outlined(one) for one in value if isinstance(one, dict) and "id" in one]
        for name, value in fields.items()
        if isinstance(value, list)
    }
    numbers = {name: value for name, value in fields.items() if isinstance(value, msgspec.Raw) and not _is_text(value)}
    return {**numbers, **lists}


def _is_of_the_outline(name: str, value: Tree) -> bool:
    return name in KEPT_OF_A_REQUEST and isinstance(value, msgspec.Raw)


def _host(url: Tree) -> Tree:
    try:
        host = urlsplit(_decode_text(url)).hostname if _is_text(url) else None
    except ValueError:
        host = None
    return _RAW_NULL_VALUE if host is None else msgspec.Raw(msgspec.json.encode(host))


REDACTION: Final = Redaction(REDACTION_NAME, _redacted)
