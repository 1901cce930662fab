select
    lines.organization_id,
    lines.line_id,
    lines.reject_reason as reason,
    lines.payload,
    lines.partition_date
from {{ ref('stg_transactionlines') }} as lines
where lines.reject_reason is not null
