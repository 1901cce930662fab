with chained as (
    select
        months.*,
        sum(case when months.starts_chain then 1 else 0 end) over (
            partition by months.organization_id, months.account_number
            order by months.period asc
            rows between unbounded preceding and current row
        ) as chain
    from {{ ref('int_known_openings') }} as months
),

opened as (
    select
        chained.*,
        first_value(chained.known_opening) over so_far + {{ told_sum('chained.change', 'before', 0) | indent(8) }} as opening
    from chained
    window
        so_far as (
            partition by chained.organization_id, chained.account_number, chained.chain
            order by chained.period asc
            rows between unbounded preceding and current row
        ),
        before as (
            partition by chained.organization_id, chained.account_number, chained.chain
            order by chained.period asc
            rows between unbounded preceding and 1 preceding
        )
)

select
    opened.organization_id,
    opened.account_number,
    opened.period,
    opened.fiscal_year,
    opened.fiscal_year_start,
    opened.starts_year,
    opened.is_whole,
    opened.is_closed,
    opened.opens_ledger,
    opened.run_number,
    opened.statement,
    opened.restarts_yearly,
    opened.is_contradicted,
    opened.opening,
    case
        when opened.opening is null then 'unknown'
        else coalesce(opened.known_from, 'ledger')
    end as opening_source,
    opened.debit,
    opened.credit,
    opened.change,
    case when opened.is_closed then opened.opening + opened.change end as closing
from opened
