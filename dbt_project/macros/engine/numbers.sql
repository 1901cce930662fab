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

{#- A wide decimal as DECIMAL(18,2), NULL where it would be rounded or has no place there. Dividing wide decimals is slow and
    multiplying them is quick, so what a double makes of it stands where it is the same amount again. -#}
{% macro whole_ore(value) -%}
    {{ return(adapter.dispatch('whole_ore', 'finago')(value)) }}
{%- endmacro %}

{% macro duckdb__whole_ore(value) -%}
case
    when cast(try_cast(cast({{ value }} as double) as decimal(18, 2)) as decimal(38, 10)) = {{ value }}
        then try_cast(cast({{ value }} as double) as decimal(18, 2))
    when {{ value }} = round({{ value }}, 2) then try_cast({{ value }} as decimal(18, 2))
end
{%- endmacro %}
