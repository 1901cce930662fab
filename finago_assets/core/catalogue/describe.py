"""One operation told to people and to scripts: in a sentence, as data, and as a command line to paste.

Owns the wording that the command line and the documentation share.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from finago_assets.core.catalogue.model import Paging

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finago_assets.core.catalogue.operation import Operation, Parameter, RequestBody
    from finago_assets.core.catalogue.outline import BodyField


def scopes(operation: Operation) -> str:
    """Say which scopes it needs."""
    return " and ".join(operation.scopes) or "any valid token"


def paging(operation: Operation) -> str:
    """Say how its answer is paged; nothing when it is not."""
    if operation.paging is Paging.NONE:
        return ""
    how = "page number" if operation.paging is Paging.PAGE else operation.paging.value
    size = f", {operation.page_size} records a page" if operation.page_size is not None else ""
    cap = f", at most {operation.page_cap} pages" if operation.page_cap is not None else ""
    return f"by {how}{size}{cap}; --all-pages follows it to the end"


def meaning(operation: Operation, one: Parameter) -> str:
    """Say what a parameter is for, what may be chosen, and what is sent for it when nothing is said."""
    fixed = dict(operation.params).get(one.name)
    choices = f"one of {', '.join(one.choices)}" if one.choices else ""
    sent = f"sent as {fixed} unless told otherwise" if fixed is not None else ""
    return "; ".join(words for words in (one.title, choices, sent) if words)


def describe_rules(field: BodyField) -> str:
    """Say what is asked of a field of a body besides its type."""
    choices = (f"one of {', '.join(field.choices)}",) if field.choices else ()
    return "; ".join((*field.rules, *choices))


def by_group(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Return operations by group, groups in the order of their first member."""
    groups: dict[str, list[Operation]] = {}
    for one in operations:
        groups.setdefault(one.group, []).append(one)
    return groups


def command(operation: Operation, options: Sequence[str] = ()) -> str:
    """Return a command line that sends the example, ready for a shell; `options` say which API is meant."""
    words = ["finago-assets", "request", *options, "--template", operation.name]
    for one in operation.variables:
        words += ["--var", f"{one.name}={one.example}"]
    for one in operation.query:
        if one.required:
            words += ["--query", f"{one.name}={one.example}"]
    if operation.body is not None:
        words += ["--body", "-" if operation.body.schema is not None else "receipt.pdf"]
    if operation.method.writes:
        words.append("--allow-writes")
    example = operation.body is not None and operation.body.schema is not None
    before = shlex.join(["finago-assets", "templates", *options, "--example", operation.name]) + " | "
    return (before if example else "") + shlex.join(words)


def described(operation: Operation, options: Sequence[str] = ()) -> dict[str, Any]:
    """Return everything that is known of an operation as plain data; amounts are Decimals."""
    return {
        "name": operation.name,
        "method": operation.method.value,
        "path": operation.path,
        "title": operation.title,
        "group": operation.group,
        "scopes": list(operation.scopes),
        "answers": operation.answers.value,
        "writes": operation.method.writes,
        "variables": [_parameter(one) for one in operation.variables],
        "query": [_parameter(one) for one in operation.query],
        "sent_unless_told_otherwise": dict(operation.params),
        "body": _describe_body(operation.body) if operation.body is not None else None,
        "paging": operation.paging.value,
        "page_size": operation.page_size,
        "page_cap": operation.page_cap,
        "note": operation.note,
        "command": command(operation, options),
    }


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type.value,
        "required": one.required,
        "choices": list(one.choices),
        "example": one.example,
        "title": one.title,
    }


def _describe_body(body: RequestBody) -> dict[str, Any]:
    return {
        "required": body.required,
        "media_types": list(body.media_types),
        "schema": body.schema,
        "example": body.example if body.schema is not None else None,
    }
