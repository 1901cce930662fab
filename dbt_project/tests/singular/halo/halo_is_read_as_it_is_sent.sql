-- Every record of Halo is read as it was sent, and the tables made of it have one row for each of their keys. A value that is
-- named here cannot be read, or a record came more than once: what rests on it in the tables of integrations is not sure. Report
-- a field that Halo sends in another way than its description says.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'integration_inventory'}}}) }}

with odd as (
    {%- for list in integration_providers().split() %}
        select
            r.organization_id,
            '{{ list }}details' as list,
            coalesce(r._lost, r._unread) as said,
            r.connection_id as record,
            r.partition_date as landed_on
        from {{ ref('stg_halo_' ~ list ~ 'details') }} as r
        where r._lost is not null or r._unread is not null
        union all
    {%- endfor %}
    {%- for list, key in [
        ('integrationerror', 'error_id'), ('integrationrequest', 'request_id'), ('externallink', 'link_id'), ('features', 'module_id'),
        ('tax', 'tax_id')
    ] %}
        select
            r.organization_id,
            '{{ list }}' as list,
            coalesce(r._lost, r._unread) as said,
            r.{{ key }} as record,
            r.partition_date as landed_on
        from {{ ref('stg_halo_' ~ list) }} as r
        where r._lost is not null or r._unread is not null
        union all
    {%- endfor %}
    {%- for mart, key in {
        'integration_inventory': ['connection_id'],
        'integration_health': ['connection_id', 'finding'],
        'integration_mappings': ['connection_id', 'mapping_kind', 'mapping_id'],
        'integration_errors': ['connection_id', 'entity_type', 'failed_on'],
        'integration_changes': ['connection_id', 'changed_on', 'change', 'field']
    }.items() %}
        select
            m.organization_id,
            '{{ mart }}' as list,
            'several rows have the same key' as said,
            m.provider || ' ' || coalesce(m.connection_id, '') as record,
            cast(null as date) as landed_on
        from {{ ref(mart) }} as m
        group by m.organization_id, m.provider, m.{{ key | join(', m.') }}
        having count(*) > 1
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    odd.organization_id,
    odd.list,
    odd.said,
    count(*) as records,
    {{ lowest_listed('odd.record', 5, distinct=true) }} as such_as,
    max(odd.landed_on) as last_landed
from odd
-- depends_on: {{ ref('integration_inventory') }}
group by odd.organization_id, odd.list, odd.said
