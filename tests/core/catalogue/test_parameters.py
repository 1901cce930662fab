"""The table of parameters: each entry is used, and each example is of the type it is an example of."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.parameters import PARAMETERS
from finago_assets.core.catalogue.operation import Operation, Type

if TYPE_CHECKING:
    from collections.abc import Callable

READERS: dict[Type, Callable[[str], object]] = {
    Type.TEXT: str,
    Type.INTEGER: int,
    Type.NUMBER: Decimal,
    Type.FLAG: {"true": True, "false": False}.__getitem__,
    Type.DAY: date.fromisoformat,
    Type.MOMENT: datetime.fromisoformat,
    Type.LIST: lambda text: [part.split("..") for part in text.split(",")],
}


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda one: one.name)
def test_an_example_is_of_its_type_and_one_of_its_choices(operation: Operation) -> None:
    fixed = dict(operation.params)
    for one in (*operation.variables, *operation.query):
        for text in (one.example, *one.choices, *[fixed[name] for name in fixed if name == one.name]):
            assert text.strip() == text
            assert READERS[one.type](text) not in (None, "")
        assert not one.choices or one.example in one.choices
        assert one.title


def test_no_entry_is_there_for_nobody() -> None:
    asked = {(one.path, p.name) for one in FINAGO.operations.values() for p in (*one.variables, *one.query)}
    assert {(path, name) for path, names in PARAMETERS.on_paths.items() for name in names} <= asked
    assert {name for path, name in asked if name not in PARAMETERS.on_paths.get(path, {})} == set(PARAMETERS.anywhere)


def test_required_ones_come_first_and_variables_in_the_order_of_the_path() -> None:
    for one in FINAGO.operations.values():
        assert [p.required for p in one.query] == sorted((p.required for p in one.query), reverse=True)
        assert [p.name for p in one.variables] == re.findall(r"\{(\w+)\}", one.path)


def test_a_name_means_what_its_path_says() -> None:
    assert PARAMETERS.parameter("/transactionlines", "dateFrom").required
    assert not PARAMETERS.parameter("/salesorders", "dateFrom").required
    assert PARAMETERS.parameter("/transactionlines", "accountNumber").type is Type.INTEGER
    assert (
        PARAMETERS.parameter("/customers/{customerId}/bankaccounts/{accountNumber}", "accountNumber").type is Type.TEXT
    )


def test_an_id_says_where_it_comes_from() -> None:
    assert PARAMETERS.variable("/products/{id}/dimensions/{dimensionId}", "id").title == "Id, from /products"
    assert PARAMETERS.variable("/transactionlines/{id}", "id").title == "Ledger line"
