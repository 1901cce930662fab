{#- An amount with two decimals, or NULL where it would have to be rounded or cut. -#}
{% macro cents(value) -%}
    case when {{ value }} = round({{ value }}, 2) then try_cast({{ value }} as decimal(18, 2)) end
{%- endmacro %}

{#- greatest() would take an amount that nobody can tell for 0. -#}
{% macro debit(amount) -%}
    case when {{ amount }} is not null then cast(greatest({{ amount }}, 0) as decimal(18, 2)) end
{%- endmacro %}

{% macro credit(amount) -%}
    case when {{ amount }} is not null then cast(greatest(-{{ amount }}, 0) as decimal(18, 2)) end
{%- endmacro %}

{#- sum() leaves NULL out, and a total without an amount that nobody can tell would look right: NULL here as soon as one
    amount is. `over` is a window, `nothing` what the sum of no rows is. -#}
{% macro told_sum(amount, over=none, nothing=none) -%}
    {%- set window = ' over ' ~ over if over is not none else '' -%}
    {%- set total = 'sum(' ~ amount ~ ')' ~ window -%}
    case
        when count(*){{ window }} = count({{ amount }}){{ window }}
            then {{ total if nothing is none else 'coalesce(' ~ total ~ ', ' ~ nothing ~ ')' }}
    end
{%- endmacro %}

{#- LOCAL, or no code at all, is the organization's own currency; NULL where the organization did not say which. The
    query has to join stg_organization_information as `organization`. -#}
{% macro own_currency(record) -%}
    case
        when coalesce({{ record }}.currency_code, 'LOCAL') = 'LOCAL' then organization.currency_code
        else {{ record }}.currency_code
    end
{%- endmacro %}

{#- quantity x price less the discount in percent, rounded once, at the end. Decimal arithmetic is exact only as long as
    the product's digits fit, so factors with more than nine digits before or five after the point give NULL. -#}
{% macro line_net_amount(line) -%}
    {#- the first factor is wide, or the product would be kept in 18 digits #}
    try_cast(round(
        cast({{ factor(line ~ '.quantity') }} as decimal(20, 5)) * {{ factor(line ~ '.price') }}
        * {{ factor('(100 - coalesce(' ~ line ~ '.discount_rate, 0))', 7, 4) }}
        * cast(0.01 as decimal(3, 2)), 2
    ) as decimal(18, 2))
{%- endmacro %}

{% macro factor(value, width=14, scale=5) -%}
    case when {{ value }} = round({{ value }}, {{ scale }}) then try_cast({{ value }} as decimal({{ width }}, {{ scale }})) end
{%- endmacro %}
