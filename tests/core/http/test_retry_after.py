"""`Retry-After` in both forms and in every odd one: never an exception, never a retry earlier than asked."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

import pytest

from finago_assets.core.errors import RateLimited
from finago_assets.core.http.call import Tally
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.retry_after import LONGEST_WAIT, seconds_asked

from .office import Clock, Office, client_of, plain, reply

NOW: Final = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
TABLE: Final[list[tuple[str | None, float | None]]] = [
    (None, None),
    ("", None),
    (" ", None),
    ("0", 0),
    ("1", 1),
    ("007", 7),
    (" 30 ", 30),
    ("120", 120),
    ("121", 121),
    ("1.5", 1.5),
    ("86400", 86400),
    ("99999999999999999999", LONGEST_WAIT),
    ("9" * 5000, LONGEST_WAIT),
    ("0" * 390 + "12", 12),
    ("-1", None),
    ("+1", None),
    ("1e3", None),
    ("0x10", None),
    ("nan", None),
    ("inf", None),
    ("-inf", None),
    ("²", None),
    ("١٢", None),
    ("12s", None),
    ("12,13", None),
    ("soon", None),
    ("Fri, 20 Nov 2026 12:01:00 GMT", 60),
    ("fri, 20 nov 2026 12:01:00 gmt", 60),
    ("Fri, 20 Nov 2026 12:01:00 UTC", 60),
    ("20 Nov 2026 12:01:00 GMT", 60),
    ("Friday, 20-Nov-26 12:01:00 GMT", 60),
    ("Fri Nov 20 12:01:00 2026", 60),
    ("Sun Nov  1 12:01:00 2026", 0),
    ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
    ("Fri, 31 Dec 99999 23:59:59 GMT", LONGEST_WAIT),
    ("Fri, 20 Nov 2026 12:00:60 GMT", 60),
    ("Fri, 31 Feb 2026 12:00:00 GMT", None),
    ("Fri, 20 Foo 2026 12:00:00 GMT", None),
    ("Fri, 20 Nov 0000 12:00:00 GMT", None),
    ("2026-11-20T12:01:00Z", None),
]


@pytest.mark.parametrize(("value", "seconds"), TABLE)
def test_a_tabled_value_is_read_as_it_was_meant(value: str | None, seconds: float | None) -> None:
    assert seconds_asked(value, date=None, now=NOW) == seconds


@pytest.mark.parametrize("skew", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)])
def test_a_date_is_measured_by_the_server_s_own_clock(skew: timedelta) -> None:
    server = NOW + skew
    until = format_datetime(server + timedelta(seconds=45), usegmt=True)
    assert seconds_asked(until, date=format_datetime(server, usegmt=True), now=NOW) == 45


def test_an_unreadable_date_header_falls_back_to_our_clock() -> None:
    until = format_datetime(NOW + timedelta(seconds=45), usegmt=True)
    assert seconds_asked(until, date="yesterday", now=NOW) == 45


def asked_for(value: str, date: str | None) -> tuple[Clock, Office, Exception | None]:
    """One request that is throttled once with this value and answered after that."""
    clock = Clock()

    headers = {"Retry-After": value} | ({"Date": date} if date else {})
    office = Office(lambda asked: reply() if asked.number > 1 else reply(b"", 429, headers))
    try:
        with client_of(office, clock, RetryPolicy(throttle_seconds=0.0), random=lambda: 0.0) as client:
            list(client.pages(plain(), Tally()))
    except RateLimited as error:
        return clock, office, error
    return clock, office, None


def generated(numbers: random.Random, clock: Clock) -> tuple[str, str | None, float | None]:
    """A value, a Date header, and the seconds it asks for (None when it asks for nothing readable)."""
    match numbers.randrange(4):
        case 0:
            seconds = numbers.choice([numbers.randrange(200), numbers.randrange(10**6)])
            return str(seconds), None, seconds
        case 1:
            server = (clock.now() + timedelta(seconds=numbers.randrange(-600, 600))).replace(microsecond=0)
            seconds = numbers.randrange(-1000, 1000)
            until = format_datetime(server + timedelta(seconds=seconds), usegmt=True)
            return until, format_datetime(server, usegmt=True), max(seconds, 0)
        case 2:
            text = "".join(chr(numbers.randrange(33, 255)) for _ in range(numbers.randrange(40)))
            return text, None, None
        case _:
            whole = format_datetime(clock.now(), usegmt=True)
            at = numbers.randrange(len(whole))
            return whole[:at] + numbers.choice("0 9:Zx,-") + whole[at + 1 :], None, None


def test_ten_thousand_values_give_no_untyped_error_and_no_early_retry() -> None:
    numbers = random.Random(20261120)
    early = given_up = 0
    for _ in range(10_000):
        value, date, seconds = generated(numbers, Clock())
        read = seconds_asked(value, date=date, now=Clock().now())
        assert read is None or 0 <= read <= LONGEST_WAIT
        assert seconds is None or read == seconds
        early += seconds is not None and read is not None and read < seconds
    for _ in range(300):
        value, date, seconds = generated(numbers, Clock())
        clock, office, error = asked_for(value, date)
        if seconds is not None and seconds > 120:
            given_up += 1
            assert isinstance(error, RateLimited)
            assert error.retry_at is not None
            assert len(office.calls) == 1
            assert error.retry_at >= clock.now() + timedelta(seconds=seconds)
        elif seconds is not None:
            assert len(office.calls) == 2
            early += sum(clock.slept) < seconds
    print(f"T5: 10,000 values, 0 untyped errors, {early} early retries, {given_up} given up with a time")
    assert early == 0
    assert given_up > 20
