with found as (
    select
        f.organization_id,
        f.day,
        f.provider,
        f.connection_id,
        f.finding,
        f.is_on,
        f.records,
        f.such_as,
        f.since
    from {{ ref('int_integration_findings') }} as f
    where f.is_as_of
    union all
    select
        e.organization_id,
        e.day,
        e.provider,
        e.connection_id,
        e.finding,
        true as is_on,
        e.records,
        e.such_as,
        e.since
    from {{ ref('int_integration_evidence') }} as e
)

select
    found.organization_id,
    found.day as as_of,
    found.provider,
    found.connection_id,
    states.connection_name,
    found.finding,
    case when found.is_on then findings.severity else findings.severity_when_off end as severity,
    found.since,
    cast(found.records as bigint) as records,
    nullif(found.such_as, '') as such_as,
    findings.meaning,
    findings.what_to_do
from found
inner join {{ ref('integration_findings') }} as findings on found.finding = findings.finding
left join {{ ref('int_integration_states') }} as states
    on
        found.organization_id = states.organization_id
        and found.day = states.day
        and found.provider = states.provider
        and found.connection_id = states.connection_id
