with accounts as (
    select distinct
        days.organization_id,
        days.account_number
    from {{ ref('int_account_days') }} as days
    union
    select
        reported.organization_id,
        reported.account_number
    from {{ ref('int_reported_balances') }} as reported
)

select
    accounts.organization_id,
    accounts.account_number,
    ranges.ledger
from accounts
inner join {{ ref('control_accounts') }} as ranges
    on accounts.account_number between ranges.first_account and ranges.last_account
where
    ranges.organization_id = accounts.organization_id
    or (
        nullif(ranges.organization_id, '') is null
        and not exists (
            select 1 from {{ ref('control_accounts') }} as own
            where own.organization_id = accounts.organization_id
        )
    )
