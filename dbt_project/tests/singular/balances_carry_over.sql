-- A closing is its opening and what moved, and the next month opens with it unless the account restarts its year.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'trial_balance'}}}) }}

with balances as (
    select
        balance.*,
        lag(balance.closing_balance) over account as closing_before,
        lag(balance.fiscal_year_start) over account as year_before
    from {{ ref('trial_balance') }} as balance
    window account as (
        partition by balance.organization_id, balance.row_kind, balance.account_number order by balance.period asc
    )
)

select
    balances.organization_id,
    balances.account_number,
    balances.period,
    balances.closing_before,
    balances.opening_balance,
    balances.change,
    balances.closing_balance
from balances
left join {{ ref('int_accounts') }} as accounts
    on balances.organization_id = accounts.organization_id and balances.account_number = accounts.account_number
where
    balances.closing_balance <> balances.opening_balance + balances.debit - balances.credit
    or (balances.opening_balance is null) <> (balances.opening_source = 'unknown')
    or (
        balances.opening_source = 'ledger'
        and balances.opening_balance <> case
            when balances.fiscal_year_start is not distinct from balances.year_before or accounts.restarts_yearly = false
                then balances.closing_before
            when accounts.restarts_yearly then 0
            else balances.opening_balance
        end
    )
