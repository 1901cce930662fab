select
    accounts.organization_id,
    accounts.account_number,
    accounts.account_name,
    {{ class_of('accounts.account_number') }} as account_class,
    {{ statement_of('accounts.account_number') }} as statement,
    cast(null as varchar) as grouping_category,
    cast(null as varchar) as grouping_code,
    accounts.account_id,
    taxes.tax_number as default_tax_number
from {{ ref('stg_accounts') }} as accounts
left join {{ ref('stg_taxes') }} as taxes
    on accounts.organization_id = taxes.organization_id and accounts.tax_id = taxes.tax_id
