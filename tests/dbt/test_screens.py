"""The cheap screens of typing pass over a record only where the long way round would name nothing of it either."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pytest
from jinja2 import Environment, pass_context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jinja2.runtime import Context

MACROS: Final = Path(__file__).parents[2] / "dbt_project" / "macros"
NAMED: Final = (
    "engine/lists.sql",
    "engine/lost.sql",
    "engine/numbers.sql",
    "engine/damage.sql",
    "engine/typed.sql",
    "unsound.sql",
    "rejects.sql",
)
DIMENSION: Final = {"dimensionType": "VARCHAR", "value": "VARCHAR"}
SPLIT: Final = {"rate": "DECIMAL(38,10)", "name": "VARCHAR"}
COLUMNS: Final[list[list[Any]]] = [
    ["line_id", "id"],
    ["voucher_id", "transaction.id"],
    ["voucher_number", "transaction.number", "integer"],
    ["account_number", "account.number", "integer"],
    ["amount", "amount", "decimal"],
    ["currency_rate", "currency.rate", "decimal"],
    ["posting_date", "date", "date"],
    ["due_date", "invoice.dueDate", "date"],
    ["comment", "comment", "lines"],
    ["is_open", "invoice.open", "boolean"],
    ["created_at", "createdAt", "timestamp"],
    ["dimensions", "dimensions", [DIMENSION]],
    ["splits", "splits", [SPLIT]],
]
DECIDES: Final = ["posting_date", "account_number"]
# in place of the screens: nothing is passed over
NO_SCREEN: Final = """
{%- macro null_yet_named(name, path, type=none) -%} true {%- endmacro -%}
{%- macro odd_number() -%} {%- endmacro -%}
{%- macro unusual_number() -%} {%- endmacro -%}
"""


class _Duckdb:
    """dbt's adapter, as far as it finds the macro of this engine."""

    @staticmethod
    @pass_context
    def dispatch(context: Context, name: str, _package: str) -> Any:
        return context.resolve(f"duckdb__{name}")


def _returned(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@cache
def _sql(more: str = "", *, splits: bool = True) -> str:
    """The typed ledger line of one payload a row, as dbt would render it.

    Without `splits` it has no number in a list, as most models.
    """
    columns = [column for column in COLUMNS if splits or column[0] != "splits"]
    macros = "".join((MACROS / name).read_text(encoding="utf-8") for name in NAMED)
    records = "{%- macro records(endpoint, parents, of) -%} select * from raw {%- endmacro -%}"
    lines = (
        "select *, {{ whole_ore('amount') }} as booked_amount "
        "from ({{ typed('transactionlines', columns, decides=decides, keep=['payload']) }})"
    )
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701  SQL
    shape: dict[str, Any] = {"return": _returned, "tojson": str.strip, "adapter": _Duckdb}
    template = environment.from_string(f"{macros}{records}{more}with lines as ({lines})")
    judged = environment.from_string(f"{macros}{{{{ reasons('lines') }}}} as long, {{{{ reject_reason('lines') }}}}")
    typed = template.render(columns=columns, decides=DECIDES, **shape)
    return f"{typed} select lines.*, {judged.render(**shape)} as short from lines"


TEXTS: Final = (
    *('""', '"x"', '"1"', '"12.50"', '"1e3"', '"1.123456789012"', '"2024-01-02"', '"2024-01-02T23:30:00Z"'),
    *('"2024-02-31"', '"true"', '"amount\\""', '"rate"', '"\\ud83d\\ude00"', '"Å \\\\ \\" / \\u00e5"'),
    *('"half \\ud83d"', '"\\q"', '"bell \x07"', '"bytes \\xe9"', '"comment\\": 1e5"', '"1e-11"', '"-0.00000000001"'),
)
NUMBERS: Final = (
    *("0", "-0.00", "1.10", "1.5", "1e3", "1E-12", "1e-11", "-2.5e-10", "1.5e+2", "12345678901234567890.12"),
    *("0.00000000001", "1.12345678901", "1e29", "12345678901234567890123456789012345", "99999999999999999"),
)
OTHERS: Final = ("null", "true", "false", "[]", "{}", "[1]", '["a", "b"]', '{"id": 1}', "[null]", '[[{"a": 1}]]')
PARENTS: Final = {
    "transaction": ["id", "number"],
    "account": ["number"],
    "currency": ["rate", "code"],
    "invoice": ["dueDate", "open"],
}
LISTS: Final = {"dimensions": ["dimensionType", "value"], "splits": ["rate", "name"]}
GOOD: Final = {
    "id": '"a"',
    "transaction": '{"id": "v", "number": 7}',
    "account": '{"number": 1920}',
    "amount": "12.50",
    "currency": '{"rate": 1}',
    "date": '"2024-01-02"',
    "invoice": '{"dueDate": "2024-02-01", "open": true}',
    "comment": '"text"',
    "createdAt": '"2024-01-02T08:00:00Z"',
    "dimensions": '[{"dimensionType": 1, "value": "7"}]',
    "splits": '[{"rate": 0.5, "name": "half"}]',
}


def _object(members: Iterable[tuple[str, str]], colon: str = ": ") -> str:
    return "{" + ", ".join(f'"{name}"{colon}{value}' for name, value in members) + "}"


def _odd_records(count: int) -> Iterator[str]:
    """Sound records with one to three fields replaced, half of them by what is nearly right, or missing."""
    chance = random.Random(11)

    def value() -> str:
        return chance.choice(chance.choice((TEXTS, NUMBERS, OTHERS)))

    def an_object(names: list[str]) -> str:
        members = [(name, value()) for name in names if chance.random() < 0.8]
        return _object(members, chance.choice((":", " : ", ":\n")))

    for _ in range(count):
        fields = {name: good for name, good in GOOD.items() if chance.random() < (0.4 if name == "splits" else 0.9)}
        for name in chance.sample([*GOOD, "unknown"], chance.randrange(1, 4)):
            fields[name] = value()
            if name in PARENTS and chance.random() < 0.7:
                fields[name] = an_object(PARENTS[name])
            elif name in LISTS and chance.random() < 0.8:
                items = [
                    an_object(LISTS[name]) if chance.random() < 0.9 else value() for _ in range(chance.randrange(4))
                ]
                fields[name] = f"[{', '.join(items)}]"
        whole = _object(fields.items(), chance.choice((":", ": ")))
        yield chance.choice([whole] * 40 + [whole[:-1], "null", "[]", "1e-11"])


def _named(
    payloads: list[str], sql: str, columns: str = "payload, _lost, _unread, short, long"
) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table raw as select '1' as organization_id, date '2024-01-02' as partition_date, 'd' as _digest, "
            "unnest(range(len($1))) as ordinal, 1 as page, unnest($1) as payload",
            [payloads],
        )
        return connection.execute(f"select _ordinal, {columns} from ({sql}) order by 1").fetchall()


