"""Both paging models: page numbers and continuation tokens, with default sizes, clamps and caps.

Owns which records a page holds and what the Link header relates to. Spelling is `links`.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.answers import Refused
from finago_assets.sandbox.links import link_header
from finago_assets.sandbox.query import Query, refuse

if TYPE_CHECKING:
    from finago_assets.sandbox.answers import Listing
    from finago_assets.sandbox.description.facts import DescribedOperation
    from finago_assets.sandbox.links import RequestAddress
    from finago_assets.sandbox.options import SandboxOptions

# what the description leaves open: the size of a page that nobody asked for, and what a larger one is cut to
DEFAULT_LIMITS: Final = {"/products": 25, "/productcategories": 8}
DEFAULT_LIMIT: Final = 50
CUT_TO: Final = {"/customers": 100, "/productcategories": 8}
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list and the headers that lead on."""

    records: list[bytes]
    headers: Headers


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a page lies within its list."""

    offset: int
    limit: int
    count: int
    trailing: bool

    @property
    def more(self) -> bool:
        end = self.offset + self.limit
        return end < self.count or (self.trailing and self.offset < self.count)


def paged(
    operation: DescribedOperation, listing: Listing, query: Query, place: RequestAddress, options: SandboxOptions
) -> ListPage:
    """Return the page that was asked for. Raises Refused 400 for limits, pages and tokens out of bounds."""
    if not operation.linked:
        return ListPage(listing.cut(0, listing.count), [])
    if "continuationToken" in operation.query:
        return _cut_by_token(operation, listing, query, place, options)
    return _cut_by_number(operation, listing, query, place, options)


def _limit(operation: DescribedOperation, query: Query, options: SandboxOptions) -> int:
    described = operation.query.get("limit")
    asked = None if described is None else query.integer("limit")
    if asked is None:
        asked = (described or {}).get("default", DEFAULT_LIMITS.get(operation.path, DEFAULT_LIMIT))
    if asked < 1:
        raise refuse("limit", "minimum")
    return min(asked, CUT_TO.get(operation.path, options.largest_page))


def _cut_by_number(
    operation: DescribedOperation, listing: Listing, query: Query, place: RequestAddress, options: SandboxOptions
) -> ListPage:
    limit, asked = _limit(operation, query, options), query.integer("page")
    page = 1 if asked is None else asked
    if page < 1 or ("maximum" in operation.query.get("page", {}) and page > options.page_cap):
        raise refuse("page", "minimum" if page < 1 else "maximum")
    cut = _Cut((page - 1) * limit, limit, listing.count, options.trailing_empty_page)
    here = ({} if options.links_drop_filters else dict(query.values)) | {"limit": str(limit)}
    relations = {"self": here | {"page": str(page)}} if operation.path == "/banktransactions" else {}
    if page > 1:
        back = "prev" if page % 2 else "previous"
        relations |= {"first": here | {"page": "1"}, back: here | {"page": str(page - 1)}}
    if cut.more:
        relations["next"] = here | {"page": str(page + 1)}
    headers = [link_header(place, relations, page, options.links)] if relations else []
    return ListPage(listing.cut(cut.offset, limit), headers)


def _cut_by_token(
    operation: DescribedOperation, listing: Listing, query: Query, place: RequestAddress, options: SandboxOptions
) -> ListPage:
    limit, offset = _limit(operation, query, options), token_offset(query)
    cut = _Cut(offset, limit, listing.count, options.trailing_empty_page)
    if not cut.more:
        return ListPage(listing.cut(offset, limit), [])
    filters = {k: v for k, v in query.values.items() if k != "continuationToken"}
    following = {"continuationToken": _encode_token(offset + limit, filters), "limit": str(limit)}
    params = following if options.links_drop_filters else filters | following
    return ListPage(listing.cut(offset, limit), [link_header(place, {"next": params}, offset // limit, options.links)])


def _encode_token(offset: int, filters: dict[str, str]) -> str:
    return urlsafe_b64encode(json.encode({"o": offset, "f": filters})).decode()


def continued(query: Query) -> Query:
    """Return the query with the filters that its continuation token remembers. Raises Refused 400 for a bad token."""
    token = query.text("continuationToken")
    if token is None:
        return query
    filters = _decode_token(token)["f"]
    return Query({**filters, **query.values} if isinstance(filters, dict) else query.values)


def token_offset(query: Query) -> int:
    """Return where a continuation token points; 0 without one. Raises Refused 400 for a bad token."""
    token = query.text("continuationToken")
    offset = 0 if token is None else _decode_token(token)["o"]
    return offset if isinstance(offset, int) else 0


def _decode_token(token: str) -> dict[str, object]:
    try:
        opened = json.decode(urlsafe_b64decode(token), type=dict[str, object])
    except ValueError:
        raise Refused(400, "The continuation token is invalid.", (("continuationToken", "format"),)) from None
    return {"o": 0, "f": {}} | opened
