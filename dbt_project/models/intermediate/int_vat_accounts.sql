with organizations as (
    select distinct days.organization_id
    from {{ ref('int_vat_days') }} as days
),

-- an organization's own rows for a code go before the ones for all
seeded_accounts as (
    select
        organizations.organization_id,
        accounts.account_number,
        accounts.standard_tax_code,
        accounts.direction,
        coalesce(accounts.valid_from, date '0001-01-01') as valid_from
    from organizations
    inner join {{ ref('vat_accounts') }} as accounts on {{ holds_for('accounts', 'organizations') }}
    qualify
        accounts.organization_id is not null
        or not bool_or(accounts.organization_id is not null) over (
            partition by organizations.organization_id, accounts.standard_tax_code, accounts.direction
        )
),

starts as (
    select
        seeded_accounts.organization_id,
        seeded_accounts.standard_tax_code,
        seeded_accounts.direction,
        seeded_accounts.valid_from,
        lead(seeded_accounts.valid_from, 1, date '9999-12-31') over (
            partition by seeded_accounts.organization_id, seeded_accounts.standard_tax_code, seeded_accounts.direction
            order by seeded_accounts.valid_from asc
        ) as valid_until
    from seeded_accounts
    group by seeded_accounts.organization_id, seeded_accounts.standard_tax_code, seeded_accounts.direction, seeded_accounts.valid_from
)

-- an account is known by its first digits: a chart of five has 27000 where one of four has 2700
select distinct
    seeded_accounts.organization_id,
    chart.account_number,
    seeded_accounts.standard_tax_code,
    seeded_accounts.direction,
    seeded_accounts.valid_from,
    starts.valid_until
from seeded_accounts
inner join starts
    on
        seeded_accounts.organization_id = starts.organization_id
        and seeded_accounts.standard_tax_code = starts.standard_tax_code
        and seeded_accounts.direction = starts.direction
        and seeded_accounts.valid_from = starts.valid_from
inner join {{ ref('int_accounts') }} as chart
    on
        seeded_accounts.organization_id = chart.organization_id
        and starts_with(cast(chart.account_number as varchar), cast(seeded_accounts.account_number as varchar))
qualify
    seeded_accounts.account_number
    = max(seeded_accounts.account_number) over (partition by seeded_accounts.organization_id, chart.account_number)
