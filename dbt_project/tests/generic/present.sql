{#- A value every record should have. A record without it is the server's fault: it is shown, and withholds nothing. -#}
{% test present(model, column_name) %}
{{ config(severity='warn', meta={'kind': 'books'}) }}

select m.organization_id, count(*) as records
from (select * from {{ model }}) as m
where m.{{ column_name }} is null
group by m.organization_id
{% endtest %}
