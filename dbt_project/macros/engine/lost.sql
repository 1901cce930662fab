{#- No null is made by typing, and no number is rounded by it, without its path standing in _lost or _unread.

    Cheap screens come first. A number or a day is held against the text that it was read from: NULL for a text that is not
    empty, and one pattern over the numbers of a record for those that a DECIMAL(38,10) might not hold. Of others the key's text is
    looked for in the payload where the value is NULL; numbers in lists have a pattern over the whole payload, which costs most.
    Only then is the record parsed again. -#}

{#- Whether a record's numbers have one with more than ten decimals, an exponent, or a blank between digits that a cast reads over. -#}
{% macro unusual_numbers(columns) -%}
    {%- set texts = [] -%}
    {%- for column in columns if (column[2] or 'text') in ('decimal', 'integer') -%}
        {%- do texts.append('numbered.r.' ~ quoted_path(column[1])) -%}
    {%- endfor -%}
    {{ "regexp_matches(concat_ws(' ', " ~ texts | join(', ') ~ "), '" ~ unusual_number() ~ "')" if texts else 'false' }}
{%- endmacro %}

{% macro unusual_number() -%}
    [.][0-9]{11}|[eE_]
{%- endmacro %}

{#- Of a payload: such a number, or a boolean that a number in a list would take for 1 or 0. -#}
{% macro odd_number() -%}
    :\s*(true|false|-?[0-9]+([.][0-9]{11}|[.]?[0-9]*[eE])|"-?[0-9]+([.][0-9]{11}[0-9]*|[.]?[0-9]*[eE][-+]?[0-9]+)")
{%- endmacro %}

{#- Of `columns`, and of the objects and the first value of all that the record should hold. -#}
{% macro lost_paths(columns, all_columns) -%}
    {%- set parents = {} -%}
    {%- for column in all_columns -%}
        {%- set steps = column[1].split('.') -%}
        {%- for depth in range(1, steps | length) -%}
            {%- do parents.setdefault(steps[:depth] | join('.'), column[0]) -%}
        {%- endfor -%}
    {%- endfor -%}
case
    when
        typed.odd
        or typed.unusual
        or typed.unparsed
        or typed.{{ all_columns[0][0] }} is null
        {%- for parent, child in parents.items() %}
        or {{ null_yet_named(child, parent) }}
        {%- endfor %}
        {%- for column in columns if column[2] and column[2] != 'lines' %}
        or {{ null_yet_named(column[0], column[1], column[2]) }}
        {{- suspect_list(column[0], column[2]) }}
        {%- endfor %}
        then nullif(concat_ws(', ',
            case when try(json_type(typed.payload)) is distinct from 'OBJECT' then 'record' end
            {%- for parent, child in parents.items() %},
            case
                when typed.{{ child }} is null and try(json_type(typed.payload, '$.{{ parent }}')) not in ('OBJECT', 'NULL')
                    then '{{ parent }}'
            end
            {%- endfor %}
            {%- for column in columns if column[2] and column[2] != 'lines' %}
            {{- lost_path(column[0], column[1], column[2]) }}
            {%- endfor %}
        ), '')
end
{%- endmacro %}

{% macro unread_paths(columns) -%}
case
    when
        typed.unusual
        or typed.unparsed
        or typed.damaged
        {%- for column in columns %}
        or {{ null_yet_named(column[0], column[1], column[2]) }}
        {%- endfor %}
        then nullif(concat_ws(
            ', ',
            case when typed.damaged then '{{ damaged_text() }}' end
            {%- for column in columns %}
            {{- lost_path(column[0], column[1], column[2]) }}
            {%- endfor %}
        ), '')
end
{%- endmacro %}

{% macro null_yet_named(name, path, type=none) -%}
    {#- of these types the text stands beside the value, as _sent_<column> -#}
    {%- if type in ('decimal', 'integer', 'date') -%}
    typed.{{ name }} is null and typed._sent_{{ name }} <> ''
    {%- else -%}
    {#- a CASE looks into the payload only where it must; AND would do so for every row #}
    case when typed.{{ name }} is null then contains(typed.payload, '{{ path.split('.')[-1] }}"') else false end
    {%- endif -%}
{%- endmacro %}

{#- A list of objects with anything but text in it is always looked through: it is long compared with its record. One
    with text only is where an element has nothing under its first key: something else than an object has nothing at all. -#}
{% macro suspect_list(name, type) -%}
    {%- if type is not string and type[0] is mapping %}
        {%- if type[0].values() | reject('equalto', 'VARCHAR') | list %}
        or typed.{{ name }} is not null
        {%- else %}
        or len(list_filter(typed.{{ name }}, lambda e: e."{{ type[0] | first }}" is null)) > 0
        {%- endif %}
    {%- endif %}
{%- endmacro %}

{% macro lost_path(name, path, type) -%}
    ,
            case
                {%- set sent = "try(json_extract_string(typed.payload, '$." ~ path ~ "'))" %}
                when typed.{{ name }} is null
                {%- if type in ('decimal', 'integer', 'date') %}
                    then case when coalesce(case when typed.unparsed then {{ sent }} else typed._sent_{{ name }} end, '') <> '' then '{{ path }}' end
                {%- else %}
                    then case when coalesce({{ sent }}, '') <> '' then '{{ path }}' end
                {%- endif %}
                {%- if type in ('decimal', 'integer') %}
                when typed.unusual and not {{ exactly_told('typed._sent_' ~ name) }} then '{{ path }}'
                {%- endif %}
            end
    {%- if type is not string and type[0] is mapping %},
            case
                when len(list_filter(
                    try(json_extract(typed.payload, '$.{{ path }}[*]')), lambda v: json_type(v) not in ('OBJECT', 'NULL')
                )) > 0 then '{{ path }}[]'
            end
        {%- for key, leaf in type[0].items() if leaf != 'VARCHAR' %},
            case
                when len(list_filter(typed.{{ name }}, lambda e: e."{{ key }}" is not null)) <> len(list_filter(
                    try(json_extract_string(typed.payload, '$.{{ path }}[*].{{ key }}')), lambda v: v is not null and v <> ''
                )) then '{{ path }}.{{ key }}'
                when
                    typed.odd
                    and len(list_filter(typed.{{ name }}, lambda e: e."{{ key }}" is not null)) > 0
                    and not {{ exact_number(key) }} then '{{ path }}.{{ key }}'
            end
        {%- endfor %}
    {%- endif %}
{%- endmacro %}

{#- True when every number written under `key`, anywhere in the record, has at most ten decimals, and there is one. -#}
{% macro exact_number(key) -%}
    coalesce(list_max(list_transform(
        regexp_extract_all(typed.payload, '"{{ key }}"\s*:\s*"?(-?[0-9][-+0-9.eE]*)', 1),
        lambda t: {{ decimals_of('t') }}
    )), 99) <= 10
{%- endmacro %}

{#- True when a number's text is spelled as JSON spells numbers and has at most ten decimals. -#}
{% macro exactly_told(text) -%}
    case when regexp_full_match({{ text }}, '-?[0-9][-+0-9.eE]*') then {{ decimals_of(text) }} <= 10 else false end
{%- endmacro %}

{#- How many decimals the text of a JSON number has once written out without exponent and trailing zeros. -#}
{% macro decimals_of(text) -%}
    case
        when regexp_full_match({{ text }}, '-?[0.]+([eE].*)?') then 0
        when regexp_full_match({{ text }}, '-?[0-9]+[.][0-9]*[1-9]0*([eE].*)?')
            then length(rtrim(regexp_extract({{ text }}, '[.]([0-9]*)', 1), '0'))
        else -length(regexp_extract({{ text }}, '^-?[0-9]*?(0*)([.]0*)?([eE].*)?$', 1))
    end - case
        when regexp_full_match({{ text }}, '-?[0.]+([eE].*)?') then 0
        when regexp_matches({{ text }}, '[eE]') then coalesce(try_cast(regexp_extract({{ text }}, '[eE][+]?(.*)$', 1) as integer), -999)
        else 0
    end
{%- endmacro %}
