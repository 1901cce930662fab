"""The habits of the SOAP services, and what their words mean: an expired session, a used-up hour, a plain refusal.

Owns the vendor's texts, which are matched and never repeated, and the reading of when a quarantine ends.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    Blocked,
    Forbidden,
    ForeignOrigin,
    NotFound,
    RateLimited,
    Timeout,
    Unavailable,
    WrongOrganization,
)
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.protocol import Protocol
from finago_assets.core.http.retry import LONGEST_PAUSE
from finago_assets.core.http.transport import ERROR_BODY_LIMIT
from finago_assets.core.soap.answers import fault_code, is_envelope
from finago_assets.core.windows import OSLO

if TYPE_CHECKING:
    from finago_assets.core.http.transport import Reply

EXPIRED: Final = re.compile(rb"not authenticated on this identity", re.IGNORECASE)
DISABLED: Final = re.compile(rb"identityid is blocked", re.IGNORECASE)
QUARANTINE: Final = re.compile(rb"limit exceeded by|quarantine ends at", re.IGNORECASE)
QUARANTINE_END: Final = re.compile(r"quarantine ends at:?\s*([0-9][0-9/.:\-TZ+ ]*(?:[AP]M)?)", re.IGNORECASE)
# what a database under load says, in .NET's words; another try may help
TIMED_OUT: Final = re.compile(rb"timeout expired", re.IGNORECASE)
DEADLOCKED: Final = re.compile(rb"deadlock", re.IGNORECASE)
# how the end of a quarantine is written is nowhere described
_SPELLINGS: Final = (
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M",
    "%H:%M:%S",
)


def judge_soap(reply: Reply, now: datetime) -> Fault | None:
    """Tell what a reply means beyond its status. None for an answer that is none of the known refusals."""
    fault: Fault | None = None
    pause: float | None
    code = fault_code(reply)
    if code is None and (reply.status < 300 or len(reply.body) > ERROR_BODY_LIMIT) and not _is_foreign(reply):
        return None
    if QUARANTINE.search(reply.body):
        pause = seconds_of_quarantine(bytes(reply.body).decode("utf-8", "replace"), now)
        fault = Fault(RateLimited, "the hourly limit is used up", again=True, floor=pause, refused=True)
    elif code is not None:
        fault = _meant_by(reply, code)
    elif reply.status == 403 and not is_envelope(reply):
        fault = Fault(Blocked, "refused by something that is not the service")
    elif reply.status == 429 and reply.first("retry-after") is None:
        pause = _until_reset(reply.first("apilimitreset"), now)
        fault = None if pause is None else Fault(RateLimited, "the hourly limit is used up", again=True, floor=pause)
    if fault is not None:
        # a success that holds a fault is no success
        fault.status = reply.status if reply.status >= 300 else None
        fault.trace, fault.size = reply.trace, reply.wire_bytes
    return fault


def _is_foreign(reply: Reply) -> bool:
    """Of a short success: that it is no answer of a service, so that words in it are not somebody's data."""
    return len(reply.body) <= ERROR_BODY_LIMIT and QUARANTINE.search(reply.body) is not None and not is_envelope(reply)


def _meant_by(reply: Reply, code: str) -> Fault:
    if EXPIRED.search(reply.body):
        return Fault(AuthRefused, "the service refuses a session that was just opened", refused=True)
    if DISABLED.search(reply.body):
        return Fault(AuthRefused, "the identity is blocked", refused=True)
    if TIMED_OUT.search(reply.body):
        return Fault(Timeout, "the service's database took too long", again=True)
    if DEADLOCKED.search(reply.body):
        return Fault(Unavailable, "the service's database was too busy", again=True)
    return Fault(BadRequest, f"the service answers with a fault ({code})")


def is_expired(reply: Reply) -> bool:
    """Tell whether the session is refused, so that a new one may help."""
    return reply.status == 401 or (fault_code(reply) is not None and EXPIRED.search(reply.body) is not None)


def seconds_of_quarantine(text: str, now: datetime) -> float:
    """Return how long nobody may ask. The end is local or UTC, nobody says which: the later one within an hour counts.

    An end that cannot be read, or that lies elsewhere, is an hour away, which is the longest that there is.
    """
    found = QUARANTINE_END.search(text)
    ends = [] if found is None else _moments(found[1].strip(" ."), now)
    waits = [(end - now).total_seconds() for end in ends]
    return max((wait for wait in waits if 0 < wait <= LONGEST_PAUSE), default=LONGEST_PAUSE)


def _moments(text: str, now: datetime) -> list[datetime]:
    read = []
    for spelling in (None, *_SPELLINGS):
        try:
            moment = datetime.fromisoformat(text) if spelling is None else datetime.strptime(text, spelling)  # noqa: DTZ007
        except ValueError:
            continue
        if moment.tzinfo is not None:
            return [moment]
        for zone in (UTC, OSLO):
            day = now.astimezone(zone).date() if spelling == "%H:%M:%S" else moment.date()
            read.append(datetime.combine(day, moment.time(), zone))
    return read


def _until_reset(text: str | None, now: datetime) -> float | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    wait = moment - now if moment.tzinfo is not None else timedelta()
    return wait.total_seconds() if timedelta() < wait <= timedelta(seconds=LONGEST_PAUSE) else None


ADVICE: Final = {
    RateLimited: "All calls of the hour are used up, by this program or by another one of the same address.",
    AuthRefused: (
        "Check FINAGO_SOAP_APPLICATION_ID, FINAGO_SOAP_USERNAME, FINAGO_SOAP_PASSWORD and FINAGO_SOAP_IDENTITY_ID."
    ),
    WrongOrganization: "Check FINAGO_ORGANIZATION_ID and FINAGO_SOAP_IDENTITY_ID; nothing was read or written.",
    Forbidden: "Give the user the rights of the module in Finago Office.",
    Blocked: (
        "Something in front of the service answers in its place. Check that a firewall or proxy on the way lets this "
        "machine through (its address, FINAGO_PROXY), and FINAGO_SOAP_URL."
    ),
    BadRequest: (
        "The same request will fail again. A user without the rights of a module sees that too: check them in Finago "
        "Office."
    ),
    NotFound: "The service is not there: check FINAGO_SOAP_URL and FINAGO_SOAP_WEBSERVICES_URL.",
    ForeignOrigin: "Nothing was sent there; check FINAGO_SOAP_URL and what answers on it.",
}

SOAP_PROTOCOL: Final = Protocol(
    accept="text/xml",
    signed_out=is_expired,
    advice=ADVICE,
    address_setting="FINAGO_SOAP_URL",
    judge=judge_soap,
    counts_sign_in=True,
    # a month of ledger lines comes in one answer, and the vendor's own pages speak of time-outs
    slowness=2.5,
)
