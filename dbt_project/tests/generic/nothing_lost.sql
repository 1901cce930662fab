{#- Fails for each record with a value that typing would have turned into NULL or rounded; _lost names the paths. -#}
{% test nothing_lost(model) %}
{{ config(meta={'kind': 'ours'}) }}

select m.organization_id, m.partition_date, m._ordinal, m._lost
from (select * from {{ model }}) as m
where m._lost is not null
{% endtest %}
