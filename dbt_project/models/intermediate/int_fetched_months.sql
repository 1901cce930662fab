{{ config(meta={'reads': 'manifests'}, pre_hook="{{ find_newest('accountbalances') }}") }}

-- depends_on: {{ source('finago', 'transactionlines') }} {{ source('finago', 'accountbalances') }}
with lines as (
    select
        days.organization_id,
        cast(date_trunc('month', days.partition_date) as date) as period,
        case when count(*) = count(days.fetched_at) then max(days.fetched_at) end as fetched_at
    from ({{ landed_partitions('transactionlines', empty_too=true) | indent(4) }}) as days
    group by days.organization_id, date_trunc('month', days.partition_date)
),

balances as (
    select
        days.organization_id,
        max_by(days.fetched_at, days.partition_date) as fetched_at
    from ({{ landed_partitions('accountbalances', empty_too=true, newest=true) | indent(4) }}) as days
    group by days.organization_id
)

select
    lines.organization_id,
    lines.period,
    lines.fetched_at as lines_fetched_at,
    balances.fetched_at as balances_fetched_at
from lines
left join balances on lines.organization_id = balances.organization_id
