"""What only a person may ask, answered as the real system would answer client credentials.

Owns those refusals: nothing here is ever 200.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Never

from finago_assets.apis.finago.endpoints import LEFT_OUT
from finago_assets.sandbox.answers import Refused

if TYPE_CHECKING:
    from finago_assets.sandbox.endpoints.ask import Ask, Handler


def _no_person(_: Ask) -> Never:
    raise Refused(403, "The token carries no identityId.")


HANDLERS: Final[dict[str, Handler]] = {path: _no_person for path in LEFT_OUT if path.startswith("/me")}
