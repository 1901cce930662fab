with organizations as (
    select distinct days.organization_id
    from {{ ref('int_vat_days') }} as days
),

-- an organization's own rows for a code go before the ones for all
chosen as (
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
        chosen.organization_id,
        chosen.standard_tax_code,
        chosen.direction,
        chosen.valid_from,
        lead(chosen.valid_from, 1, date '9999-12-31') over (
            partition by chosen.organization_id, chosen.standard_tax_code, chosen.direction
            order by chosen.valid_from asc
        ) as valid_until
    from chosen
    group by chosen.organization_id, chosen.standard_tax_code, chosen.direction, chosen.valid_from
)

-- an account is known by its first digits: a chart of five has 27000 where one of four has 2700
select distinct
    chosen.organization_id,
    chart.account_number,
    chosen.standard_tax_code,
    chosen.direction,
    chosen.valid_from,
    starts.valid_until
from chosen
inner join starts
    on
        chosen.organization_id = starts.organization_id
        and chosen.standard_tax_code = starts.standard_tax_code
        and chosen.direction = starts.direction
        and chosen.valid_from = starts.valid_from
inner join {{ ref('int_accounts') }} as chart
    on
        chosen.organization_id = chart.organization_id
        and starts_with(cast(chart.account_number as varchar), cast(chosen.account_number as varchar))
qualify
    chosen.account_number
    = max(chosen.account_number) over (partition by chosen.organization_id, chart.account_number)
