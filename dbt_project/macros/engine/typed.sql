{#- typed(endpoint, columns): the typed rows of an endpoint's chosen partitions.

    columns: [name, path in the record, type], type one of text (default), integer, decimal, date, timestamp, boolean,
    lines (a string or an array of strings), or for an array of objects its shape. Adds organization_id, partition_date,
    _digest, _ordinal and _lost: the paths whose value is there in the record and is not, or not exactly, in the column.
    decides: the columns of days, moments, whole numbers and flags that decide an amount, a key or a posting day. A value of
    any other such column that cannot be read is named in _unread instead, which warns where _lost blocks; so is a record
    whose text was damaged on the way, of which the rest is read.
    parents: raw columns with a parent's key. keep: of payload and page, what the model needs itself. key: of records that come
    more than once under it in one partition the last one stays, which _unread says. of: the source; a model of another
    than finago says it as meta.source too, where the hooks find it. -#}
{% macro typed(endpoint, columns, decides=[], parents=[], keep=[], key=[], of='finago') -%}
    {{ return(adapter.dispatch('typed', 'finago')(endpoint, columns, decides, parents, keep, key, of)) }}
{%- endmacro %}

{% macro duckdb__typed(endpoint, columns, decides, parents, keep, key, of) -%}
{%- set weighty, light, numbers_in_lists = [], [], [] -%}
{%- for column in columns -%}
    {%- set is_light = column[2] in ('date', 'timestamp', 'integer', 'boolean') and column[0] not in decides -%}
    {%- do (light if is_light else weighty).append(column) -%}
    {%- if column[2] and column[2] is not string and column[2][0] is mapping -%}
        {%- do numbers_in_lists.extend(column[2][0].values() | reject('equalto', 'VARCHAR')) -%}
    {%- endif -%}
{%- endfor -%}
with records as (
    {{ records(endpoint, parents, of) | indent(4) }}
),

parsed as (
    select
        records.organization_id,
        records.partition_date,
        records._digest,
        records.ordinal as _ordinal,
        {%- for parent in parents %}
        records.{{ parent }},
        {%- endfor %}
        records.page,
        records.payload,
        {{ "regexp_matches(records.payload, '" ~ odd_number() ~ "')" if numbers_in_lists else 'false' }} as odd,
        -- a record that is no JSON at all becomes NULL here, and is named by _lost or, where only its text was damaged, _unread
        try(from_json(records.payload, '{{ tojson(shape_of(columns)) }}')) as r
    from records
),

mended as (
    select
        parsed.* exclude (r, payload),
        parsed.payload as sent,
        -- one CASE within another: of conditions with AND between, DuckDB tries both on every record now and then
        case when parsed.r is null then case when not json_valid(parsed.payload) then {{ legible('parsed.payload') | indent(8) }} end end as legible,
        -- a CASE hands on what it was given, where COALESCE would copy every record
        case when legible is null then sent else legible end as payload,
        case when parsed.r is null then try(from_json(legible, '{{ tojson(shape_of(columns)) }}')) else parsed.r end as r
    from parsed
),

numbered as (
    select
        mended.*,
        {%- for column in columns if (column[2] or 'text') in ('decimal', 'integer') %}
        try_cast(mended.r.{{ quoted_path(column[1]) }} as decimal(38, 10)) as _number_{{ column[0] }},
        {%- endfor %}
        mended.r is null as unparsed
    from mended
),

typed as (
    select
        numbered.organization_id,
        numbered.partition_date,
        numbered._digest,
        numbered._ordinal,
        {%- for parent in parents %}
        numbered.{{ parent }},
        {%- endfor %}
        {%- for column in columns %}
        {%- set value = 'numbered._number_' ~ column[0] if (column[2] or 'text') in ('decimal', 'integer') else 'numbered.r.' ~ quoted_path(column[1]) %}
        {{ typed_value(value, column[2] or 'text') }} as {{ column[0] }},
        {%- if (column[2] or 'text') in ('decimal', 'integer', 'date') %}
        numbered.r.{{ quoted_path(column[1]) }} as _sent_{{ column[0] }},
        {%- endif %}
        {%- endfor %}
        numbered.page,
        numbered.payload,
        numbered.sent,
        numbered.legible is not null as damaged,
        numbered.unparsed,
        {{ unusual_numbers(columns) }} as unusual,
        numbered.odd
    from numbered
)

select
    typed.organization_id,
    typed.partition_date,
    typed._digest,
    typed._ordinal,
    {%- for name in parents + columns | map(attribute=0) | list + keep %}
    {{ 'typed.sent as payload' if name == 'payload' else 'typed.' ~ name }},
    {%- endfor %}
    {%- if key %}
    nullif(concat_ws(', ', {{ unread_paths(light) | indent(4) }}, {{ copies_of(key) | indent(4) }}), '') as _unread,
    {%- else %}
    {{ unread_paths(light) | indent(4) }} as _unread,
    {%- endif %}
    {{ lost_paths(weighty, columns) | indent(4) }} as _lost
from typed
{%- if key %}
window same_key as (partition by typed.organization_id, typed.partition_date, typed.{{ key | join(', typed.') }})
qualify
    row_number() over (same_key order by typed._ordinal desc) = 1
    or {{ 'typed.' ~ key | join(' is null or typed.') }} is null
{%- endif %}
{%- endmacro %}

{% macro copies_of(key) -%}
case
    when {{ 'typed.' ~ key | join(' is null or typed.') }} is null then null
    when min(typed.sent) over same_key <> max(typed.sent) over same_key then 'came more than once and not alike'
    when count(*) over same_key > 1 then 'came more than once'
end
{%- endmacro %}

{% macro quoted_path(path) -%}
    "{{ path.split('.') | join('"."') }}"
{%- endmacro %}

{#- The nested shape that from_json wants. Numbers are read as the text that was sent, so that what a decimal would round can be
    told from a short text. Only where the shape has a decimal does DuckDB not pass numbers through a double
    (github.com/duckdb/duckdb/pull/25006): hence one of a name that no record has. tests/dbt/test_numbers.py guards it. -#}
{% macro shape_of(columns) -%}
    {%- set leaf = {'timestamp': 'TIMESTAMPTZ', 'boolean': 'BOOLEAN'} -%}
    {%- set tree = {} -%}
    {%- for column in columns if (column[2] or 'text') in ('decimal', 'integer') -%}
        {%- do tree.update({'(numbers as sent)': 'DECIMAL(38,10)'}) -%}
    {%- endfor -%}
    {%- for column in columns -%}
        {%- set steps = column[1].split('.') -%}
        {%- set at = namespace(node=tree) -%}
        {%- for step in steps[:-1] -%}
            {%- do at.node.setdefault(step, {}) -%}
            {%- set at.node = at.node[step] -%}
        {%- endfor -%}
        {%- set type = column[2] or 'text' -%}
        {%- do at.node.update({steps[-1]: type if type is not string else leaf.get(type, 'VARCHAR')}) -%}
    {%- endfor -%}
    {{ return(tree) }}
{%- endmacro %}

{#- A value of the nested shape as its column's type. -#}
{% macro typed_value(value, type) -%}
    {{ return(adapter.dispatch('typed_value', 'finago')(value, type)) }}
{%- endmacro %}

{% macro duckdb__typed_value(value, type) -%}
    {%- if type == 'integer' -%}
        {#- a wide decimal is slow to divide and quick to multiply: what a double makes of it stands where it is the same again -#}
        case
            when cast(try_cast(cast({{ value }} as double) as bigint) as decimal(38, 10)) = {{ value }}
                then try_cast(cast({{ value }} as double) as bigint)
            when {{ value }} = trunc({{ value }}) then try_cast({{ value }} as bigint)
        end
    {%- elif type == 'date' -%}
        {#- a day; midnight with no zone of its own; or a moment, whose day is the one in Oslo. A later time of day with no
            zone could be of another day there. -#}
        case
            when length({{ value }}) = 10 then try_cast({{ value }} as date)
            when regexp_full_match({{ value }}, '.{10}[T ]00:00(:00([.]0+)?)?') then try_cast(left({{ value }}, 10) as date)
            when regexp_full_match({{ value }}, '.{10}[T ][0-9]{2}:[0-9]{2}.*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)')
                then try(cast(timezone('Europe/Oslo', try_cast({{ value }} as timestamptz)) as date))
        end
    {%- elif type == 'timestamp' -%}
        timezone('UTC', {{ value }})
    {%- elif type == 'lines' -%}
        case
            when {{ value }} like '[%' then coalesce(array_to_string(try(from_json({{ value }}, '["VARCHAR"]')), chr(10)), {{ value }})
            else {{ value }}
        end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}
