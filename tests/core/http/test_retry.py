"""Retries: how many, how long apart, and when no more. All time is virtual."""

from __future__ import annotations

import pytest

from finago_assets.core.errors import FinagoError, NotFound, RateLimited, Unavailable
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient

from .office import Clock, Office, client_of, connection, plain, reply


def failing(status: int, times: int, headers: tuple[tuple[str, str], ...] = ()) -> Office:
    """Answers `status` for the first `times` requests and an empty list after that."""
    return Office(lambda asked: reply(b"", status, headers) if asked.number <= times else reply())


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    office, tally = failing(status, 7), Tally()
    with client_of(office, Clock()) as client:
        assert list(client.pages(plain(), tally)) == []
    assert (tally.requests, tally.retries, len(office.calls)) == (8, 7, 8)


@pytest.mark.parametrize(
    "status", [201, 206, 301, 304, 307, 400, 402, 403, 404, 405, 406, 409, 410, 415, 422, 451, 501, 505]
)
def test_a_permanent_failure_is_asked_once(status: int) -> None:
    office = failing(status, 99)
    with client_of(office, Clock()) as client, pytest.raises(FinagoError) as caught:
        list(client.pages(plain(), Tally()))
    assert len(office.calls) == 1
    assert f"status {status}" in str(caught.value)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_for_good_is_not_found_like_what_never_was(status: int) -> None:
    with client_of(failing(status, 99), Clock()) as client, pytest.raises(NotFound, match="nothing is there"):
        list(client.pages(plain(), Tally()))


def test_eight_attempts_end_in_one_typed_error_that_counts_them() -> None:
    office = failing(503, 99)
    with client_of(office, Clock()) as client, pytest.raises(Unavailable, match=r"503.*8 attempts"):
        list(client.pages(plain(), Tally()))
    assert len(office.calls) == 8


def test_waits_are_full_jitter_doubling_from_half_a_second_to_thirty() -> None:
    clock, shares = Clock(), iter([0.0, 0.25, 1.0, 0.5, 0.0, 1.0, 1.0])
    with client_of(failing(503, 7), clock, random=lambda: next(shares)) as client:
        list(client.pages(plain(), Tally()))
    assert clock.slept == [0.0, 0.25, 2.0, 2.0, 0.0, 16.0, 30.0]


def test_retry_after_is_a_floor_with_the_jitter_on_top() -> None:
    clock = Clock()
    with client_of(failing(503, 2, (("Retry-After", "20"),)), clock, random=lambda: 1.0) as client:
        list(client.pages(plain(), Tally()))
    assert clock.slept == [20.5, 21.0]


def test_a_429_without_advice_is_given_a_long_pause() -> None:
    clock, tally = Clock(), Tally()
    with client_of(failing(429, 1), clock, random=lambda: 0.0) as client:
        list(client.pages(plain(), tally))
    assert clock.slept == [10.0]
    assert tally.waited_seconds == 10.0


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_longer_than_two_minutes_is_not_sat_out(status: int) -> None:
    clock = Clock()
    office = failing(status, 99, (("Retry-After", "121"),))
    with client_of(office, clock) as client, pytest.raises(RateLimited) as caught:
        list(client.pages(plain(), Tally()))
    assert caught.value.retry_at is not None
    assert (caught.value.retry_at - clock.now()).total_seconds() == 121
    assert caught.value.retry_at.isoformat(timespec="seconds") in str(caught.value)
    assert (len(office.calls), clock.slept) == (1, [])


@pytest.mark.parametrize("status", [400, 403, 500])
def test_the_quarantine_text_is_throttling_whatever_the_status(status: int) -> None:
    text = b"Limit exceeded by 1. Request is blocked. Quarantine ends at 13:00"
    clock = Clock()
    office = Office(lambda _: reply(text, status))
    with client_of(office, clock, random=lambda: 0.0) as client, pytest.raises(RateLimited):
        list(client.pages(plain(), Tally()))
    assert clock.slept == [10.0] * 7


def test_a_client_goes_on_for_as_long_as_it_is_asked_to() -> None:
    clock, office = Clock(), failing(503, 1)
    with client_of(office, clock) as client:
        for _ in range(3):
            clock.seconds += 24 * 3600
            list(client.pages(plain(), Tally()))
    assert len(office.calls) == 4


def test_a_long_pause_is_told_with_the_time_of_the_next_try_and_a_short_one_is_not() -> None:
    told: list[str] = []
    for seconds in ("29", "75"):
        clock = Clock()
        office = failing(503, 1, (("Retry-After", seconds),))
        with ApiClient(
            connection(),
            transport=office,
            clock=clock,
            sleep=clock.sleep,
            random=lambda: 0.0,
            now=clock.now,
            tell=told.append,
        ) as client:
            list(client.pages(plain(), Tally()))
    # it is 12:16:40 UTC when the clock starts
    assert told == ["GET /accounts: the server asks for a pause; next try at 13:17:55 (Oslo)"]


def test_a_total_outage_costs_little_more_than_one_request_each() -> None:
    clock, wanted, errors = Clock(), 1000, 0
    down = Office(lambda _: reply(b"", 503))
    with client_of(down, clock) as client:
        for _ in range(wanted):
            with pytest.raises(Unavailable):
                list(client.pages(plain(), Tally()))
            errors += 1
        ratio = len(down.calls) / wanted
        down.answer = lambda _: reply(b'[{"id":1}]')
        assert len(list(client.pages(plain(), Tally()))) == 1
    print(f"T4: {ratio:.2f} requests per wanted one, {errors} typed errors, first request after recovery succeeds")
    assert ratio <= 1.15


def test_whoever_sat_out_an_outage_gives_the_quota_back_at_once() -> None:
    office = failing(503, 1_000_000)
    with client_of(office, Clock()) as client:
        for _ in range(50):
            with pytest.raises(Unavailable):
                list(client.pages(plain(), Tally()))
        before = len(office.calls)
        for attempts in (1, 8):
            with pytest.raises(Unavailable):
                list(client.pages(plain(), Tally()))
            assert len(office.calls) == before + attempts
            client.restore_retries()
            before += attempts


def test_success_gives_the_quota_back() -> None:
    office = Office(lambda asked: reply(b"", 503) if asked.number % 8 else reply())
    with client_of(office, Clock()) as client:
        for _ in range(3):
            list(client.pages(plain(), Tally()))
        spent = len(office.calls)
        office.answer = lambda _: reply()
        for _ in range(500):
            list(client.pages(plain(), Tally()))
        before = len(office.calls)
        office.answer = lambda _: reply(b"", 503)
        with pytest.raises(Unavailable, match="8 attempts"):
            list(client.pages(plain(), Tally()))
    assert spent == 24
    assert len(office.calls) == before + 8


def test_the_third_attempt_that_fails_is_told_once_with_the_reason() -> None:
    for failures, told in ((2, []), (7, ["GET /accounts: the server is in trouble; trying again for a while"])):
        clock, said = Clock(), list[str]()
        client = ApiClient(
            connection(),
            transport=failing(503, failures),
            clock=clock,
            sleep=clock.sleep,
            now=clock.now,
            tell=said.append,
        )
        with client:
            list(client.pages(plain(), Tally()))
        assert said == told
