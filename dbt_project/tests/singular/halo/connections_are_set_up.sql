-- Every connection of Halo has what it needs chosen, each with a name, is used, and no setting of weight was changed of late. What
-- is named here works today and asks for a look before the end of the month: what to do stands beside it.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'integration_health'}}}) }}

select
    health.organization_id,
    health.provider,
    health.connection_id,
    health.connection_name,
    health.finding,
    health.what_to_do,
    health.meaning,
    health.since,
    health.such_as
from {{ ref('integration_health') }} as health
where health.severity = 'warn'
order by health.organization_id, health.provider, health.connection_id, health.finding
