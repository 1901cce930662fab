"""What staging types of the records of the SOAP services, against the fields that a landed record has."""

from __future__ import annotations

import pytest

from finago_assets.apis.finago_soap import FINAGO_SOAP
from tests.dbt.staged_columns import SOAP_STAGING, staged_columns

# of a ledger line what REST tells too stays untyped: only what is joined to it, and by what, is staged
TOLD_BY_REST = {"StampNo", "Period", "Comment", "VatCode", "SequenceNo", "DueDate", "VatDividend", "HasVatDividend"}
UNTYPED = {"transactions": TOLD_BY_REST | {"Date", "PeriodDate", "Dimensions"}}


def test_every_list_is_staged() -> None:
    assert set(SOAP_STAGING) == {f"stg_soap_{name}" for name in FINAGO_SOAP.endpoints}


@pytest.mark.parametrize("model", sorted(SOAP_STAGING))
def test_what_staging_types_is_a_field_of_the_contract_and_nothing_is_forgotten(model: str) -> None:
    endpoint, columns = staged_columns(model)
    assert model == f"stg_soap_{endpoint}"
    fields = FINAGO_SOAP.endpoints[endpoint].fields
    assert isinstance(fields, dict)
    known = {name.rstrip("!") for name in fields}
    typed = {column.path for column in columns}
    assert typed <= known
    assert known - typed == UNTYPED.get(endpoint, set())
