"""The documentation page of request templates, written from the operations; `document.py` puts it in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago import FINAGO
from finago_assets.core.catalogue.describe import by_group, command, describe_rules, meaning, paging, scopes
from finago_assets.core.catalogue.example import as_read
from finago_assets.core.catalogue.outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finago_assets.core.catalogue.operation import Operation, RequestBody

_OPENING: Final = f"""\
# Request templates

One for every operation of the {FINAGO.source.title}, version {FINAGO.source.version} of its description. The same is
told by `finago-assets templates` (`--show NAME` for one, `--json` for scripts). A template is sent with `finago-assets
request --template NAME`; variables of the path are given with `--var`, parameters of the query with `--query`, a body
with `--body`. What writes to the books needs `--allow-writes` as well.

Written by `python -m finago_assets.apis.document`; change the catalogue, not this page."""


def template_page() -> str:
    """Return the page in Markdown: an index by group, then a section for each template."""
    groups = by_group(FINAGO.operations.values())
    return "\n\n".join([_OPENING, *_index(groups), *_sections(groups)]) + "\n"


def _index(groups: dict[str, list[Operation]]) -> Iterator[str]:
    for group, members in groups.items():
        rows = [
            (f"[{one.name}](#{one.name.replace('.', '')})", f"`{one.method} {one.path}`", one.title) for one in members
        ]
        yield f"**{group}**"
        yield _format_table(("template", "request", "what it does"), rows)


def _sections(groups: dict[str, list[Operation]]) -> Iterator[str]:
    for group, members in groups.items():
        yield f"## {group}"
        for one in members:
            yield from _section(one)


def _section(operation: Operation) -> Iterator[str]:
    yield f"### {operation.name}"
    yield f"`{operation.method} {operation.path}`: {operation.title}." + f" {operation.note}".rstrip()
    yield "\n".join(f"- {fact}" for fact in _list_facts(operation))
    if operation.variables or operation.query:
        yield _format_parameters(operation)
    if operation.body is not None:
        yield from _format_body(operation.body)
    yield f"```shell\n{command(operation)}\n```"


def _list_facts(operation: Operation) -> Iterator[str]:
    yield f"scope: {scopes(operation)}"
    yield f"answers: {operation.answers}"
    if pages := paging(operation):
        yield f"paged: {pages}"


def _format_parameters(operation: Operation) -> str:
    parameters = [("path", one) for one in operation.variables] + [("query", one) for one in operation.query]
    rows = [
        (f"`{one.name}`", place, _mark(required=one.required), one.type, f"`{one.example}`", meaning(operation, one))
        for place, one in parameters
    ]
    return _format_table(("parameter", "in", "required", "type", "example", "what it means"), rows)


def _format_body(body: RequestBody) -> Iterator[str]:
    if body.schema is None:
        yield f"The body is a file: {', '.join(f'`{one}`' for one in body.media_types)}."
        return
    rows = [
        (f"`{one.place}`", _mark(required=one.required), one.type, describe_rules(one)) for one in outline(body.schema)
    ]
    yield _format_table(("field of the body", "required", "type", "rules"), rows)
    yield f"```json\n{as_read(body)}\n```"


def _mark(*, required: bool) -> str:
    return "yes" if required else ""


def _format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
