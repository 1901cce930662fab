"""What answers each operation of the SOAP services, by service and operation. Owns the table.

Each module of `services` answers for one service. An operation that the contract has and none of them answers is
refused with a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.soap.services import accounts, authenticate, client, companies, projects, transactions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.sandbox.soap.call import AsmxAnswering

ASMX_HANDLERS: Final[Mapping[str, Mapping[str, AsmxAnswering]]] = {
    "Authenticate": authenticate.HANDLERS,
    "AccountService": accounts.HANDLERS,
    "TransactionService": transactions.HANDLERS,
    "ClientService": client.HANDLERS,
    "CompanyService": companies.HANDLERS,
    "ProjectService": projects.HANDLERS,
}
