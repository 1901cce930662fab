with starts as (
    select distinct
        accounts.organization_id,
        accounts.standard_tax_code,
        accounts.direction,
        coalesce(accounts.valid_from, date '0001-01-01') as valid_from
    from {{ ref('vat_accounts') }} as accounts
),

spans as (
    select
        starts.*,
        coalesce(lead(starts.valid_from) over (
            partition by starts.organization_id, starts.standard_tax_code, starts.direction order by starts.valid_from asc
        ), date '9999-12-31') as valid_until
    from starts
)

select distinct
    accounts.organization_id,
    accounts.account_number,
    accounts.standard_tax_code,
    accounts.direction,
    spans.valid_from,
    spans.valid_until
from {{ ref('vat_accounts') }} as accounts
inner join spans
    on
        accounts.organization_id is not distinct from spans.organization_id
        and accounts.standard_tax_code = spans.standard_tax_code
        and accounts.direction = spans.direction
        and coalesce(accounts.valid_from, date '0001-01-01') = spans.valid_from
