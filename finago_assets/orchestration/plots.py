"""Pictures for people who would rather look: each answers one question about a mart, in words and as a drawing.

Owns which mart has a picture and what it shows. Sums by month or day, or counts by provider; no party, voucher or line
is ever named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from finago_assets.orchestration.drawing import Plotted, draw_cells, draw_chart, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import dagster as dg
    import duckdb

    PlotRows = Sequence[Sequence[Any]]

GOOD, BAD, DOUBTFUL, OTHER, QUIET = "teal", "crimson", "orange", "royalblue", "silver"
STATUSES: Final = {
    "ties": GOOD,
    "differs": BAD,
    "opens differently": DOUBTFUL,
    "not told": DOUBTFUL,
    "not landed": QUIET,
}
_OF_MANY: Final = {"ties": "tie", "differs": "differ", "opens differently": "open differently"}
STATES: Final = ("connected", "not told", "reconnect soon", "must reconnect", "disconnected", "off")


def _column(rows: PlotRows, place: int) -> list[Any]:
    return [row[place] for row in rows]


def _spell(amount: object) -> str:
    return "not known" if amount is None else f"{amount:,.0f}"


def _draw_balances(rows: PlotRows) -> dg.MarkdownMetadataValue:
    month, assets, owed, result = rows[-1]
    said = (
        f"**End of {month}**: assets {_spell(assets)}, equity and debt {_spell(owed)}, "
        f"result of the year {_spell(result)}."
    )
    series = [
        Plotted("assets", OTHER, _column(rows, 1), is_line=True),
        Plotted("equity and debt", DOUBTFUL, _column(rows, 2), is_line=True),
        Plotted("result of the year", GOOD, _column(rows, 3), is_line=True),
    ]
    return draw_chart(said, _column(rows, 0), series)


def _draw_result(rows: PlotRows) -> dg.MarkdownMetadataValue:
    month, income, expense, result, so_far = rows[-1]
    said = (
        f"**{month}**: income {_spell(income)}, expense {_spell(expense)}, result {_spell(result)}; of the year so far "
        f"{_spell(so_far)}."
    )
    results = _column(rows, 3)
    series = [
        Plotted("profit", GOOD, [max(one or 0, 0) for one in results]),
        Plotted("loss", BAD, [min(one or 0, 0) for one in results]),
        Plotted("year so far", OTHER, _column(rows, 4), is_line=True),
    ]
    return draw_chart(said, _column(rows, 0), series)


def _draw_ages(rows: PlotRows) -> dg.MarkdownMetadataValue:
    day, *ages = rows[-1]
    said = f"**{day}**: {_spell(ages[0])} is not due, {_spell(ages[1])} up to 90 days late, {_spell(ages[2])} later."
    names = (("not due", GOOD), ("1-90 days late", DOUBTFUL), ("later", BAD))
    series = [Plotted(name, colour, _column(rows, place)) for place, (name, colour) in enumerate(names, start=1)]
    return draw_chart(said, _column(rows, 0), series)


def _draw_open(rows: PlotRows) -> dg.MarkdownMetadataValue:
    day, owed_to_us, we_owe = rows[-1]
    said = f"**{day}**: customers owe {_spell(owed_to_us)}, suppliers are owed {_spell(we_owe)}."
    series = [
        Plotted("customers owe", GOOD, _column(rows, 1), is_line=True),
        Plotted("suppliers are owed", BAD, _column(rows, 2), is_line=True),
    ]
    return draw_chart(said, _column(rows, 0), series)


def _draw_lines(rows: PlotRows) -> dg.MarkdownMetadataValue:
    said = f"**Lines posted**: {sum(_column(rows, 1)):,} in all, {rows[-1][1]:,} in {rows[-1][0]}."
    return draw_chart(said, _column(rows, 0), [Plotted("lines by month", OTHER, _column(rows, 1))])


def _draw_tie_out(rows: PlotRows) -> dg.MarkdownMetadataValue:
    counts = dict.fromkeys(STATUSES, 0)
    months, classes = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    worst: dict[tuple[str, str], str] = {}
    places = ("differs", "opens differently", "not told", "not landed", "ties")
    for month, account_class, status, count in rows:
        counts[status] += count
        known = worst.get((month, account_class), status)
        worst[month, account_class] = min(known, status, key=places.index)
    told = ", ".join(f"{count:,} {_OF_MANY.get(status, status)}" for status, count in counts.items() if count)
    said = f"**Account-months**: {told}. By account class: green ties, red differs, grey is not wholly landed."
    cells = {one: [worst.get((month, one)) for month in months] for one in classes}
    return draw_cells(said, months, cells, STATUSES)


def _list_connections(rows: PlotRows) -> dg.MarkdownMetadataValue:
    there = [place for place, _ in enumerate(STATES, start=1) if any(row[place] for row in rows)]
    return write_table(
        f"**{sum(sum(row[1:]) for row in rows):,} connections**, by provider and state:",
        ["provider", *(STATES[place - 1] for place in there)],
        [[row[0], *(row[place] or None for place in there)] for row in rows],
    )


def _aged(mart: str, sign: str) -> str:
    return f"""
        select strftime(as_of, '%Y-%m-%d'), {sign}sum(not_due), {sign}sum(days_1_30 + days_31_60 + days_61_90),
            {sign}sum(days_over_90)
        from marts.{mart} group by as_of order by as_of
    """


# the query of each picture, and what draws its rows
PLOTS: Final[dict[str, tuple[str, Callable[[PlotRows], dg.MarkdownMetadataValue]]]] = {
    "trial_balance": (
        """
        with closings as (
            select period, closing_balance,
                case when account_class = 1 then 'assets'
                    when account_class = 2 or row_kind <> 'account' then 'owed' else 'result' end as part
            from marts.trial_balance
        )
        -- one balance that is not known makes the sum of its part unknown
        select strftime(period, '%Y-%m'),
            case when count(closing_balance) filter (where part = 'assets') = count(*) filter (where part = 'assets')
                then sum(closing_balance) filter (where part = 'assets') end,
            case when count(closing_balance) filter (where part = 'owed') = count(*) filter (where part = 'owed')
                then -sum(closing_balance) filter (where part = 'owed') end,
            case when count(closing_balance) filter (where part = 'result') = count(*) filter (where part = 'result')
                then -sum(closing_balance) filter (where part = 'result') end
        from closings group by period order by period
        """,
        _draw_balances,
    ),
    "profit_and_loss": (
        """
        with months as (
            select period, any_value(fiscal_year) as fiscal_year,
                sum(result_effect) filter (where result_effect > 0) as income,
                sum(result_effect) filter (where result_effect < 0) as expense,
                sum(result_effect) as result
            from marts.profit_and_loss where row_kind = 'account' group by period
        )
        select strftime(period, '%Y-%m'), income, -expense, result,
            sum(result) over (partition by fiscal_year order by period)
        from months order by period
        """,
        _draw_result,
    ),
    "aged_receivables": (_aged("aged_receivables", ""), _draw_ages),
    "aged_payables": (_aged("aged_payables", "-"), _draw_ages),
    "open_items": (
        """
        select strftime(as_of, '%Y-%m-%d'), sum(open_amount) filter (where ledger = 'receivable'),
            -sum(open_amount) filter (where ledger = 'payable')
        from marts.open_items group by as_of order by as_of
        """,
        _draw_open,
    ),
    "general_ledger": (
        """
        select strftime(posting_date, '%Y-%m') as month, count(*)
        from marts.general_ledger group by month order by month
        """,
        _draw_lines,
    ),
    "ledger_tie_out": (
        """
        select strftime(period, '%Y-%m') as month, left(cast(account_number as varchar), 1) as account_class, status,
            count(*)
        from marts.ledger_tie_out group by all order by all
        """,
        _draw_tie_out,
    ),
    "integration_inventory": (
        f"""
        select provider_name, {", ".join(f"count(*) filter (where state = '{state}')" for state in STATES)}
        from marts.integration_inventory group by provider_name order by count(*) desc, provider_name
        """,
        _list_connections,
    ),
}


def picture(warehouse: duckdb.DuckDBPyConnection, mart: str) -> dg.MarkdownMetadataValue | None:
    """Return the mart's picture as Markdown with the drawing in it, or None where it has none or holds no rows."""
    if mart not in PLOTS:
        return None
    query, draw = PLOTS[mart]
    rows = warehouse.execute(query).fetchall()
    return draw(rows) if rows else None
