{{ config(meta={'reads': 'manifests'}, pre_hook="{{ find_newest('accountbalances') }}") }}

-- depends_on: {{ source('finago', 'accountbalances') }}
select
    days.organization_id,
    days.partition_date as landed_date
from ({{ landed_partitions('accountbalances', empty_too=true, newest=true) | indent(4) }}) as days
qualify days.partition_date = max(days.partition_date) over (partition by days.organization_id)
