with tax_lists as (
    select
        c.organization_id,
        max(c.list_date) as list_date
    from {{ ref('int_integration_tax_codes') }} as c
    group by c.organization_id
)

select
    states.organization_id,
    states.provider,
    states.connection_id,
    'default' as mapping_kind,
    settings.field as mapping_id,
    settings.maps as subject,
    case when settings.is_of_halo and not {{ is_unset('settings.value') }} then settings.shown_value end as halo_id,
    case when settings.is_of_halo then labels.value end as halo_name,
    case when not settings.is_of_halo and not {{ is_unset('settings.value') }} then settings.shown_value end as provider_id,
    case when not settings.is_of_halo then labels.value end as provider_name,
    not {{ is_unset('settings.value') }} as is_mapped,
    cast(null as timestamp) as updated_at
from {{ ref('int_integration_states') }} as states
inner join {{ ref('int_integration_settings') }} as settings
    on
        states.organization_id = settings.organization_id
        and states.provider = settings.provider
        and states.list_date = settings.list_date
        and states.connection_id = settings.connection_id
left join {{ ref('int_integration_settings') }} as labels
    on
        settings.organization_id = labels.organization_id
        and settings.provider = labels.provider
        and settings.list_date = labels.list_date
        and settings.connection_id = labels.connection_id
        and settings.label_field = labels.field
where states.is_as_of and settings.maps is not null
union all
select
    states.organization_id,
    states.provider,
    states.connection_id,
    'tax code' as mapping_kind,
    codes.tax_id as mapping_id,
    'tax' as subject,
    codes.tax_id as halo_id,
    codes.tax_name as halo_name,
    codes.code as provider_id,
    cast(null as varchar) as provider_name,
    not {{ is_unset('codes.code') }} as is_mapped,
    cast(null as timestamp) as updated_at
from {{ ref('int_integration_states') }} as states
inner join {{ ref('int_integration_tax_codes') }} as codes
    on states.organization_id = codes.organization_id and states.provider = codes.provider
inner join tax_lists on codes.organization_id = tax_lists.organization_id and codes.list_date = tax_lists.list_date
where
    states.is_as_of
    and ({{ is_unset('codes.company') }} or codes.company in (states.connection_id, states.company_key))
union all
select
    links.organization_id,
    links.provider,
    links.connection_id,
    'link' as mapping_kind,
    links.link_id as mapping_id,
    'table ' || links.table_id as subject,
    links.halo_id,
    links.halo_desc as halo_name,
    links.third_party_id as provider_id,
    links.third_party_desc as provider_name,
    not {{ is_unset('links.halo_id') }} and not {{ is_unset('links.third_party_id') }} as is_mapped,
    links.updated_at
from {{ ref('int_integration_links') }} as links
