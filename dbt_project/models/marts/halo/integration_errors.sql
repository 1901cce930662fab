select
    errors.organization_id,
    errors.provider,
    errors.connection_id,
    errors.entity_type,
    cast(errors.failed_at as date) as failed_on,
    cast(count(*) as bigint) as errors,
    cast(count(distinct errors.entity_id) as bigint) as records,
    cast(count(case when errors.is_open then 1 end) as bigint) as open_errors,
    cast(count(case when errors.errors_of_record >= {{ integration_limit('repeated') }} then 1 end) as bigint) as repeated_errors,
    min(errors.failed_at) as first_failed_at,
    max(errors.failed_at) as last_failed_at,
    min(case when errors.is_open then errors.failed_at end) as oldest_open_at,
    {{ lowest_listed('errors.entity_id', 5, distinct=true) }} as such_as,
    max_by(errors.error_text, errors.failed_at) as last_error
from {{ ref('int_integration_errors') }} as errors
group by
    errors.organization_id, errors.provider, errors.connection_id, errors.entity_type, cast(errors.failed_at as date)
