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
),

ranges as (
    select
        nullif(seed.organization_id, '') as organization_id,
        seed.ledger,
        seed.first_account,
        seed.last_account
    from {{ ref('control_accounts') }} as seed
),

-- an account that several ranges hold goes with the one that says most about it
narrowest_range as (
    select
        accounts.organization_id,
        accounts.account_number,
        ranges.ledger
    from accounts
    inner join ranges on {{ in_account_range('accounts.account_number', 'ranges') }}
    where
        ranges.organization_id = accounts.organization_id
        or (
            ranges.organization_id is null
            and not exists (
                select 1 from ranges as own
                where own.organization_id = accounts.organization_id and own.ledger = ranges.ledger
            )
        )
    qualify row_number() over (
        partition by accounts.organization_id, accounts.account_number
        order by
            ranges.organization_id is null asc,
            length(cast(ranges.first_account as varchar)) desc,
            ranges.last_account - ranges.first_account asc,
            ranges.ledger asc
    ) = 1
)

select
    narrowest_range.organization_id,
    narrowest_range.account_number,
    narrowest_range.ledger
from narrowest_range
where narrowest_range.ledger <> 'none'
