-- Every connection of Halo to an accounting system is signed in, points at one company of its own in the right environment, and
-- carries over what it should. What is named here stops invoices, or sends them to the wrong place: what to do stands beside it.
-- It holds back nothing of the books.
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
where health.severity = 'error'
order by health.organization_id, health.provider, health.connection_id, health.finding
