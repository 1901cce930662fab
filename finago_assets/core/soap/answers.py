"""What an answer of a SOAP service says besides its values: that it is a fault, and in which words.

Owns finding it. What the words of a vendor mean is that vendor's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.errors import Malformed
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.transport import ERROR_BODY_LIMIT
from finago_assets.core.soap.xml import ENVELOPE, parse_xml

if TYPE_CHECKING:
    from finago_assets.core.http.transport import Reply
    from finago_assets.core.soap.contract import Contract

KNOWN_CODES: Final = frozenset({"Client", "Server", "VersionMismatch", "MustUnderstand"})


def fault_code(reply: Reply) -> str | None:
    """Return the code of the fault that an answer is, `fault` for one that is not SOAP's; None where it is none."""
    # an answer that is a fault is short, and a long one is not searched
    if len(reply.body) > ERROR_BODY_LIMIT or b"Fault" not in reply.body:
        return None
    try:
        fault = parse_xml(reply.body).find(f"{{{ENVELOPE}}}Body/{{{ENVELOPE}}}Fault")
    except ValueError:
        return None
    if fault is None:
        return None
    code = (fault.findtext("faultcode") or "").rpartition(":")[2].strip()
    return code if code in KNOWN_CODES else "fault"


def is_envelope(reply: Reply) -> bool:
    """Tell whether a body is SOAP at all."""
    try:
        return str(parse_xml(reply.body).tag) == f"{{{ENVELOPE}}}Envelope"
    except ValueError:
        return False


def read_reply(contract: Contract, operation: str, reply: Reply) -> Any:  # noqa: ANN401  as the contract says
    """Return what a success holds. Raises a fault for a body that is not this operation's answer."""
    try:
        return contract.read(operation, parse_xml(reply.body))
    except ValueError:
        pass
    raise Fault(
        Malformed,
        f"the answer is not that of {operation}",
        again=True,
        status=reply.status,
        trace=reply.trace,
        size=reply.wire_bytes,
    )
