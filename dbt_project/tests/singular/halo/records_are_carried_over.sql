-- Every record that an integration of Halo could not carry over has been carried over since. What is named here stands in Halo
-- and not in the accounting system: correct the record, or what it is mapped to, and let Halo sync it again.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'integration_errors'}}}) }}

select
    errors.organization_id,
    errors.provider,
    errors.connection_id,
    errors.entity_type,
    sum(errors.open_errors) as open_errors,
    sum(errors.repeated_errors) as repeated_errors,
    min(errors.oldest_open_at) as oldest_open_at,
    max(errors.last_failed_at) as last_failed_at,
    max_by(errors.such_as, errors.failed_on) as such_as
from {{ ref('integration_errors') }} as errors
where errors.open_errors > 0
group by errors.organization_id, errors.provider, errors.connection_id, errors.entity_type
order by oldest_open_at
