with chained as (
    select
        months.*,
        count_if(months.starts_chain) over (
            partition by months.organization_id, months.account_number
            order by months.period asc
            rows between unbounded preceding and current row
        ) as chain
    from {{ ref('int_known_openings') }} as months
),

opened as (
    select
        chained.*,
        first_value(chained.known_opening) over so_far + sum(chained.change) over so_far - chained.change as opening
    from chained
    window so_far as (
        partition by chained.organization_id, chained.account_number, chained.chain
        order by chained.period asc
        rows between unbounded preceding and current row
    )
)

select
    opened.organization_id,
    opened.period,
    opened.account_number,
    'account' as row_kind,
    try_cast(opened.opening as decimal(18, 2)) as opening_balance,
    case
        when opened.opening is null then 'unknown'
        else coalesce(opened.known_from, 'ledger')
    end as opening_source,
    try_cast(opened.debit as decimal(18, 2)) as debit,
    try_cast(opened.credit as decimal(18, 2)) as credit,
    try_cast(opened.change as decimal(18, 2)) as change,
    case when opened.is_closed then try_cast(opened.opening + opened.change as decimal(18, 2)) end as closing_balance
from opened
