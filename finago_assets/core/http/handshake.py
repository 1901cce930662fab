"""What a connection that did not come about says of its cause: TLS or not, which certificate, which address.

Owns these words, taken from the kinds of errors alone: an error's own text may repeat anything.
"""

from __future__ import annotations

import ssl
from socket import gaierror
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# X509_V_ERR_* of OpenSSL
_EXPIRED: Final = 10
_UNKNOWN: Final = frozenset({2, 18, 19, 20, 21})
_OTHER_NAME: Final = frozenset({62, 63, 64})


def is_tls(error: BaseException) -> bool:
    """Tell a refused certificate or handshake from a connection cut in mid-handshake, which is an ordinary failure."""
    cause = next((one for one in _causes(error) if isinstance(one, ssl.SSLError)), None)
    return cause is not None and not isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError))


def is_of_unknown_authority(error: BaseException) -> bool:
    """Tell whether a certificate was refused because nobody who is trusted here signed it."""
    return any(isinstance(one, ssl.SSLCertVerificationError) and one.verify_code in _UNKNOWN for one in _causes(error))


def why_not_trusted(error: BaseException) -> str:
    """Say what is wrong with a certificate, as the rest of a sentence; nothing where that is not known."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in _UNKNOWN:
                return ": no authority that is trusted here has signed it; FINAGO_CA_FILE adds a company's own"
            if cause.verify_code == _EXPIRED:
                return ": it has expired, or the clock of this machine is wrong"
            if cause.verify_code in _OTHER_NAME:
                return ": it is for another name"
    return ""


def why_not_connected(error: BaseException) -> str:
    """Say why there is no connection to a host, as the rest of a sentence."""
    for cause in _causes(error):
        if isinstance(cause, gaierror):
            return "no address is known for that name"
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there"
    return "it cannot be reached, or hung up"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