def test_ten_thousand_odd_records_are_named_the_same_whether_they_are_screened_first_or_not() -> None:
    payloads = list(_odd_records(10_000))
    short, long = _named(payloads, _sql()), _named(payloads, _sql(NO_SCREEN))
    for screened, looked_through in zip(short, long, strict=True):
        assert screened == looked_through
        assert screened[-2] == screened[-1]


def test_a_boolean_somewhere_in_a_record_makes_no_loss_of_a_list_without_numbers() -> None:
    sound = {"id": '"a"', "unknown": "true", "splits": '[{"name": "half"}]', "invoice": "null"}
    assert [(lost, unread) for _, _, lost, unread, *_ in _named([_object(sound.items())], _sql())] == [(None, None)]


@pytest.mark.parametrize(
    ("sent", "amount", "booked"),
    [
        ("1234567890123456.78", "1234567890123456.78", "1234567890123456.78"),
        ("-9007199254740993.01", "-9007199254740993.01", "-9007199254740993.01"),
        ("12345678901234567890.12", "12345678901234567890.12", None),
        ("0.005", "0.005", None),
        ("1.5e3", "1500", "1500.00"),
        ('"12.50"', "12.50", "12.50"),
        ("true", None, None),
    ],
)
def test_an_amount_is_the_one_that_was_sent_whatever_a_double_would_make_of_it(
    sent: str, amount: str | None, booked: str | None
) -> None:
    record = _object({**GOOD, "amount": sent}.items())
    (found,) = _named([record], _sql(splits=False), "amount, booked_amount")
    assert found[1:] == tuple(value and Decimal(value) for value in (amount, booked))


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("9007199254740993", 9007199254740993),
        ("7.0", 7),
        ("-3", -3),
        ("7.5", None),
        ("1e30", None),
        ("12345678901234567890", None),
    ],
)
def test_a_whole_number_is_the_one_that_was_sent_or_named(sent: str, number: int | None) -> None:
    record = _object({**GOOD, "account": f'{{"number": {sent}}}'}.items())
    (found,) = _named([record], _sql(splits=False), "account_number, _lost")
    assert found[1:] == (number, None if number else "account.number")


@pytest.mark.parametrize(
    "sent", ['" 1.12345678901"', '"1_0.5"', '"0.12345_678901"', "1.12345678901", "1e-11", "true", '"x"', "{}"]
)
def test_an_amount_that_is_not_read_exactly_is_named_and_nothing_beside_it(sent: str) -> None:
    record = _object({**GOOD, "amount": sent}.items())
    assert _named([record], _sql(splits=False), "_lost, _unread") == [(0, "amount", None)]


def test_a_record_whose_keys_come_twice_loses_nothing_unnamed() -> None:
    record = '{"id": "a", "amount": 1.50, "amount": 2.25, "date": "2024-01-02", "account": {"number": 1920}}'
    ((_, amount, lost),) = _named([record], _sql(), "amount, _lost")
    assert amount == Decimal("1.50") or lost
