{{ config(materialized='ephemeral') }}

-- The result that no voucher has moved to equity yet. Before the first landed year it is what makes the reported
-- openings sum to zero; after that it follows from the lines, and a sum that is not zero is the ledger's own.
with months as (
    select
        balances.organization_id,
        balances.period,
        balances.fiscal_year,
        balances.fiscal_year_start,
        balances.run_number,
        min(balances.period) filter (where balances.opens_ledger) as opens_ledger,
        -- NULL where an amount cannot be told: the results of all later years are then unknown
        {{ told_sum('case when balances.restarts_yearly then balances.change else 0 end') | indent(8) }} as change,
        sum(case when balances.restarts_yearly and balances.closing is null then 1 else 0 end) = 0 as closes,
        coalesce(sum(balances.closing) filter (where balances.restarts_yearly), 0) as closing,
        sum(case when balances.opening is null then 1 else 0 end) = 0 as opens,
        sum(balances.opening) as opening,
        coalesce(sum(balances.opening) filter (where balances.restarts_yearly), 0) as result_opening,
        bool_and(balances.is_closed) as is_closed,
        bool_and(balances.is_whole) as is_whole
    from {{ ref('int_account_balances') }} as balances
    group by
        balances.organization_id, balances.period, balances.fiscal_year, balances.fiscal_year_start, balances.run_number
),

opened as (
    select
        months.organization_id,
        months.run_number,
        months.period,
        months.fiscal_year_start,
        -months.opening as prior_result,
        months.result_opening
    from months
    where months.opens_ledger is not null and months.opens
),

-- the result of the run's months before this one
so_far as (
    select
        months.*,
        opened.prior_result,
        opened.result_opening as first_result,
        opened.period as opened_in,
        opened.fiscal_year_start as opened_year,
        opened.period <= months.period and months.fiscal_year_start is not null as is_known,
        {{ told_sum('case when opened.period <= months.period then months.change else 0 end', 'earlier_months', 0) | indent(8) }}
            as before
    from months
    left join opened on months.organization_id = opened.organization_id and months.run_number = opened.run_number
    window earlier_months as (
        partition by months.organization_id order by months.period asc rows between unbounded preceding and 1 preceding
    )
)

select
    so_far.organization_id,
    so_far.period,
    so_far.fiscal_year,
    so_far.fiscal_year_start,
    case when so_far.closes and so_far.fiscal_year_start is not null then so_far.closing end as result_this_year,
    case
        when not coalesce(so_far.is_known, false) then null
        when so_far.fiscal_year_start = so_far.opened_year then so_far.prior_result
        else so_far.prior_result + so_far.first_result + first_value(so_far.before) over (
            partition by so_far.organization_id, so_far.run_number, so_far.fiscal_year_start order by so_far.period asc
        )
    end as result_prior_years,
    case
        when result_prior_years is null then 'unknown'
        when so_far.period = so_far.opened_in then 'reported'
        else 'ledger'
    end as prior_source,
    so_far.is_closed,
    so_far.is_whole
from so_far
