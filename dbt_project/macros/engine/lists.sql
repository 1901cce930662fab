{#- Values of which a row holds several: the dimensions of a line, the rates of a code, the currencies of an organization. -#}

{#- The dimensions on a line, each type and value once: the first of those that come twice. -#}
{% macro each_tag_once(tags) -%}
    {{ return(adapter.dispatch('each_tag_once', 'finago')(tags)) }}
{%- endmacro %}

{% macro duckdb__each_tag_once(tags) -%}
    case
        when {{ repeats_a_type(tags) }}
            then list_filter({{ tags }}, lambda one, place: list_position(
                list_transform({{ tags }}, lambda other: {{ key_of_tag('other') }}), {{ key_of_tag('one') }}
            ) = place)
        else {{ tags }}
    end
{%- endmacro %}

{% macro key_of_tag(tag) -%}
    coalesce({{ tag }}."dimensionType", '') || chr(31) || coalesce({{ tag }}."value", '')
{%- endmacro %}

{#- How many there are; NULL where there is no list. -#}
{% macro length_of_list(items) -%}
    {{ return(adapter.dispatch('length_of_list', 'finago')(items)) }}
{%- endmacro %}

{% macro duckdb__length_of_list(items) -%}
    len({{ items }})
{%- endmacro %}

{#- Whether two dimensions on a line are of one type. -#}
{% macro repeats_a_type(tags) -%}
    {{ return(adapter.dispatch('repeats_a_type', 'finago')(tags)) }}
{%- endmacro %}

{% macro duckdb__repeats_a_type(tags) -%}
    case when len({{ tags }}) > 1 then list_unique(list_transform({{ tags }}, lambda tag: tag."dimensionType")) < len({{ tags }}) else false end
{%- endmacro %}

{#- In a SELECT: a row for each that is in the list. at_least_one: where a list without any has a row with NULL all the same. -#}
{% macro one_row_each(items, at_least_one='false') -%}
    {{ return(adapter.dispatch('one_row_each', 'finago')(items, at_least_one)) }}
{%- endmacro %}

{% macro duckdb__one_row_each(items, at_least_one) -%}
    {%- if at_least_one == 'false' -%}
    unnest({{ items }})
    {%- else -%}
    unnest(case when {{ at_least_one }} and coalesce(len({{ items }}), 0) = 0 then [null] else {{ items }} end)
    {%- endif -%}
{%- endmacro %}

{#- In a SELECT: a row for the first day of each month from one to the other, both included. -#}
{% macro each_month(first, last) -%}
    {{ return(adapter.dispatch('each_month', 'finago')(first, last)) }}
{%- endmacro %}

{% macro duckdb__each_month(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 month)) as date)
{%- endmacro %}

{#- An aggregate, also over a window: the lowest but one, NULL where there is one only. One that comes twice counts twice. -#}
{% macro second_lowest(value, over=none) -%}
    {{ return(adapter.dispatch('second_lowest', 'finago')(value, over)) }}
{%- endmacro %}

{% macro duckdb__second_lowest(value, over) -%}
    (min({{ value }}, 2){% if over is not none %} over {{ over }}{% endif %})[2]
{%- endmacro %}

{#- An aggregate: a digest of rows in an order that is told. -#}
{% macro digest_of_rows(rows, order_by) -%}
    {{ return(adapter.dispatch('digest_of_rows', 'finago')(rows, order_by)) }}
{%- endmacro %}

{% macro duckdb__digest_of_rows(rows, order_by) -%}
    md5(cast(list({{ rows }} order by {{ order_by }}) as varchar))
{%- endmacro %}

{#- An aggregate: a map of what is known, read as map[key]. -#}
{% macro map_of(key, value) -%}
    {{ return(adapter.dispatch('map_of', 'finago')(key, value)) }}
{%- endmacro %}

{% macro duckdb__map_of(key, value) -%}
    map_from_entries(list(({{ key }}, {{ value }}) order by {{ key }} asc) filter (where {{ value }} is not null))
{%- endmacro %}

{#- A map as text, such as EUR per 1, SEK per 100. -#}
{% macro map_as_text(map, between) -%}
    {{ return(adapter.dispatch('map_as_text', 'finago')(map, between)) }}
{%- endmacro %}

{% macro duckdb__map_as_text(map, between) -%}
    array_to_string(
        list_transform(map_entries({{ map }}), lambda one: one.key || '{{ between }}' || cast(one.value as varchar)), ', '
    )
{%- endmacro %}

{#- Whether a rate is among those of a standard code, on a day where one is given. Nothing is held against no rate. -#}
{% macro has_rate(rates, rate, day=none) -%}
    {{ return(adapter.dispatch('has_rate', 'finago')(rates, rate, day)) }}
{%- endmacro %}

{% macro duckdb__has_rate(rates, rate, day) -%}
    coalesce(len(list_filter({{ rates }}, lambda known:
        abs(known.rate - {{ rate }}) < 0.02
        {%- if day is not none %} and {{ day }} >= known.valid_from and {{ day }} < known.valid_until{% endif %}
    )) > 0 or {{ rate }} is null, true)
{%- endmacro %}

{#- An aggregate: the rates of a standard code in the shape that has_rate reads. -#}
{% macro rates_of_code(rate, valid_from, valid_until) -%}
    {{ return(adapter.dispatch('rates_of_code', 'finago')(rate, valid_from, valid_until)) }}
{%- endmacro %}

{% macro duckdb__rates_of_code(rate, valid_from, valid_until) -%}
    list(
        {'rate': {{ rate }}, 'valid_from': {{ valid_from }}, 'valid_until': {{ valid_until }}}
        order by {{ valid_from }} asc, {{ rate }} asc
    )
{%- endmacro %}

{#- Texts that stand in one text with a comma between: whether one is among them. -#}
{% macro is_listed(item, items) -%}
    {{ return(adapter.dispatch('is_listed', 'finago')(item, items)) }}
{%- endmacro %}

{% macro duckdb__is_listed(item, items) -%}
    list_contains(string_split({{ items }}, ', '), {{ item }})
{%- endmacro %}

{#- In a SELECT: a row for each of them. -#}
{% macro one_row_each_listed(items) -%}
    {{ return(adapter.dispatch('one_row_each_listed', 'finago')(items)) }}
{%- endmacro %}

{% macro duckdb__one_row_each_listed(items) -%}
    unnest(string_split({{ items }}, ', '))
{%- endmacro %}

{#- An aggregate: the lowest few as one text. distinct: each once. -#}
{% macro lowest_listed(item, count, distinct=false) -%}
    {{ return(adapter.dispatch('lowest_listed', 'finago')(item, count, distinct)) }}
{%- endmacro %}

{% macro duckdb__lowest_listed(item, count, distinct) -%}
    {%- if distinct -%}
    array_to_string(list_sort(list(distinct {{ item }}))[:{{ count }}], ', ')
    {%- else -%}
    array_to_string(min({{ item }}, {{ count }}), ', ')
    {%- endif -%}
{%- endmacro %}

{#- An aggregate: the first few in an order that is told, as one text. -#}
{% macro first_listed(item, count, order_by) -%}
    {{ return(adapter.dispatch('first_listed', 'finago')(item, count, order_by)) }}
{%- endmacro %}

{% macro duckdb__first_listed(item, count, order_by) -%}
    array_to_string((array_agg({{ item }} order by {{ order_by }}))[:{{ count }}], ', ')
{%- endmacro %}
