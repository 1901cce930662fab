"""What an operation is given, and the two things that most of them have in common.

Owns the shapes between a request that was read and the answer to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from finago_assets.sandbox.soap.envelope import SoapFaulted
from finago_assets.sandbox.soap.sessions import IDENTITY_BLOCKED, NO_SESSION

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.faults import Rule
    from finago_assets.sandbox.soap.desk import SoapDesk, SoapLedger
    from finago_assets.sandbox.soap.sessions import DeskSession

AsmxRecord = dict[str, Any]


@dataclass(slots=True)
class AsmxCall:
    """One request: its arguments, and the session that its cookie names, if that is alive.

    `new_session` is what a login makes of it; `rule` is a fault that was ordered for this request.
    """

    desk: SoapDesk
    operation: str
    arguments: Mapping[str, Any] = field(repr=False)
    session: DeskSession | None = None
    new_session: str | None = field(default=None, repr=False)
    rule: Rule | None = None

    @property
    def authenticated(self) -> DeskSession:
        """The session. Raises SoapFaulted without one."""
        if self.session is None:
            raise SoapFaulted(NO_SESSION)
        return self.session

    @property
    def ledger(self) -> SoapLedger:
        """The books of the session's organization, with what SOAP knows of them. Raises SoapFaulted without one."""
        found = self.desk.ledgers.get(self.authenticated.identity.organization)
        if found is None:
            raise SoapFaulted(IDENTITY_BLOCKED)
        return found

    @property
    def books(self) -> Books:
        """The books of the session's organization. Raises SoapFaulted without a session."""
        return self.ledger.books


AsmxAnswering = Callable[[AsmxCall], object]
