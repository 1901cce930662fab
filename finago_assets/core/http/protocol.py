"""How one API speaks HTTP, as far as that is its own: a value that the client is handed and that has no vendor's name.

Owns the words. What a connection is, how it signs in and which rows there are is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finago_assets.core.errors import Malformed
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from datetime import datetime

    from finago_assets.core.errors import FinagoError
    from finago_assets.core.http.transport import Reply

Redact = Callable[[str, bytes], bytes]


def _says_401(reply: Reply) -> bool:
    return reply.status == 401


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes secrets out of a record before any byte of it reaches a disk; `name` is what a manifest says was done.

    `record` is given the path template and one record as JSON and returns the record to keep, as JSON. It raises
    ValueError for a record that it cannot read, which is then refused rather than kept.
    """

    name: str
    record: Redact

    def apply(self, template: str, records: Iterable[bytes]) -> list[bytes]:
        """Return records as they may be kept. Raises a fault for one that cannot be read, naming nothing of it."""
        try:
            return [self.record(template, one) for one in records]
        except ValueError:
            pass
        raise Fault(Malformed, "a record cannot be read, so that its secrets could not be taken out")


@dataclass(frozen=True, slots=True)
class Protocol:
    """The habits of one API.

    `trace_header` and `trace_field` are where the id of a request stands, in an answer and in an error's JSON.
    `throttled` finds, in an error of any status, the words that mean too many requests. `signed_out` tells that an
    answer refuses the credential, which is then renewed once. `advice` is the next step for an error where there is
    a better one than the general, mostly because it can name the setting, and `sign_in_steps` that for a refused
    sign-in, by its status; `address_setting` is what the API's address is called there.

    `judge` reads an answer whose status says too little, at the time that it is given, and returns the fault that it
    means, None where the status says enough. `counts_sign_in`: signing in is asked of the API itself, under its ceiling
    and its pauses. `further_urls` are other addresses of the same API, which the same credential is sent to.
    `slowness`: how many times as long as usual an answer may take.
    """

    accept: str = "application/json"
    trace_header: str | None = None
    trace_field: str | None = None
    throttled: re.Pattern[bytes] | None = None
    signed_out: Callable[[Reply], bool] = _says_401
    advice: Mapping[type[FinagoError], str] = field(default_factory=dict)
    sign_in_steps: Mapping[int, str] = field(default_factory=dict)
    address_setting: str = "the API's address"
    redaction: Redaction | None = None
    judge: Callable[[Reply, datetime], Fault | None] | None = None
    counts_sign_in: bool = False
    further_urls: tuple[str, ...] = ()
    slowness: float = 1.0

    @property
    def answers_json(self) -> bool:
        """Whether every answer is JSON, so that anything that looks like markup comes from somebody else."""
        return "json" in self.accept
