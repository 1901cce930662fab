"""A few months of hand-written books in the raw layout, every quirk of the API's spelling in them.

Owns the records; the figures that follow from them stand in the tests.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder

FIRST, LAST, NOT_LANDED = date(2024, 1, 1), date(2024, 4, 30), date(2024, 3, 5)
TODAY, YESTERDAY = "2024-05-01", "2024-04-30"


def line(key: str, voucher: int, posted: tuple[int, str], day: str, more: str = "") -> str:
    """One ledger line as the API spells it: an account and an amount; `more` holds further keys."""
    account, amount = posted
    return (
        f'{{"id":"{key}","transaction":{{"id":"v{voucher}","number":{voucher}}},"account":{{"id":{account * 7},'
        f'"number":{account}}},"transactionType":{{"id":5001}},"amount":{amount},"date":"{day}"'
        f"{',' + more if more else ''}}}"
    )


LINES = {
    "2024-01-10": [
        line("a1", 1, (1500, "1250.00"), "2024-01-10", '"currency":{"code":"LOCAL","rate":1},"customer":{"id":77},'
             '"invoice":{"number":"1001","dueDate":"2024-01-24","remittanceReference":"10017"},"periodDate":null'),
        line("a2", 1, (3000, "-1000.00"), "2024-01-10", '"tax":{"id":8,"rate":25.00},"dimensions":['
             '{"dimensionType":1,"value":"13","name":"Project 13"},{"dimensionType":101,"value":"x"}]'),
        line("a3", 1, (2700, "-250.00"), "2024-01-10", '"createdAt":"2024-01-10T18:00:00Z"'),
    ],
    "2024-01-20": [
        line("b2", 2, (1920, "500"), "2024-01-20"),
        line("b1", 2, (1500, "-500.0"), "2024-01-20"),
    ],
    "2024-02-05": [
        line("c1", 3, (1500, "-100.10"), "2024-02-05", '"currency":{"code":"EUR","rate":11.4}'),
        line("c2", 3, (1920, "100.10"), "2024-02-05"),
        line("c3", 4, (6540, "12.345"), "2024-02-05"),
    ],
    "2024-03-10": [line("d1", 5, (1920, "-7.00"), "2024-03-10"), line("d2", 5, (3000, "7.00"), "2024-03-10")],
}  # fmt: skip

ORDERS = {
    "2024-01-10": [
        (
            '{"id":1,"status":"Invoice","date":"2024-01-10","customer":{"id":77,"name":"ABC AS",'
            '"street":["Gate 1","2. etg"]},"currency":{"code":"NOK","rate":1},"netAmount":1000.00,'
            '"taxAmount":250.00,"grossAmount":1250.00,"invoice":{'
            '"number":1001,"date":"2024-01-10","dueDate":"2024-01-24","paymentTerms":{"type":"NumberOfDays","value":14},'
            '"transaction":{"id":"v1"}},"createdAt":"2024-01-09T12:00:00Z"}'
        ),
        '{"id":2,"status":"Confirmed","date":"2024-01-10","customer":{"id":77},"invoice":{}}',
    ],
    "2024-02-05": [
        '{"id":3,"status":"AdvanceInvoice","date":"2024-02-05","invoice":{"number":1002},"netAmount":0.125}'
    ],
}
ORDER_LINES = [
    (
        '{"id":11,"type":"product","product":{"id":5,"number":"SH-1"},"quantity":10,"price":111.11,"discountRate":10,'
        '"tax":{"id":8,"rate":25},"account":{"number":3000}}'
    ),
    '{"id":12,"type":"text","description":"Takk for handelen","isHidden":false}',
]
BANK = {
    "2024-01-20": [
        (
            '{"bankTransactionReference":"r1","type":"inbound","bankAccount":{"id":"b-1"},"amount":{"value":500.00,'
            '"currency":{"code":"NOK"}},"date":"2024-01-20","status":"created"}'
        )
    ],
    "2024-02-05": [
        (
            '{"bankTransactionReference":"r2","type":"outbound","amount":{"value":7.50,"currency":{"code":"NOK"}},'
            '"date":"2024-02-05"}'
        )
    ],
}
REFERENCE = {
    "accounts": [f'{{"id":{n * 7},"number":{n},"name":"{n}"}}' for n in (1500, 1920, 2050, 2700, 3000, 8960)],
    "taxes": ['{"id":8,"number":3,"name":"25 %","rate":25}', '{"id":0,"number":0,"name":"None","rate":0}'],
    "transactiontypes": ['{"id":5001,"number":-7,"name":"Sale"}'],
    "fiscalperiods": [
        '{"id":"y","type":"Year","startingDate":"2024-01-01","endingDate":"2024-12-31"}',
        '{"id":"p","type":"Period","startingDate":"2024-01-01","endingDate":"2024-01-31"}',
    ],
    "organization_information": ['{"id":100,"name":"Firma AS","settings":{"currencyCode":"NOK"}}'],
    "accountbalances": [
        (
            '{"account":{"id":13440,"number":1920,"name":"Bank"},"balances":['
            '{"date":"2024-01-01","opening":1000.00,"change":500.00,"closing":1500.00},'
            '{"date":"2024-02-01","opening":1500.00,"change":100.10,"closing":1600.10}]}'
        ),
        '{"account":{"id":14350,"number":2050},"balances":[{"date":"2024-01-01","opening":-1000,"change":0,"closing":-1000}]}',
    ],
    "customers": [
        (
            '{"id":77,"name":"ABC AS","isCompany":true,"isSupplier":false,"address":{"visit":{"street":"Gate 1"}},'
            '"createdAt":"2022-01-01 18:00:00.000Z","note":"private"}'
        )
    ],
    "products": [
        '{"id":5,"name":"Laces","number":"SH-1","salesPrice":111.11,"stock":{"isManaged":true,"quantity":3.5}}'
    ],
    "dimension_elements": ['{"dimensionType":1,"value":"13","name":"Project 13"}'],
    "currencies": ['{"code":"EUR","rate":11.5}'],
}
ELEMENTS_BEFORE = [*REFERENCE["dimension_elements"], '{"dimensionType":101,"value":"x","name":"Closed since"}']


def land_small_books(raw: RawFolder) -> None:
    """Land organization org-1: January to April, with one day of March missing."""
    days = (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
    for day in (f"{day}" for day in days if day != NOT_LANDED):
        raw.land("transactionlines", day, LINES.get(day, []))
        raw.land("salesorders", day, ORDERS.get(day, []))
        raw.land("banktransactions", day, BANK.get(day, []))
    raw.land("salesorder_lines", "2024-01-10", ORDER_LINES, parents=["1", "1"])
    for endpoint, payloads in REFERENCE.items():
        raw.land(endpoint, TODAY, payloads, parents=["1"] * len(payloads))
    raw.land("accounts", YESTERDAY, ['{"id":1,"number":9999,"name":"Gone"}'])
    raw.land("currencies", YESTERDAY, ['{"code":"EUR","rate":11.4}'])
    raw.land("dimension_elements", YESTERDAY, ELEMENTS_BEFORE, parents=["1", "101"])
