select
    lines.organization_id,
    lines.partition_date,
    concat_ws(
        '/', any_value(lines._digest), {{ followers_digest() }}, any_value(organization.currency_code)
    ) as _digest
from {{ ref('stg_transactionlines') }} as lines
left join {{ ref('stg_organization_information') }} as organization
    on lines.organization_id = organization.organization_id
where lines.reject_reason is null
group by lines.organization_id, lines.partition_date
