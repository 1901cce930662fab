{#- No two rows have the same key: nothing was doubled. -#}
{% test unique_key(model, columns) %}
{{ config(meta={'kind': 'ours'}) }}

select {% for column in columns %}m.{{ column }}, {% endfor %}count(*) as copies
from (select * from {{ model }}) as m
group by {% for column in columns %}m.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
having count(*) > 1
{% endtest %}
