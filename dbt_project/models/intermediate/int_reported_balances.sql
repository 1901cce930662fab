-- Dense: an account that an answer leaves out of a month did not move in it, and one it leaves out of a whole request
-- has nothing on it. Openings and closings between are those of the months beside; in months that no account is told of
-- nothing moved, and what the balances are is not known.
with elements as (
    select
        balances.organization_id,
        balances.account_number,
        balances.balance_date,
        cast(date_trunc('month', balances.balance_date) as date) as period,
        balances.request,
        {{ cents('balances.opening_balance') }} as opening,
        {{ cents('balances.change') }} as change,
        {{ cents('balances.closing_balance') }} as closing
    from {{ ref('stg_accountbalances') }} as balances
    where balances.account_number is not null and balances.balance_date is not null
    qualify row_number() over (
        partition by balances.organization_id, balances.account_number, balances.balance_date
        order by balances.request desc, balances._ordinal desc
    ) = 1
),

cells as (
    select
        elements.organization_id,
        elements.account_number,
        elements.period,
        first(elements.opening order by elements.balance_date asc) as opening,
        -- a change that cannot be read leaves the month's unknown
        {{ told_sum('elements.change') | indent(8) }} as change,
        first(elements.closing order by elements.balance_date desc) as closing
    from elements
    group by elements.organization_id, elements.account_number, elements.period
),

months as (
    select
        spans.organization_id,
        {{ each_month('spans.first_period', 'spans.last_period') }} as period
    from (
        select
            elements.organization_id,
            min(elements.period) as first_period,
            greatest(max(elements.period), max(date_trunc('month', landed.landed_date))) as last_period
        from elements
        inner join {{ ref('int_landed_balances') }} as landed on elements.organization_id = landed.organization_id
        group by elements.organization_id
    ) as spans
),

asked as (
    select
        months.organization_id,
        months.period,
        max(elements.request) as request
    from months
    left join elements on months.organization_id = elements.organization_id and months.period = elements.period
    group by months.organization_id, months.period
),

grid as (
    select
        accounts.organization_id,
        accounts.account_number,
        asked.period,
        asked.request,
        cells.period is not null as is_told,
        cells.opening,
        cells.change,
        cells.closing
    from (
        select distinct
            told.organization_id,
            told.account_number
        from cells as told
    ) as accounts
    inner join asked on accounts.organization_id = asked.organization_id
    left join cells
        on
            accounts.organization_id = cells.organization_id
            and accounts.account_number = cells.account_number
            and asked.period = cells.period
)

select
    grid.organization_id,
    grid.account_number,
    grid.period,
    grid.request,
    case
        when grid.is_told then grid.opening
        when grid.request is not null then coalesce(
            last_value(grid.closing ignore nulls) over before, first_value(grid.opening ignore nulls) over after, 0
        )
    end as opening,
    case when grid.is_told then grid.change else 0 end as change,
    case
        when grid.is_told then grid.closing
        when grid.request is not null then coalesce(
            last_value(grid.closing ignore nulls) over before, first_value(grid.opening ignore nulls) over after, 0
        )
    end as closing
from grid
window
    before as (
        partition by grid.organization_id, grid.account_number, grid.request order by grid.period asc
        rows between unbounded preceding and 1 preceding
    ),
    after as (
        partition by grid.organization_id, grid.account_number, grid.request order by grid.period asc
        rows between 1 following and unbounded following
    )
