{{ config(materialized='view') }}

select distinct
    sums.organization_id,
    sums.partition_date,
    sums._digest || '/' || {{ followers_digest() }} as _digest
from {{ ref('int_typed_sums') }} as sums
where sums.foreign_lines > 0
