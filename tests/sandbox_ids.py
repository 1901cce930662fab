"""Ids that are alive in a sandbox right now, for whoever wants to run an operation and not care which record it hits.

Owns finding them, over HTTP alone. They are looked up anew each time, so that one test may delete what another found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from finago_assets.core.catalogue.operation import Method
from finago_assets.sandbox.books.kept import Json, merged, write
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.catalogue.operation import Operation
    from finago_assets.sandbox.server import Running

    Finder = Callable[[Caller, Operation], dict[str, str]]


def living_variables(office: Running, operation: Operation) -> dict[str, str]:
    """Return a value for each variable of the path, such that the operation can succeed; "1" where none ever can."""
    if not operation.variables:
        return {}
    found = FINDERS[operation.path.split("/")[1]](Caller(office), operation)
    return {variable.name: found[variable.name] for variable in operation.variables}


def living_query(office: Running, operation: Operation) -> dict[str, str]:
    """Return the parameters that the operation requires: a window over the last month of the books."""
    last = office.books.plan.last
    window = {"dateFrom": last.replace(day=1).isoformat(), "dateTo": last.isoformat()}
    return {one.name: window[one.name] for one in operation.query if one.required}


def living_body(office: Running, operation: Operation) -> bytes | None:
    """Return the example of the catalogue with living ids in place of its own, None for an operation without a body."""
    if operation.body is None:
        return None
    example = operation.body.example
    if isinstance(example, bytes):
        return example
    assert isinstance(example, dict)
    alive = BODIES.get(operation.name)
    return write(example if alive is None else merged(example, alive(Caller(office))))


def _ids(path: str, variable: str = "id", key: str = "id") -> Finder:
    return lambda caller, _: {variable: str(caller.records(path)[0][key])}


def _window(caller: Caller) -> dict[str, str]:
    plan = caller.sandbox.books.plan
    return {"dateFrom": plan.start.isoformat(), "dateTo": plan.last.isoformat()}


def _line(caller: Caller, _: Operation) -> dict[str, str]:
    return {"id": caller.get("/transactionlines", **_window(caller)).json[0]["id"]}


def _bank_transaction(caller: Caller, _: Operation) -> dict[str, str]:
    found = caller.get("/banktransactions", **_window(caller)).json[0]
    return {"bankTransactionReference": found["bankTransactionReference"]}


def _element(caller: Caller, _: Operation) -> dict[str, str]:
    return {"dimensionType": "2", "value": caller.get("/dimensions/2/elements").json[0]["value"]}


def _order(caller: Caller, _: Operation) -> dict[str, str]:
    """Find an order that is no invoice yet and has a line."""
    for order in caller.records("/salesorders"):
        lines = [] if "number" in order["invoice"] else caller.get(f"/salesorders/{order['id']}/lines").json
        if lines:
            return {"id": str(order["id"]), "lineId": str(lines[0]["id"])}
    raise LookupError("no order can be changed any more")


def _customer(caller: Caller, _: Operation) -> dict[str, str]:
    """Find a customer with a bank account."""
    for customer in caller.records("/customers"):
        if accounts := caller.get(f"/customers/{customer['id']}/bankaccounts").json:
            return {"customerId": str(customer["id"]), "accountNumber": accounts[0]["number"]}
    raise LookupError("no customer has a bank account any more")


def _product(caller: Caller, operation: Operation) -> dict[str, str]:
    """Find a product; where a dimension is to be taken away, one that has it."""
    needs_dimension = operation.method is Method.DELETE and "{dimensionId}" in operation.path
    for product in caller.records("/products"):
        held = caller.get(f"/products/{product['id']}/dimensions").json
        if held or not needs_dimension:
            kind = str(held[0]["dimensionType"]) if needs_dimension else "2"
            return {"id": str(product["id"]), "dimensionId": kind, "salesTypeId": "12"}
    raise LookupError("no product has a dimension any more")


def _document(caller: Caller, _: Operation) -> dict[str, str]:
    lines = caller.get("/transactionlines", **_window(caller), limit=1000).json
    return {"documentId": str(next(line["documentId"] for line in lines if "documentId" in line))}


def _upload(caller: Caller, _: Operation) -> dict[str, str]:
    return {"fileId": caller.write("POST", "/fileUpload", {"contentType": "application/pdf"}).json["fileId"]}


FINDERS: dict[str, Finder] = {
    "transactionlines": _line,
    "accounts": _ids("/accounts"),
    "accountbalances": _ids("/accounts"),
    "taxes": _ids("/taxes"),
    "dimensions": _element,
    "salesorders": _order,
    "salestypes": _ids("/salestypes"),
    "customers": _customer,
    "products": _product,
    "productcategories": _ids("/productcategories"),
    "pricelists": _ids("/pricelists", "listId"),
    "bankaccounts": _ids("/bankaccounts"),
    "banktransactions": _bank_transaction,
    "organization": _ids("/organization/people"),
    "documents": _document,
    "fileUpload": _upload,
    "me": lambda _, __: {"id": "1"},
}


def _voucher(caller: Caller) -> Json:
    return {"date": caller.sandbox.books.plan.last.isoformat()}


def _fresh(caller: Caller) -> str:
    """Return a number that no two calls of one sandbox share."""
    return f"{len(caller.sandbox.requests):011d}"


def _first(caller: Caller, path: str) -> Any:
    return caller.get(path).json[0]


BODIES: dict[str, Callable[[Caller], Json]] = {
    "transactions.create": _voucher,
    "salesorders.create": lambda caller: {"customer": {"id": _first(caller, "/customers")["id"]}},
    "salesorder_lines.create": lambda caller: {"product": {"id": _first(caller, "/products")["id"]}},
    "products.create": lambda caller: {"category": {"id": _first(caller, "/productcategories")["id"]}},
    "product_salestype_overrides.set": lambda _: {"accountNumber": 3100},
    "customer_bankaccounts.create": lambda caller: {"number": _fresh(caller)},
    "customer_bankaccounts.update": lambda caller: {"number": _fresh(caller)},
    "banktransactions.create": lambda caller: {
        "bankTransactionReference": f"test-{_fresh(caller)}",
        "bankAccount": {"id": _first(caller, "/bankaccounts")["id"]},
    },
}
