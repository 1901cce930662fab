{#- The value names a row of `to` in the same organization. A list that never landed is no evidence against the books. -#}
{% test known_in(model, column_name, to, field) %}
    {{ config(severity='warn', meta={'kind': 'books'}) }}

select m.organization_id, m.{{ column_name }}, count(*) as records
from (select * from {{ model }}) as m
where
    m.{{ column_name }} is not null
    and exists (select 1 from {{ to }} as t where t.organization_id = m.organization_id)
    and not exists (
        select 1 from {{ to }} as t
        where t.organization_id = m.organization_id and t.{{ field }} = m.{{ column_name }}
    )
group by m.organization_id, m.{{ column_name }}
{% endtest %}
