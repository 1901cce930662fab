with grouped as (
    select
        accounts.organization_id,
        accounts.account_number,
        accounts.account_id,
        mapped.grouping_category,
        mapped.grouping_code
    from {{ ref('stg_accounts') }} as accounts
    left join {{ ref('account_grouping') }} as mapped
        on
            accounts.account_number between mapped.account_from and mapped.account_to
            and coalesce(nullif(mapped.organization_id, ''), accounts.organization_id) = accounts.organization_id
    qualify row_number() over (
        partition by accounts.organization_id, accounts.account_id, accounts.account_number
        order by
            nullif(mapped.organization_id, '') is null asc,
            mapped.account_to - mapped.account_from asc nulls last,
            mapped.account_from asc
    ) = 1
)

select
    accounts.organization_id,
    accounts.account_number,
    accounts.account_name,
    classified.account_class,
    classified.statement,
    grouped.grouping_category,
    grouped.grouping_code,
    accounts.account_id,
    taxes.tax_number as default_tax_number,
    classified.class_name,
    classified.group_name,
    classified.statement_line
from {{ ref('stg_accounts') }} as accounts
left join grouped
    on
        accounts.organization_id = grouped.organization_id
        and accounts.account_number = grouped.account_number
        and accounts.account_id is not distinct from grouped.account_id
left join {{ ref('int_accounts') }} as classified
    on accounts.organization_id = classified.organization_id and accounts.account_number = classified.account_number
left join {{ ref('stg_taxes') }} as taxes
    on accounts.organization_id = taxes.organization_id and accounts.tax_id = taxes.tax_id
