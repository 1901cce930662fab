{#- Whole numbers of up to 38 digits. Dividing decimals gives a double in one engine and a decimal with a scale of its own in
    another, so øre are divided as whole numbers. -#}

{#- A decimal without decimals as such a number. -#}
{% macro whole(value) -%}
    {{ return(adapter.dispatch('whole', 'finago')(value)) }}
{%- endmacro %}

{% macro duckdb__whole(value) -%}
    cast({{ value }} as hugeint)
{%- endmacro %}

{#- The quotient of two such numbers without its remainder. -#}
{% macro quotient(dividend, divisor) -%}
    {{ return(adapter.dispatch('quotient', 'finago')(dividend, divisor)) }}
{%- endmacro %}

{% macro duckdb__quotient(dividend, divisor) -%}
    (({{ dividend }}) // ({{ divisor }}))
{%- endmacro %}
