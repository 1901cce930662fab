{#- No null is made by typing, and no number is rounded by it, without its path standing in _lost or _unread.

    Two cheap screens come first: the key's text in the payload for a value that is NULL, and one pattern for numbers
    that a DECIMAL(38,10) might not hold (or a boolean that would become one). Only then is the record parsed again. -#}

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
        or typed.{{ all_columns[0][0] }} is null
        {%- for parent, child in parents.items() %}
        or {{ null_yet_named(child, parent) }}
        {%- endfor %}
        {%- for column in columns if column[2] and column[2] != 'lines' %}
        or {{ null_yet_named(column[0], column[1]) }}
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
        typed.odd
        or typed.damaged
        {%- for column in columns %}
        or {{ null_yet_named(column[0], column[1]) }}
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

{% macro null_yet_named(name, path) -%}
    {#- a CASE looks into the payload only where it must; AND would do so for every row #}
    case when typed.{{ name }} is null then contains(typed.payload, '{{ path.split('.')[-1] }}"') else false end
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
                when typed.{{ name }} is null
                    then case when coalesce(try(json_extract_string(typed.payload, '$.{{ path }}')), '') <> '' then '{{ path }}' end
                {%- if type in ('decimal', 'integer') %}
                when typed.odd and not {{ exact_number(path.split('.')[-1]) }} then '{{ path }}'
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
