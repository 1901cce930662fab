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

{#- amount x part / whole: amount of decimal(18, 2), part and whole with up to four decimals. Dividing decimals would
    give a double, so øre and ten-thousandths are divided as integers. -#}
{% macro proportion(amount, part, whole) -%}
    {%- set product -%}
        (cast(cast({{ amount }} as decimal(22, 2)) * 100 as hugeint) * cast({{ part }} * 10000 as hugeint))
    {%- endset -%}
    {%- set divisor -%}
        abs(cast({{ whole }} * 10000 as hugeint))
    {%- endset -%}
    try_cast(
        sign({{ product }}) * sign({{ whole }})
        * ((2 * abs({{ product }}) + {{ divisor }}) // nullif(2 * {{ divisor }}, 0))
        * cast(0.01 as decimal(3, 2))
    as decimal(18, 2))
{%- endmacro %}

{#- A row of a seed without an organization holds for every organization. -#}
{% macro holds_for(seed, record) -%}
    ({{ seed }}.organization_id is null or {{ seed }}.organization_id = {{ record }}.organization_id)
{%- endmacro %}

{#- Whether a rate is among those of a standard code, on a day where one is given. Nothing is held against no rate. -#}
{% macro has_rate(rates, rate, day=none) -%}
    coalesce(len(list_filter({{ rates }}, lambda known:
        abs(known.rate - {{ rate }}) < 0.02
        {%- if day is not none %} and {{ day }} >= known.valid_from and {{ day }} < known.valid_until{% endif %}
    )) > 0 or {{ rate }} is null, true)
{%- endmacro %}
