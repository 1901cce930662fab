{{ config(materialized='view') }}

select
    sums.organization_id,
    sums.partition_date,
    any_value(sums._digest) || '/' || {{ followers_digest() }} as _digest
from {{ ref('int_day_sums') }} as sums
where sums.tagged_lines > 0
group by sums.organization_id, sums.partition_date
