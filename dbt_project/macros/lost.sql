{#- No null is made by typing, and no number is rounded by it, without its path standing in _lost.

    Two cheap screens come first: the key's text in the payload for a value that is NULL, and one pattern for numbers
    that a DECIMAL(38,10) might not hold (or a boolean that would become one). Only then is the record parsed again. -#}

{% macro odd_number() -%}
    :\s*(true|false|"?-?[0-9]+([.][0-9]{11}|[.]?[0-9]*[eE]))
{%- endmacro %}

{% macro lost_paths(columns) -%}
    {%- set parents = {} -%}
    {%- for column in columns -%}
        {%- set steps = column[1].split('.') -%}
        {%- for depth in range(1, steps | length) -%}
            {%- do parents.setdefault(steps[:depth] | join('.'), column[0]) -%}
        {%- endfor -%}
    {%- endfor -%}
nullif(concat_ws(', ',
    case
        when typed.{{ columns[0][0] }} is null
            then case when try(json_type(typed.payload)) is distinct from 'OBJECT' then 'record' end
    end,
    {%- for parent, child in parents.items() %}
    case
        when typed.{{ child }} is null and contains(typed.payload, '{{ parent.split('.')[-1] }}"')
            then case when try(json_type(typed.payload, '$.{{ parent }}')) not in ('OBJECT', 'NULL') then '{{ parent }}' end
    end,
    {%- endfor %}
    {%- for column in columns %}
    {{- lost_path(column[0], column[1], column[2] or 'text') }}
    {%- endfor %}
    null
), '')
{%- endmacro %}

{% macro lost_path(name, path, type) -%}
    {%- set key = path.split('.')[-1] -%}
    {%- if type not in ('text', 'lines') %}
    case
        when typed.{{ name }} is null and contains(typed.payload, '{{ key }}"')
            then case when coalesce(try(json_extract_string(typed.payload, '$.{{ path }}')), '') <> '' then '{{ path }}' end
        {%- if type in ('decimal', 'integer') %}
        when typed.odd and typed.{{ name }} is not null and not {{ exact_number('typed.payload', key) }} then '{{ path }}'
        {%- endif %}
    end,
    {%- endif %}
    {%- if type is not string and type[0] is mapping %}
    {{- lost_in_list(name, path, type[0]) }}
    {%- endif %}
{%- endmacro %}

{% macro lost_in_list(name, path, shape) -%}
    {%- for key, type in shape.items() if type != 'VARCHAR' %}
    case
        when len(list_filter(typed.{{ name }}, lambda e: e."{{ key }}" is not null)) <> len(list_filter(
            try(json_extract_string(typed.payload, '$.{{ path }}[*].{{ key }}')), lambda v: v is not null and v <> ''
        )) then '{{ path }}.{{ key }}'
        {%- if type.startswith('DECIMAL') %}
        when typed.odd and not {{ exact_number('typed.payload', key) }} then '{{ path }}.{{ key }}'
        {%- endif %}
    end,
    {%- endfor %}
{%- endmacro %}

{#- True when every number written under `key`, anywhere in the record, has at most ten decimals, and there is one. -#}
{% macro exact_number(payload, key) -%}
    coalesce(list_max(list_transform(
        regexp_extract_all({{ payload }}, '"{{ key }}"\s*:\s*"?(-?[0-9][-+0-9.eE]*)', 1),
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
        when regexp_matches({{ text }}, '[eE]') then coalesce(try_cast(regexp_extract({{ text }}, '[eE][+]?(.*)$', 1) as integer), -999)
        else 0
    end
{%- endmacro %}
