{{ config(materialized='view') }}

with controls as (
    select
        control.organization_id,
        {{ digest_of_rows('control', 'control.account_number asc') }} as digest
    from {{ ref('int_control_accounts') }} as control
    group by control.organization_id
)

select
    sums.organization_id,
    sums.partition_date,
    concat_ws(
        '/',
        any_value(sums._digest),
        any_value(controls.digest),
        -- what an amount in another currency comes to
        any_value(md5(concat_ws(',', basis.base_currency, basis.verdict, cast(basis.rate_units as varchar)))),
        {{ followers_digest() }}
    ) as _digest
from {{ ref('int_day_sums') }} as sums
inner join {{ ref('int_control_accounts') }} as accounts
    on sums.organization_id = accounts.organization_id and sums.account_number = accounts.account_number
inner join controls on sums.organization_id = controls.organization_id
left join {{ ref('int_currency_verdict') }} as basis on sums.organization_id = basis.organization_id
group by sums.organization_id, sums.partition_date
