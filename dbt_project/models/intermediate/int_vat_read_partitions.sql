{{ config(materialized='view') }}

with habits as (
    select
        gross.organization_id,
        string_agg(gross.tax_id || '@' || gross.tax_rate, ',' order by gross.tax_id asc, gross.tax_rate asc) as digest
    from {{ ref('int_vat_habits') }} as gross
    where gross.is_gross
    group by gross.organization_id
)

select
    partitions.organization_id,
    partitions.partition_date,
    concat_ws('/', partitions._digest, {{ followers_digest() }}, md5(habits.digest)) as _digest
from {{ ref('int_vat_partitions') }} as partitions
left join habits on partitions.organization_id = habits.organization_id
