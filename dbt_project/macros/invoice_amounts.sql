{#- quantity x price, rounded once; NULL where the factors have too many digits to be multiplied exactly. -#}
{% macro line_list_amount(line) -%}
    try_cast(round(
        cast({{ factor(line ~ '.quantity') }} as decimal(20, 5)) * {{ factor(line ~ '.price') }}, 2
    ) as decimal(18, 2))
{%- endmacro %}
