{#- Days and moments, where engines differ in how they reckon with them. -#}

{#- How many days the second is after the first. A day less a day is no number everywhere: elsewhere it is an interval, whose
    comparison with a number of days is wrong in silence. -#}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'finago')(first, last)) }}
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%}
    date_diff('day', {{ first }}, {{ last }})
{%- endmacro %}

{#- The day in Oslo of a moment that is kept in UTC. -#}
{% macro oslo_day(moment) -%}
    {{ return(adapter.dispatch('oslo_day', 'finago')(moment)) }}
{%- endmacro %}

{% macro duckdb__oslo_day(moment) -%}
    cast(timezone('Europe/Oslo', timezone('UTC', {{ moment }})) as date)
{%- endmacro %}

{#- The first day of the term of so many months, within its calendar year, that a day lies in. -#}
{% macro term_start(day, months) -%}
    {{ return(adapter.dispatch('term_start', 'finago')(day, months)) }}
{%- endmacro %}

{% macro duckdb__term_start(day, months) -%}
    make_date(year({{ day }}), (month({{ day }}) - 1) // {{ months }} * {{ months }} + 1, 1)
{%- endmacro %}

{#- The last day of a term that begins on `start`. -#}
{% macro term_end(start, months) -%}
    {{ return(adapter.dispatch('term_end', 'finago')(start, months)) }}
{%- endmacro %}

{% macro duckdb__term_end(start, months) -%}
    last_day(cast({{ start }} + to_months({{ months }} - 1) as date))
{%- endmacro %}
