{#- quantity x price, rounded once; NULL where the factors have too many digits to be multiplied exactly. -#}
{% macro line_list_amount(line) -%}
    {{ quantity_at(line ~ '.quantity', line ~ '.price') }}
{%- endmacro %}

{% macro quantity_at(quantity, price) -%}
    try_cast(round(
        cast({{ factor(quantity) }} as decimal(20, 5)) * {{ factor(price) }}, 2
    ) as decimal(18, 2))
{%- endmacro %}
