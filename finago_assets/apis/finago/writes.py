"""Every operation of the API that writes: one row each. Reads are derived from the endpoint catalogue instead.

Owns names, paths, scopes and what a success answers. Bodies are in `bodies`, path variables in `parameters.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago.bodies import bank, crm, invoicing, ledger, product
from finago_assets.apis.finago.parameters import PARAMETERS
from finago_assets.core.catalogue.operation import Answers, Method, Operation

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import RequestBody

_METHODS: Final = {
    "create": Method.POST,
    "update": Method.PATCH,
    "set": Method.PUT,
    "delete": Method.DELETE,
}


def _define(  # noqa: PLR0913  a row of a table: each argument is a column
    name: str,
    path: str,
    scope: str,
    title: str,
    body: RequestBody | None = None,
    *,
    answers: Answers | None = None,
    note: str = "",
) -> Operation:
    method = _METHODS[name.rpartition(".")[2]]
    usual = Answers.NOTHING if method is Method.DELETE else Answers.OBJECT
    return Operation(
        name=name,
        method=method,
        path=path,
        title=title,
        group=_group(scope),
        scopes=(f"api.{scope}",),
        answers=answers or usual,
        variables=PARAMETERS.variables(path),
        body=body,
        note=note,
    )


def _group(scope: str) -> str:
    area = scope.partition(".")[0]
    return "ledger" if area == "accounting" else area


WRITES: Final = (
    # ledger
    _define(
        "transactions.create",
        "/transactions",
        "accounting.transaction:write",
        "Post a voucher",
        ledger.TRANSACTION,
        note="Debit is positive, credit negative; the lines of each date sum to zero, in a period that is open.",
    ),
    _define(
        "file_uploads.create",
        "/fileUpload",
        "accounting.transaction:write",
        "Announce a file: the answer says where to send it",
        ledger.FILE_UPLOAD,
        note="The address in the answer is short-lived and works for whoever holds it: treat it as a secret.",
    ),
    # invoicing
    _define(
        "salesorders.create",
        "/salesorders",
        "invoicing.salesorder:write",
        "Create a sales order",
        invoicing.NEW_SALESORDER,
    ),
    _define(
        "salesorders.update",
        "/salesorders/{id}",
        "invoicing.salesorder:write",
        "Change a sales order, or invoice it by its status",
        invoicing.SALESORDER_CHANGES,
        note="The status `Invoice` makes an invoice of it, which needs at least one line.",
    ),
    _define("salesorders.delete", "/salesorders/{id}", "invoicing.salesorder:delete", "Delete a sales order"),
    _define(
        "salesorder_lines.create",
        "/salesorders/{id}/lines",
        "invoicing.salesorder.line:write",
        "Add a line to a sales order",
        invoicing.NEW_SALESORDER_LINE,
    ),
    _define(
        "salesorder_lines.update",
        "/salesorders/{id}/lines/{lineId}",
        "invoicing.salesorder.line:write",
        "Change a line of a sales order",
        invoicing.SALESORDER_LINE_CHANGES,
    ),
    _define(
        "salesorder_lines.delete",
        "/salesorders/{id}/lines/{lineId}",
        "invoicing.salesorder.line:delete",
        "Delete a line of a sales order",
    ),
    _define(
        "salesorder_attachments.create",
        "/salesorders/{id}/attachments",
        "invoicing.salesorder.attachment:write",
        "Attach a file to a sales order",
        invoicing.ATTACHMENT,
        note="The body is the file, under 4 MB; its name goes into the header Content-Disposition.",
    ),
    # crm
    _define(
        "customers.create",
        "/customers",
        "crm.customer:write",
        "Create a customer or supplier",
        crm.NEW_CUSTOMER,
        note="A company has a name, a person has a first and a last name under `person`; `isCompany` says which it is.",
    ),
    _define(
        "customers.update",
        "/customers/{customerId}",
        "crm.customer:write",
        "Change a customer or supplier",
        crm.CUSTOMER_CHANGES,
    ),
    _define(
        "customers.delete",
        "/customers/{customerId}",
        "crm.customer:write",
        "Delete a customer or supplier",
    ),
    _define(
        "customer_bankaccounts.create",
        "/customers/{customerId}/bankaccounts",
        "crm.bankdetails:write",
        "Add a bank account to a customer",
        crm.NEW_BANKACCOUNT,
    ),
    _define(
        "customer_bankaccounts.update",
        "/customers/{customerId}/bankaccounts/{accountNumber}",
        "crm.bankdetails:write",
        "Change a bank account of a customer",
        crm.BANKACCOUNT_CHANGES,
    ),
    # products
    _define("products.create", "/products", "product.product:write", "Create a product", product.NEW_PRODUCT),
    _define("products.update", "/products/{id}", "product.product:write", "Change a product", product.PRODUCT_CHANGES),
    _define("products.delete", "/products/{id}", "product.product:write", "Delete a product"),
    _define(
        "product_dimensions.set",
        "/products/{id}/dimensions/{dimensionId}",
        "product.dimension:write",
        "Give a product a dimension",
        product.PRODUCT_DIMENSION,
        answers=Answers.LIST,
    ),
    _define(
        "product_dimensions.delete",
        "/products/{id}/dimensions/{dimensionId}",
        "product.dimension:write",
        "Take a dimension from a product",
    ),
    _define(
        "product_salestype_overrides.set",
        "/products/{id}/salestypeOverrides/{salesTypeId}",
        "product.salestype:write",
        "Post a product's sales to another account",
        product.SALESTYPE_OVERRIDE,
        note="An account number of null takes the override away; that is answered with 204 and no body.",
    ),
    _define(
        "product_salestype_overrides.delete",
        "/products/{id}/salestypeOverrides/{salesTypeId}",
        "product.salestype:write",
        "Post a product's sales to the sales type's own account again",
    ),
    _define(
        "productcategories.create",
        "/productcategories",
        "product.category:write",
        "Create a product category",
        product.NEW_CATEGORY,
    ),
    _define(
        "productcategories.update",
        "/productcategories/{id}",
        "product.category:write",
        "Change a product category",
        product.CATEGORY_CHANGES,
    ),
    _define(
        "productcategories.delete",
        "/productcategories/{id}",
        "product.category:write",
        "Delete a product category",
    ),
    # bank
    _define("bankaccounts.create", "/bankaccounts", "bank.account:write", "Create a bank account", bank.BANKACCOUNT),
    _define(
        "bankaccount_balances.create",
        "/bankaccounts/{id}/balances",
        "bank.account:write",
        "Record the balance of a bank account",
        bank.BALANCE,
    ),
    _define(
        "banktransactions.create",
        "/banktransactions",
        "bank.transaction:write",
        "Record a bank transaction",
        bank.BANKTRANSACTION,
        note="The own side is filled in from the bank account: what is sent for it is ignored.",
    ),
)
"""Every write, in the order in which the groups are listed."""
