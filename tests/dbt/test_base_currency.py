"""Amounts in another currency stand beside the same in the organization's own, or are counted as having no rate."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.dbt.small_books import ORDERS

if TYPE_CHECKING:
    from tests.dbt.conftest import Staged
    from tests.dbt.warehouse import Warehouse

D = Decimal
DAY = "2024-02-05"
CHECK = "foreign_amounts_have_a_rate"


def _order(key: int, currency: str, net: str, rate: str | None) -> str:
    rated = "" if rate is None else f',"rate":{rate}'
    return (
        f'{{"id":{key},"status":"Invoice","date":"{DAY}","currency":{{"code":"{currency}"{rated}}},"netAmount":{net},'
        f'"taxAmount":0.00,"grossAmount":{net},"invoice":{{"number":{key},"date":"{DAY}"}}}}'
    )


def test_an_invoice_in_another_currency_is_worth_in_kroner_what_its_voucher_posts(staged: Staged) -> None:
    found = staged.warehouse.rows(
        "select currency_code, rate_source, count(*), count(*) filter (where gross_amount_base = posted_amount), "
        "count(*) filter (where net_amount_base + tax_amount_base = gross_amount_base) "
        "from marts.invoices where posted_amount is not null group by all order by all"
    )
    assert [(currency, source) for currency, source, *_ in found] == [("EUR", "order"), ("NOK", "own currency")]
    assert [(posted, sums) for _, _, _, posted, sums in found] == [(many, many) for _, _, many, *_ in found]


def test_the_lines_of_an_invoice_sum_to_its_net_amount_in_kroner_but_for_the_rounding_of_each(staged: Staged) -> None:
    found = staged.warehouse.rows(
        "with lines as (select order_id, sum(net_amount_base) as net, count(net_amount_base) as lines "
        "from marts.invoice_lines group by order_id) "
        "select currency_code, count(*), count(*) filter (where abs(net - net_amount_base) <= 0.06 * lines) "
        "from marts.invoices join lines using (order_id) where lines > 0 group by all order by all"
    )
    assert [currency for currency, *_ in found] == ["EUR", "NOK"]
    assert [within for _, _, within in found] == [many for _, many, _ in found]


def test_an_invoice_without_a_rate_has_no_amount_in_kroner_and_is_counted_and_nothing_is_withheld(
    copied: Warehouse,
) -> None:
    copied.raw.land(
        "salesorders",
        DAY,
        [
            *ORDERS[DAY],
            _order(31, "USD", "10.00", "10.5"),
            _order(32, "GBP", "20.00", None),
            _order(33, "NOK", "5", "1"),
        ],
    )
    statuses = copied.dbt("build", "--select", "stg_salesorders", "invoices", "bank_matches", CHECK)
    assert statuses[f"test.finago.{CHECK}"] == "warn"
    assert copied.rows(
        "select order_id, base_currency, net_amount, net_amount_base, rate_source from marts.invoices "
        "where order_id > '30' order by all"
    ) == [
        ("31", "NOK", D(10), None, None),
        ("32", "NOK", D(20), None, None),
        ("33", "NOK", D(5), D(5), "own currency"),
    ]
    assert copied.rows(
        "select record, currency_code, records, amount_in_that_currency, first_ten, "
        "what_to_do like '%: org-1,USD,base,100 where%', what_to_do like '%no rate%' "
        f"from audit.{CHECK} order by currency_code"
    ) == [
        ("invoice", "GBP", 1, D(20), "invoice 32", False, True),
        ("invoice", "USD", 1, D(10), "invoice 31", True, False),
    ]


def test_an_amount_beside_a_currency_is_in_the_organizations_own_or_stands_beside_one_that_is(
    manifest: dict[str, Any],
) -> None:
    own = ("the organization's currency", "the organization's own", "the books' own", "base_currency")
    silent = []
    for node in manifest["nodes"].values():
        columns = node["columns"] if node.get("schema") == "marts" else {}
        for name, column in columns.items() if "currency_code" in columns else ():
            money = column["data_type"] == "decimal(18,2)" and not name.endswith("_currency")
            if money and f"{name}_base" not in columns and not any(words in column["description"] for words in own):
                silent.append(f"{node['name']}.{name}")
    assert silent == []
