select
    lines.organization_id,
    lines.partition_date,
    any_value(lines._digest) || coalesce(any_value(basis.digest_suffix), '') as _digest
from {{ ref('stg_transactionlines') }} as lines
left join {{ ref('int_currency_verdict') }} as basis on lines.organization_id = basis.organization_id
where lines.reject_reason is null
group by lines.organization_id, lines.partition_date
