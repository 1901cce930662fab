{{ config(materialized='view') }}

with tags as (
    select
        lines.organization_id,
        lines.line_id,
        -- a dimension that stands on the line twice is one
        {{ one_row_each(each_tag_once('lines.dimensions')) }} as tag
    from {{ ref('int_ledger_lines') }} as lines
),

typed as (
    select
        tags.organization_id,
        tags.line_id,
        try_cast(tags.tag."dimensionType" as integer) as dimension_type,
        tags.tag."value" as dimension_value,
        tags.tag."name" as name_on_line
    from tags
)

select
    typed.organization_id,
    typed.line_id,
    typed.dimension_type,
    typed.dimension_value,
    coalesce(typed.name_on_line, names.dimension_name) as dimension_name
from typed
left join {{ ref('int_dimension_names') }} as names
    on
        typed.organization_id = names.organization_id
        and typed.dimension_type = names.dimension_type
        and typed.dimension_value = names.dimension_value
