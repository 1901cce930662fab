{{ config(meta={'reads': 'manifests'}, pre_hook="{{ find_newest('accountbalances') }}") }}

-- depends_on: {{ source('finago', 'accountbalances') }}
select
    days.o as organization_id,
    days.d as landed_date
from ({{ landed_partitions('accountbalances', empty_too=true, newest=true) | indent(4) }}) as days
qualify days.d = max(days.d) over (partition by days.o)
