"""The contract files of the services, made from the vendor's by `scripts/soap_contracts.py`, and where each is served.

Owns which service is which file. No contract is ever fetched.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from finago_assets.core.soap.contract import Contract

if TYPE_CHECKING:
    from collections.abc import Mapping


class Service(StrEnum):
    """A service by the name of its file."""

    AUTHENTICATE = "authService"
    ACCOUNT = "accountService"
    TRANSACTION = "transactionService"
    CLIENT = "clientService"
    COMPANY = "companyService"
    PROJECT = "projectService"


SERVICE_PATHS: Final[Mapping[Service, str]] = {
    Service.AUTHENTICATE: "/authenticate/v001/authenticate.asmx",
    Service.ACCOUNT: "/Economy/Account/V004/Accountservice.asmx",
    Service.TRANSACTION: "/Economy/Accounting/V001/TransactionService.asmx",
    Service.CLIENT: "/Client/V001/ClientService.asmx",
    Service.COMPANY: "/CRM/Company/V001/CompanyService.asmx",
    Service.PROJECT: "/Project/V001/ProjectService.asmx",
}

ON_OTHER_HOST: Final = frozenset({Service.PROJECT})
"""Those that the vendor serves from its second address."""


@cache
def contract_of(service: Service) -> Contract:
    """Read a service's contract, once in a process."""
    return Contract(source_of(service))


def source_of(service: Service) -> bytes:
    """Return a service's contract file."""
    return (files(__name__) / f"{service}.wsdl").read_bytes()
