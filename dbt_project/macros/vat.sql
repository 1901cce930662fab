{#- VAT arithmetic. Every result is whole øre, halves away from zero; nothing passes through a double. -#}

{#- The VAT that a net amount bears. Rates with more than four decimals give NULL. -#}
{% macro vat_on(net, rate) -%}
    try_cast(round(
        cast({{ net }} as decimal(20, 2)) * {{ factor(rate, 9, 4) }} * cast(0.01 as decimal(3, 2)), 2
    ) as decimal(18, 2))
{%- endmacro %}

{#- The VAT that a gross amount holds: its rate in a hundred and its rate. -#}
{% macro vat_in(gross, rate) -%}
    {{ proportion(gross, rate ~ '', '(' ~ rate ~ ' + 100)') }}
{%- endmacro %}

{#- amount x part / total: amount of decimal(18, 2), part and total with up to four decimals. Dividing decimals would
    give a double, so øre and ten-thousandths are divided as integers. -#}
{% macro proportion(amount, part, total) -%}
    {%- set product -%}
        ({{ whole('cast(' ~ amount ~ ' as decimal(22, 2)) * 100') }} * {{ whole(part ~ ' * 10000') }})
    {%- endset -%}
    {%- set divisor -%}
        abs({{ whole(total ~ ' * 10000') }})
    {%- endset -%}
    try_cast(
        sign({{ product }}) * sign({{ total }})
        * {{ quotient('2 * abs(' ~ product ~ ') + ' ~ divisor, 'nullif(2 * ' ~ divisor ~ ', 0)') }}
        * cast(0.01 as decimal(3, 2))
    as decimal(18, 2))
{%- endmacro %}

{#- A row of a seed without an organization holds for every organization. -#}
{% macro holds_for(seed, record) -%}
    ({{ seed }}.organization_id is null or {{ seed }}.organization_id = {{ record }}.organization_id)
{%- endmacro %}
