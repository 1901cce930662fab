{{ config(meta={'source': 'finago_soap', 'endpoint': 'transactions', 'reads': 'manifests'}) }}

-- depends_on: {{ source('finago_soap', 'transactions') }}
select
    days.organization_id,
    days.partition_date as landed_date
from ({{ landed_partitions('transactions', empty_too=true) | indent(4) }}) as days
