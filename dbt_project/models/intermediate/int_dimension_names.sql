select
    elements.organization_id,
    elements.dimension_type,
    elements.dimension_value,
    max_by(elements.dimension_name, elements.partition_date) as dimension_name
from {{ ref('stg_dimension_elements_history') }} as elements
group by elements.organization_id, elements.dimension_type, elements.dimension_value
