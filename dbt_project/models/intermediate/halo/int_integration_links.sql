-- A link stands in the list of all links, or only in the details of its connection.
with modules as (
    select
        m.organization_id,
        m.module_id,
        max_by(m.provider, m.list_date) as provider
    from {{ ref('int_integration_modules') }} as m
    group by m.organization_id, m.module_id
),

listed as (
    select
        l.organization_id,
        coalesce(modules.provider, 'module ' || l.module_id, 'not told') as provider,
        l.connection_id,
        l.link_id,
        coalesce(l.table_id, 'not told') as table_id,
        l.halo_id,
        l.halo_desc,
        l.third_party_id,
        l.third_party_desc,
        l.created_at,
        coalesce(l.updated_at, l.created_at) as updated_at
    from {{ ref('stg_halo_externallink') }} as l
    left join modules on l.organization_id = modules.organization_id and l.module_id = modules.module_id
    where l.created_at is null or {{ until_integrations_as_of('cast(l.created_at as date)') }}
),

detailed as (
    {%- for provider, list, table in [
        ('exact', 'client_mappings', '2'), ('exact', 'item_group_mappings', 'item groups'), ('businesscentral', 'client_mappings', '2'),
        ('businesscentral', 'vendor_mappings', '9'), ('businesscentral', 'item_group_mappings', 'item groups'),
        ('sagebusinesscloud', 'client_mappings', '2'), ('sagebusinesscloud', 'item_group_mappings', 'item groups')
    ] %}
        select
            d.organization_id,
            '{{ provider }}' as provider,
            d.connection_id,
            '{{ table }}' as table_id,
            {{ one_row_each('d.' ~ list) }} as link
        from {{ ref('stg_halo_' ~ provider ~ 'details_by_id') }} as d
        where {{ until_integrations_as_of('d.partition_date') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select listed.*
from listed
union all
select
    detailed.organization_id,
    detailed.provider,
    detailed.connection_id,
    detailed.link.id as link_id,
    coalesce(detailed.link.table_id, detailed.table_id) as table_id,
    detailed.link.halo_id,
    detailed.link.halo_desc,
    detailed.link.third_party_id,
    detailed.link.third_party_desc,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as updated_at
from detailed
left join listed on detailed.organization_id = listed.organization_id and detailed.link.id = listed.link_id
where listed.link_id is null and detailed.link.id is not null
