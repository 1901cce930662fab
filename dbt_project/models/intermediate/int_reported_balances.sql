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

reported_months as (
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

requested_months as (
    select
        months.organization_id,
        months.period,
        max(elements.request) as request
    from months
    left join elements on months.organization_id = elements.organization_id and months.period = elements.period
    group by months.organization_id, months.period
),

account_months as (
    select
        accounts.organization_id,
        accounts.account_number,
        requested_months.period,
        requested_months.request,
        reported_months.period is not null as is_told,
        reported_months.opening,
        reported_months.change,
        reported_months.closing
    from (
        select distinct
            reported.organization_id,
            reported.account_number
        from reported_months as reported
    ) as accounts
    inner join requested_months on accounts.organization_id = requested_months.organization_id
    left join reported_months
        on
            accounts.organization_id = reported_months.organization_id
            and accounts.account_number = reported_months.account_number
            and requested_months.period = reported_months.period
)

select
    account_months.organization_id,
    account_months.account_number,
    account_months.period,
    account_months.request,
    case
        when account_months.is_told then account_months.opening
        when account_months.request is not null then coalesce(
            last_value(account_months.closing ignore nulls) over before, first_value(account_months.opening ignore nulls) over after, 0
        )
    end as opening,
    case when account_months.is_told then account_months.change else 0 end as change,
    case
        when account_months.is_told then account_months.closing
        when account_months.request is not null then coalesce(
            last_value(account_months.closing ignore nulls) over before, first_value(account_months.opening ignore nulls) over after, 0
        )
    end as closing
from account_months
window
    before as (
        partition by account_months.organization_id, account_months.account_number, account_months.request order by account_months.period asc
        rows between unbounded preceding and 1 preceding
    ),
    after as (
        partition by account_months.organization_id, account_months.account_number, account_months.request order by account_months.period asc
        rows between 1 following and unbounded following
    )
