"""Chains of pages: whole or refused, however the server spells its links."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import msgspec
import pytest

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import FinagoError, LoopingPages, Malformed, NotFound, PageCapReached
from finago_assets.core.http.call import Call, Page, Tally

from .office import API, LINES, Asked, Clock, Office, client_of, lines, orders, plain, records, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.transport import Response

WINDOW: Final = "dateFrom=2026-01-01&dateTo=2026-02-01"


def link(query: str, relation: str = 'rel="next"', path: str = "/transactionlines") -> dict[str, str]:
    return {"Link": f"<{API}{path}?{query}>; {relation}"}


def read(office: Office, call: Call) -> list[Page]:
    with client_of(office, Clock()) as client:
        return list(client.pages(call, Tally()))


def ids(pages: list[Page]) -> list[int]:
    return [msgspec.json.decode(record)["id"] for page in pages for record in page.records]


@dataclass(frozen=True)
class Layout:
    """A list of `total` records in pages of `size`, and a hand for writing links."""

    total: int
    size: int
    seed: int

    def answer(self, asked: Asked) -> Response:
        hand = random.Random(self.seed * 7919 + asked.number)
        token = int(asked.params.get("continuationToken", "0")) or int(asked.params.get("page", "1"))
        first = (token - 1) * self.size
        last = min(first + self.size, self.total)
        more = last < self.total or (last == self.total and first < last and hand.random() < 0.3)
        name = "page" if "page" in asked.params or asked.path.endswith("lines") else "continuationToken"
        query = urlencode({**asked.params, name: str(token + 1)}, quote_via=quote)
        headers = spelled(hand, asked.path, query) if more else decoys(hand)
        return reply(records(first, max(first, last)), headers=headers)


def decoys(hand: random.Random) -> list[tuple[str, str]]:
    return hand.choice(
        [
            [],
            [("Link", '</v1/x?page=1>; rel="first"')],
            [("link", '</v1/x>; rel=prev; title="rel=next, <next>"'), ("LINK", "<a>; rel=self")],
        ]
    )


def spelled(hand: random.Random, path: str, query: str) -> list[tuple[str, str]]:
    """One of the ways to say `next` that the RFC or published clients know."""
    whole = f"https://api.example.test{path}?{query}"
    target = hand.choice([whole, whole.replace("api.example", "API.Example"), f"{path}?{query}", f"?{query}"])
    relation = hand.choice(
        [
            'rel="next"',
            "rel=next",
            'REL="NEXT"',
            'Rel = "prev next"',
            'title="a, <b>; c"; rel="next last"',
            "x;rel=Next",
        ]
    )
    before = hand.choice(["", '</v1/y?page=1>; rel="first", ', "<z>; rel=previous ,, "])
    value = f"{before}<{target}>{hand.choice([';', '; ', ' ;'])}{relation}"
    name = hand.choice(["Link", "link", "LINK"])
    return [("Link", '<q>; rel="self"'), (name, value)] if hand.random() < 0.3 else [(name, value)]


@pytest.mark.parametrize("model", [Paging.PAGE, Paging.TOKEN])
def test_random_layouts_and_spellings_lose_nothing_and_double_nothing(model: Paging) -> None:
    missing = doubled = layouts = 0
    numbers = random.Random(9)
    for seed in range(500):
        layout = Layout(numbers.randrange(0, 60), numbers.randrange(1, 15), seed)
        call = lines(limit=str(layout.size)) if model is Paging.PAGE else orders()
        got = ids(read(Office(layout.answer), call))
        missing += len(set(range(layout.total)) - set(got))
        doubled += len(got) - len(set(got))
        layouts += 1
        assert got == sorted(got)
    print(f"T9: {layouts} {model} layouts, {missing} missing, {doubled} doubled")
    assert (missing, doubled, layouts) == (0, 0, 500)


@pytest.mark.parametrize(
    "target",
    [
        "</v1/transactionlines?limit=5&page=2>",
        "</transactionlines?page=2>",
        "<?page=2>",
        "<http://internal-lb:8080/v1/transactionlines?page=2>",
        "<https://gateway.test/finago/v1/TransactionLines/?Page=2&LIMIT=5>",
        f"<{API}/transactionlines?page=2&limit=5&includeDimensions=True&dateFrom=2020-01-01&dateTo=>",
        "<?name=Bl\xe5b\xe6r og sønn&page=2#top>",
    ],
)
def test_the_link_tells_which_page_and_our_own_address_and_filters_tell_the_rest(target: str) -> None:
    headers = {"Link": f'{target}; rel="next"'}
    office = Office(
        lambda asked: (
            reply(records(asked.number * 5, asked.number * 5 + 5), headers=headers)
            if asked.number == 1
            else reply(records(90, 92))
        )
    )
    call = lines(limit="5", includeDimensions="true")
    assert len(ids(read(office, call))) == 7
    assert office.calls[1].url.startswith(f"{API}/transactionlines?")
    assert office.calls[1].params == {**call.query, "page": "2"}


def test_a_continuation_token_is_handed_back_as_it_came() -> None:
    query = "continuationToken=a%2Bb%3D%3D&x=%7E"
    office = Office(
        lambda asked: reply(
            records(asked.number, asked.number + 1),
            headers=link(query, path="/salesorders") if asked.number == 1 else {},
        )
    )
    read(office, orders())
    assert office.calls[1].url == f"{API}/salesorders?{WINDOW}&continuationToken=a%2Bb%3D%3D"


def refused(answer: Callable[[Asked], Response], call: Call, kind: type[FinagoError]) -> Office:
    office = Office(answer)
    with pytest.raises(kind):
        read(office, call)
    return office


@pytest.mark.parametrize(
    "query",
    [
        f"page=2&page=3&{WINDOW}",
        f"page=2&limit=50&{WINDOW}",
        f"page=2&limit=6&{WINDOW}",
        f"page=2&limit=10&limit=9&{WINDOW}",
        f"page=2&limit=ten&{WINDOW}",
    ],
)
def test_a_next_link_that_names_no_page_or_counts_in_other_pages_is_refused(query: str) -> None:
    office = refused(lambda _: reply(records(0, 7), headers=link(query)), lines(limit="10"), Malformed)
    assert len(office.calls) == 1


@pytest.mark.parametrize("query", [WINDOW, f"limit=10&{WINDOW}", f"page=&{WINDOW}", f"limit=7&{WINDOW}"])
def test_a_next_link_without_a_page_leads_back_to_the_first_one(query: str) -> None:
    office = refused(lambda _: reply(records(0, 7), headers=link(query)), lines(limit="10"), LoopingPages)
    assert len(office.calls) == 1


def test_a_page_size_that_the_server_cut_down_is_accepted_in_its_links() -> None:
    def answer(asked: Asked) -> Response:
        page = int(asked.params.get("page", "1"))
        return reply(
            records(page * 5, page * 5 + (5 if page < 3 else 3)),
            headers=link(f"{WINDOW}&limit=5&page={page + 1}") if page < 3 else {},
        )

    office = Office(answer)
    assert len(ids(read(office, lines(limit="1000")))) == 13
    assert [call.params["limit"] for call in office.calls] == ["1000", "5", "5"]


def test_a_page_size_that_changes_on_the_way_is_refused() -> None:
    def answer(asked: Asked) -> Response:
        page = int(asked.params.get("page", "1"))
        size = 5 if page < 3 else 9
        return reply(records(page * 5, page * 5 + 5), headers=link(f"{WINDOW}&limit={size}&page={page + 1}"))

    assert len(refused(answer, lines(limit="1000"), Malformed).calls) == 3


def test_parameter_names_may_come_back_in_another_case() -> None:
    def answer(asked: Asked) -> Response:
        count, headers = (10, link("Limit=10&PAGE=2")) if asked.number == 1 else (3, {})
        return reply(records(asked.number * 10, asked.number * 10 + count), headers=headers)

    assert len(ids(read(Office(answer), lines(limit="10")))) == 13


def test_an_unreadable_link_header_is_an_error_and_not_the_end() -> None:
    refused(lambda _: reply(records(0, 1), headers={"Link": f"{API}/x; rel=next"}), lines(), Malformed)


def test_a_looping_next_link_is_refused_before_it_is_followed_again() -> None:
    office = refused(
        lambda asked: reply(records(asked.number, asked.number + 1), headers=link(f"{WINDOW}&page=2")),
        lines(),
        LoopingPages,
    )
    assert len(office.calls) == 2


def test_a_link_to_the_first_page_is_a_loop_too() -> None:
    office = refused(lambda _: reply(records(0, 1), headers=link("page=1")), lines(page="1"), LoopingPages)
    assert len(office.calls) == 1
    refused(lambda _: reply(records(0, 1), headers=link("page=1")), lines(), LoopingPages)


def test_the_same_page_under_a_new_address_is_refused_after_one_repetition() -> None:
    office = refused(
        lambda asked: reply(records(0, 3), headers=link(f"{WINDOW}&page={asked.number + 1}")), lines(), LoopingPages
    )
    assert len(office.calls) == 2


def test_two_pages_taking_turns_are_refused_when_the_first_comes_back() -> None:
    office = refused(
        lambda asked: reply(
            records(asked.number % 2, asked.number % 2 + 1), headers=link(f"{WINDOW}&page={asked.number + 1}")
        ),
        lines(),
        LoopingPages,
    )
    assert len(office.calls) == 3


def capped(pages: int, size: int, last: int) -> tuple[Callable[[Asked], Response], Call]:
    def answer(asked: Asked) -> Response:
        page = int(asked.params.get("page", "1"))
        query = f"{WINDOW}&limit={size}&page={page + 1}"
        count = size if page < pages else last
        return reply(records(page * size, page * size + count), headers=link(query) if page < pages else {})

    own = {"dateFrom": "2026-01-01", "dateTo": "2026-02-01", "limit": str(size)}
    return answer, Call("/transactionlines", "/transactionlines", own, LINES, Paging.PAGE, page_cap=5)


def test_a_chain_that_ends_at_its_cap_is_whole() -> None:
    answer, call = capped(pages=5, size=4, last=3)
    assert len(ids(read(Office(answer), call))) == 19


@pytest.mark.parametrize(("pages", "last"), [(6, 1), (5, 4)])
def test_a_chain_that_reaches_its_cap_with_more_to_come_or_a_full_page_is_refused(pages: int, last: int) -> None:
    answer, call = capped(pages, 4, last)
    assert len(refused(answer, call, PageCapReached).calls) == 5


def test_a_full_last_page_without_a_link_is_looked_behind_once() -> None:
    office = Office(lambda asked: reply(records(0, 10) if asked.number == 1 else b"[]"))
    assert len(ids(read(office, lines(limit="10")))) == 10
    assert [call.params.get("page") for call in office.calls] == [None, "2"]
    assert office.calls[1].params == {**lines(limit="10").query, "page": "2"}


@pytest.mark.parametrize(("size", "total"), [(10, 32), (10, 40), (4, 18), (4, 4), (4, 3), (1, 2)])
def test_rows_behind_missing_links_are_found_whatever_the_size_that_the_server_prefers(size: int, total: int) -> None:
    def answer(asked: Asked) -> Response:
        first = (int(asked.params.get("page", "1")) - 1) * size
        return reply(records(min(first, total), min(first + size, total)))

    office = Office(answer)
    assert ids(read(office, lines(limit="10"))) == list(range(total))
    assert len(office.calls) <= total / size + 2


@pytest.mark.parametrize("status", [400, 404])
def test_a_second_page_that_only_caution_asked_for_may_be_refused(status: int) -> None:
    office = Office(lambda asked: reply(records(0, 7)) if asked.number == 1 else reply(b"", status))
    assert len(ids(read(office, lines(limit="10")))) == 7


def test_a_second_page_that_a_full_first_one_promises_may_not_be_refused() -> None:
    refused(lambda asked: reply(records(0, 10)) if asked.number == 1 else reply(b"", 404), lines(limit="10"), NotFound)


def test_a_second_page_that_only_caution_asked_for_and_is_the_first_again_adds_nothing() -> None:
    office = Office(lambda _: reply(records(0, 7)))
    assert len(ids(read(office, lines(limit="10")))) == 7
    assert len(office.calls) == 2


def test_a_server_that_ignores_the_page_number_is_noticed() -> None:
    refused(lambda _: reply(records(0, 10)), lines(limit="10"), LoopingPages)


@pytest.mark.parametrize("call", [orders(limit="10"), plain()])
def test_lists_without_page_numbers_are_not_looked_behind(call: Call) -> None:
    office = Office(lambda _: reply(records(0, 10)))
    assert len(ids(read(office, call))) == 10
    assert len(office.calls) == 1


def test_an_empty_page_between_filled_ones_loses_nothing_with_continuation_tokens() -> None:
    def answer(asked: Asked) -> Response:
        query = f"{WINDOW}&continuationToken={asked.number}"
        body = records(asked.number, asked.number + 1) if asked.number in {1, 5} else b"[]"
        return reply(body, headers=link(query, path="/salesorders") if asked.number < 5 else {})

    pages = read(Office(answer), orders())
    assert ids(pages) == [1, 5]
    assert [page.number for page in pages] == [1, 5]


def test_one_empty_numbered_page_is_followed_and_two_in_a_row_end_the_chain() -> None:
    def answer(asked: Asked) -> Response:
        body = records(asked.number, asked.number + 1) if asked.number in {1, 3} else b"[]"
        return reply(body, headers=link(f"{WINDOW}&page={asked.number + 1}"))

    office = Office(answer)
    assert ids(read(office, lines())) == [1, 3]
    assert len(office.calls) == 5


def test_an_empty_page_without_a_link_is_the_end() -> None:
    office = Office(
        lambda asked: reply(
            records(0, 5) if asked.number == 1 else b"[]", headers=link(f"{WINDOW}&page=2") if asked.number == 1 else {}
        )
    )
    assert len(ids(read(office, lines()))) == 5
    assert len(office.calls) == 2


def test_a_404_in_the_middle_of_a_chain_is_no_end() -> None:
    refused(
        lambda asked: reply(records(0, 5), headers=link(f"{WINDOW}&page=2")) if asked.number == 1 else reply(b"", 404),
        lines(),
        NotFound,
    )
