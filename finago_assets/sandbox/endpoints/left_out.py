"""Operations that the catalogue leaves out, answered as the real system would answer client credentials.

Owns those refusals: nothing here is ever 200.
"""

from __future__ import annotations

from typing import Final, Never

from finago_assets.core.catalogue.finago import LEFT_OUT
from finago_assets.sandbox.answers import Refused
from finago_assets.sandbox.endpoints.ask import Ask, Handler, missing


def _no_person(_: Ask) -> Never:
    raise Refused(403, "The token carries no identityId.")


def _nothing(_: Ask) -> Never:
    raise missing()


HANDLERS: Final[dict[str, Handler]] = {path: _no_person if path.startswith("/me") else _nothing for path in LEFT_OUT}
