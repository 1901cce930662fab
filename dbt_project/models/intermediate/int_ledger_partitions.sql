select
    partitions.organization_id,
    partitions.partition_date,
    concat_ws(
        '/',
        partitions._digest || coalesce(basis.digest_suffix, ''),
        {{ followers_digest() }}
    ) as _digest
from {{ ref('int_typed_partitions') }} as partitions
left join {{ ref('int_currency_verdict') }} as basis on partitions.organization_id = basis.organization_id
