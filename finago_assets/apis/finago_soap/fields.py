"""The fields of a landed record of each endpoint: those of the contract, every value the text that was sent.

Owns the names; a test holds them against the contract. Whatever may be absent stands for a default, so that only a key
is promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.fields import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.fields import Record


def _texts(names: str) -> Record:
    return dict.fromkeys(names.split(), Scalar.TEXT)


SOAP_FIELDS: Final[Mapping[str, Record]] = {
    "accountlist": _texts("AccountId! AccountNo AccountName AccountTax TaxNo"),
    "taxcodelist": _texts("TaxId! TaxNo TaxName TaxRate AccountNo"),
    "typelist": _texts("TypeId! Title EntrySeriesId TypeNo"),
    "fiscalyears": _texts("Id! StartingDate EndingDate IsLocked"),
    "transactiontypes": _texts("Turnover Title No Id!"),
    "transactions": {
        **_texts(
            "Date AccountNo Currency CurrencyRate CurrencyUnit Amount StampNo Period TransactionTypeId Comment "
            "TransactionNo VatCode Id! LinkId InvoiceNo SequenceNo SystemType DueDate RegistrationDate DateChanged "
            "Hidden Open OCR VatDividend HasVatDividend PeriodDate"
        ),
        "Dimensions": [_texts("Type Name Value Percent TypeId")],
    },
}
