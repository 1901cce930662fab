"""A request of the user's own, from a template or by hand, checked as far as that is possible before it is sent.

Owns the checks of names and parameters. Paths are path.py's, values values.py's, bodies body.py's; sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.operation import Answers, Method, Operation, Parameter, Type
from finago_assets.core.errors import RequestRefused
from finago_assets.core.http.call import Call
from finago_assets.core.http.paging import query_of
from finago_assets.core.request.body import check_body, name_file
from finago_assets.core.request.look import where_to_look
from finago_assets.core.request.path import fill_in, list_names, path_of, places_in, refuse_wrong_ids
from finago_assets.core.request.values import check_text, check_value
from finago_assets.core.request.windows import refuse_reversed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.api import Api

# servers and proxies cut longer addresses off, or refuse them in words of their own
LONGEST_ADDRESS: Final = 8_000
BY_HAND: Final = "by hand"


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Request(Call):
    """A call of an `operation` of the `api`, or with `all_pages` the chain of calls to the last page.

    Made by `from_template` or `by_hand`, which have checked it.
    """

    api: Api
    operation: Operation
    all_pages: bool = False


def from_template(  # noqa: PLR0913  what a request consists of
    api: Api,
    name: str,
    *,
    variables: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
    all_pages: bool = False,
    file_name: str | None = None,
) -> Request:
    """Fill in a template. What the endpoint's row fixes is sent unless `query` says otherwise. Raises RequestRefused.

    A body is held against the template's schema; one that is a file may have a `file_name`.
    """
    operation = api.operations.get(name)
    if operation is None:
        alike = api.nearest(check_text("The template's name", name))
        hint = f"did you mean {' or '.join(alike)}?" if alike else "`finago-assets templates` lists them."
        raise RequestRefused(f"There is no template of the name {name!r:.100}; {hint}")
    given = {**dict(operation.params), **(query or {})}
    return _check_request(
        api,
        operation,
        operation.path,
        variables or {},
        given,
        body,
        all_pages=all_pages,
        by_schema=True,
        file_name=file_name,
    )


def by_hand(  # noqa: PLR0913  see from_template
    api: Api,
    method: str,
    path: str,
    *,
    variables: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
    all_pages: bool = False,
    file_name: str | None = None,
    base: str = "",
) -> Request:
    """Make a request of a method and a path below the API base, which may hold `{variables}`. Raises RequestRefused.

    Where the API description knows the path, it is held against that; where it does not, it is sent as written. A body
    need only be JSON.
    """
    wanted = _read_method(method)
    template = path_of(path, base or api.address)
    filled = fill_in(f"{wanted} {template:.200}", template, places_in(template), variables or {})
    operation = api.find(wanted, filled) or _describe_unknown(
        api, wanted, template, filled, query or {}, has_body=body is not None
    )
    if operation.name != BY_HAND:
        refuse_wrong_ids(operation, filled)
        template, variables = filled, {}
    return _check_request(
        api,
        operation,
        template,
        variables or {},
        query or {},
        body,
        all_pages=all_pages,
        by_schema=False,
        file_name=file_name,
    )


def _check_request(  # noqa: PLR0913, PLR0917  see from_template
    api: Api,
    operation: Operation,
    template: str,
    variables: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes | None,
    *,
    all_pages: bool,
    by_schema: bool,
    file_name: str | None,
) -> Request:
    what = f"{operation.method} {operation.path} was not sent"
    if all_pages:
        query = {**_page_size(what, operation), **query}
    path = fill_in(what, template, operation.variables if "{" in template else (), variables)
    _check_query(what, operation, query)
    if len(path) + len(query_of(query)) > LONGEST_ADDRESS:
        raise RequestRefused(f"{what}: path and query are longer than {LONGEST_ADDRESS:,} characters together.")
    media_type = _choose_media_type(what, operation, body, by_schema=by_schema)
    named = name_file(file_name, media_type) if operation.body is not None and operation.body.schema is None else None
    endpoint = operation.endpoint
    return Request(
        api=api,
        operation=operation,
        all_pages=all_pages,
        template=operation.path,
        path=path,
        query=dict(query),
        allowed=operation.allowed,
        paging=operation.paging,
        page_cap=operation.page_cap,
        scopes=operation.scopes,
        single=operation.answers is Answers.OBJECT,
        numbers=None if endpoint is None else endpoint.numbers,
        envelope=None if endpoint is None else endpoint.envelope,
        make=None if endpoint is None else endpoint.make,
        method=operation.method.value,
        body=body,
        media_type=media_type,
        file_name=named,
        look=where_to_look(api, operation),
    )


def _read_method(method: str) -> Method:
    try:
        return Method(method.upper())
    except (ValueError, AttributeError):
        raise RequestRefused(f"The method must be one of {', '.join(Method)}.") from None


def _describe_unknown(  # noqa: PLR0913  see from_template
    api: Api, method: Method, template: str, filled: str, query: Mapping[str, str], *, has_body: bool
) -> Operation:
    """Make an operation for a path that the description does not have; next links are followed wherever they come."""
    allowed = api.methods_of(filled)
    if allowed:
        raise RequestRefused(f"{method} {template:.200} was not sent: the path takes {', '.join(allowed)}.")
    if has_body and not method.writes:
        raise RequestRefused(f"{method} {template:.200} was not sent: a read sends no body.")
    return Operation(
        name=BY_HAND,
        method=method,
        path=template,
        title="A path that the API description does not have",
        group="",
        scopes=(),
        answers=Answers.LIST,
        variables=places_in(template),
        query=tuple(Parameter(str(name), Type.TEXT, "1") for name in query),
    )


def _page_size(what: str, operation: Operation) -> dict[str, str]:
    if operation.method.writes:
        raise RequestRefused(f"{what}: a write has no pages; leave all pages out.")
    if operation.answers is not Answers.LIST:
        raise RequestRefused(f"{what}: it answers one object, which has no pages; leave all pages out.")
    size = "limit" if operation.endpoint is None else operation.endpoint.size_param
    return {} if operation.page_size is None else {size: f"{operation.page_size}"}


def _check_query(what: str, operation: Operation, query: Mapping[str, str]) -> None:
    known = {one.name: one for one in operation.query}
    if strange := sorted(set(query) - set(known), key=str):
        alike = get_close_matches(str(strange[0]), known, n=1)
        hint = f"did you mean {alike[0]}?" if alike else f"it takes {', '.join(known) or 'none'}."
        raise RequestRefused(f"{what}: the endpoint has no parameter {list_names(strange)}; {hint}")
    if missing := [one.name for one in operation.query if one.required and one.name not in query]:
        raise RequestRefused(
            f"{what}: it needs the parameter {', '.join(missing)}: --query {missing[0]}=VALUE in a shell, `query` in "
            "the launchpad and in YAML."
        )
    for name, value in query.items():
        check_text(f"{what}: a parameter's name", name)
        check_value(what, known[name], value)
    refuse_reversed(what, operation, query)


def _choose_media_type(what: str, operation: Operation, body: bytes | None, *, by_schema: bool) -> str | None:
    known = operation.body
    if body is None:
        if known is not None and known.required:
            raise RequestRefused(
                f"{what}: it needs a body: --body FILE in a shell, `body` in the launchpad and in YAML."
            )
        return None
    if known is None and operation.name != BY_HAND:
        raise RequestRefused(f"{what}: it takes no body.")
    return check_body(what, body, known, by_schema=by_schema)
