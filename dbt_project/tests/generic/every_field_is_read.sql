{#- Names each field that decides no amount, no key and no posting day and cannot be read in some record. Its column is NULL
    there, and the books are published. -#}
{% test every_field_is_read(model, key) %}
{{ config(severity='warn', meta={'kind': 'books'}, store_failures=true, schema='audit') }}

select
    m.organization_id,
    m.field,
    count(*) as records,
    min(m.partition_date) as first_landed,
    max(m.partition_date) as last_landed,
    array_to_string((array_agg(distinct m.key order by m.key))[:5], ', ') as such_as,
    'The field cannot be read and is empty in the warehouse; correct it in Finago Office and land the day again.' as what_to_do
from (
    select s.organization_id, s.partition_date, cast(s.{{ key }} as varchar) as key, unnest(string_split(s._unread, ', ')) as field
    from (select * from {{ model }}) as s
    where s._unread is not null
) as m
group by m.organization_id, m.field
{% endtest %}
