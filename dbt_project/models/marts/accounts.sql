select
    accounts.organization_id,
    accounts.account_number,
    accounts.account_name,
    case when left(digits.text, 1) between '1' and '8' then cast(left(digits.text, 1) as integer) end as account_class,
    case
        when left(digits.text, 2) in ('88', '89') then 'appropriation'
        when left(digits.text, 1) in ('1', '2') then 'balance'
        when left(digits.text, 1) between '3' and '8' then 'profit_and_loss'
    end as statement,
    cast(null as varchar) as grouping_category,
    cast(null as varchar) as grouping_code,
    accounts.account_id,
    taxes.tax_number as default_tax_number
from {{ ref('stg_accounts') }} as accounts
cross join lateral (select cast(accounts.account_number as varchar) as text) as digits
left join {{ ref('stg_taxes') }} as taxes
    on accounts.organization_id = taxes.organization_id and accounts.tax_id = taxes.tax_id
