select
    changes.organization_id,
    changes.provider,
    changes.connection_id,
    connections.connection_name,
    changes.changed_on,
    changes.seen_before_on,
    changes.change,
    changes.field,
    changes.value_before,
    changes.value_after,
    changes.is_high_risk as high_risk
from {{ ref('int_integration_changes') }} as changes
left join (
    select
        c.organization_id,
        c.provider,
        c.connection_id,
        max_by(c.connection_name, c.list_date) as connection_name
    from {{ ref('int_integration_connections') }} as c
    group by c.organization_id, c.provider, c.connection_id
) as connections
    on
        changes.organization_id = connections.organization_id
        and changes.provider = connections.provider
        and changes.connection_id = connections.connection_id
