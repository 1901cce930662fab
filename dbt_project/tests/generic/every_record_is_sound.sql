{#- Names what is odd about some record and decides no amount, no key and no posting day: a field that cannot be read, which
    is NULL, text that was damaged on the way, a record that came more than once. The books are published. -#}
{% test every_record_is_sound(model, key) %}
{{ config(severity='warn', meta={'kind': 'books'}, store_failures=true, schema='audit') }}

select
    m.organization_id,
    m.field,
    count(*) as records,
    min(m.partition_date) as first_landed,
    max(m.partition_date) as last_landed,
    array_to_string((array_agg(distinct m.key order by m.key))[:5], ', ') as such_as,
    case
        when m.field = '{{ damaged_text() }}'
            then 'Half a character, a control character or bytes that are no UTF-8; each is a blank or U+FFFD in the warehouse, and a '
                || 'ledger line stands in ledger_rejects. Type the text anew in Finago Office and land the day again.'
        when m.field = 'came more than once' then 'The copies are the same; one row stands. Nothing needs to be done.'
        when m.field like 'came more than once%'
            then 'The copies differ; the last one stands. Look the record up in Finago Office and land the list again.'
        else 'The field cannot be read and is empty in the warehouse; correct it in Finago Office and land the day again.'
    end as what_to_do
from (
    select s.organization_id, s.partition_date, cast(s.{{ key }} as varchar) as key, unnest(string_split(s._unread, ', ')) as field
    from (select * from {{ model }}) as s
    where s._unread is not null
) as m
group by m.organization_id, m.field
{% endtest %}
