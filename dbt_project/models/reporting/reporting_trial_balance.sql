with months as (
    select
        balances.*,
        -- what the fiscal year opened with, where its first month is in the books
        case
            when balances.statement in ('profit_and_loss', 'appropriation') then 0
            when min(balances.period) over so_far = balances.fiscal_year_start
                then first_value(balances.opening_balance) over so_far
        end as opened_year_with
    from {{ ref('trial_balance') }} as balances
    window so_far as (
        partition by
            balances.organization_id, balances.row_kind, balances.account_number, balances.fiscal_year,
            balances.fiscal_year_start
        order by balances.period
        rows between unbounded preceding and current row
    )
)

select
    months.organization_id,
    months.period,
    months.fiscal_year,
    months.account_class,
    case when months.row_kind = 'account' then months.class_name else 'Equity and liabilities' end as class_name,
    case when months.row_kind = 'account' then months.group_name else 'Equity' end as group_name,
    months.account_number,
    case
        when months.row_kind = 'account' then months.account_name
        else 'Result of prior years, not yet moved to equity'
    end as account_name,
    months.opening_balance,
    months.debit,
    months.credit,
    months.change,
    months.closing_balance,
    try_cast(months.closing_balance - months.opened_year_with as decimal(18, 2)) as change_year_to_date,
    earlier.change as change_last_year,
    earlier.closing_balance as closing_balance_last_year,
    months.is_whole_month,
    months.is_bank
from months
left join {{ ref('trial_balance') }} as earlier
    on
        months.organization_id = earlier.organization_id
        and months.row_kind = earlier.row_kind
        and months.account_number is not distinct from earlier.account_number
        and cast(months.period - interval 1 year as date) = earlier.period
