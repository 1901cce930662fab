{{ config(meta={'reads': 'manifests'}) }}

-- depends_on: {{ source('finago', 'transactionlines') }}
select
    days.organization_id,
    days.partition_date as landed_date
from ({{ landed_partitions('transactionlines', empty_too=true) | indent(4) }}) as days
