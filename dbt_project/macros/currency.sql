{#- A line whose amount may be in another currency than the books' own: it names one, and the rate is not 1. A line
    without a rate is left as it was sent. -#}
{% macro is_foreign(line, base_currency) -%}
    coalesce(
        coalesce({{ line }}.currency_code, 'LOCAL') <> 'LOCAL'
        and {{ line }}.currency_code is distinct from {{ base_currency }}
        and {{ line }}.currency_rate > 0
        and {{ line }}.currency_rate <> 1, false
    )
{%- endmacro %}

{#- amount x rate, exactly, for a rate per 1 or per 100 of the currency; NULL where 38 digits would not hold it. The first factor
    is wide, or the product would be kept in 18 digits. -#}
{% macro at_rate(amount, rate, per) -%}
    {%- if per == 100 -%}
    try_cast({{ amount }} as decimal(19, 2)) * cast(0.01 as decimal(3, 2)) * try_cast({{ rate }} as decimal(16, 10))
    {%- else -%}
    try_cast({{ amount }} as decimal(19, 2)) * try_cast({{ rate }} as decimal(19, 10))
    {%- endif -%}
{%- endmacro %}

{#- The amount of another currency, halves away from zero, that an amount in the books' own stands for at a rate per
    `per`: whole numbers are divided, so that no float comes near. -#}
{% macro from_rate(amount, rate, per) -%}
    {%- set scaled = whole('try_cast(' ~ rate ~ ' as decimal(24, 10)) * 10000000000') -%}
    {%- set ore = whole('abs(try_cast(' ~ amount ~ ' as decimal(19, 2))) * 100') -%}
    try_cast(
        try_cast({{ quotient('2 * ' ~ ore ~ ' * ' ~ per ~ ' * 10000000000 + ' ~ scaled, '2 * ' ~ scaled) }} as decimal(28, 0))
        * cast(0.01 as decimal(3, 2)) * cast(sign({{ amount }}) as decimal(1, 0)) as decimal(18, 2)
    )
{%- endmacro %}

{#- Which readings of a case come to its target: as it stands, at a rate per 1, at a rate per 100. -#}
{% macro fits(read) -%}
    {{ read }}.as_base = {{ read }}.target as fits_base,
    coalesce(
        abs({{ read }}.per_1 - {{ read }}.target) <= {{ read }}.foreign_lines * cast(0.005 as decimal(4, 3)), false
    ) as fits_per_1,
    coalesce(
        abs({{ read }}.per_100 - {{ read }}.target) <= {{ read }}.foreign_lines * cast(0.005 as decimal(4, 3)), false
    ) as fits_per_100
{%- endmacro %}

{#- The sums of lines in several currencies of which one is open; NULL where a line cannot be converted. -#}
{% macro one_open_currency(lines) -%}
    sum(case when {{ lines }}.is_foreign then 1 else 0 end) as foreign_lines,
    max({{ lines }}.currency_code) filter (where {{ lines }}.is_open) as currency_code,
    sum({{ lines }}.amount) as amount,
    case
        when count(*) filter (where not {{ lines }}.is_open) = count({{ lines }}.at_known)
            then coalesce(sum({{ lines }}.at_known), 0)
    end as known,
    {%- for reading in ['at_1', 'at_100'] %}
    case
        when count(*) filter (where {{ lines }}.is_open and {{ lines }}.{{ reading }} is null) = 0
            then sum({{ lines }}.{{ reading }}) filter (where {{ lines }}.is_open)
    end as {{ reading }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- What converts the amounts of an order: the organization's currency, what the order's rate is per, and where the rate is
    from. For a query with `organization` (stg_organization_information) and `basis` (int_currency_verdict) in it. At
    rate 1 a ledger line stands as it was sent, and so does an order. -#}
{% macro order_rate(record) -%}
    organization.currency_code as base_currency,
    case
        when coalesce({{ record }}.currency_code, 'LOCAL') in ('LOCAL', organization.currency_code) then null
        when {{ record }}.currency_rate = 1 then 1
        when {{ record }}.currency_rate > 0 then basis.rate_units[{{ record }}.currency_code]
    end as rate_per,
    case
        when coalesce({{ record }}.currency_code, 'LOCAL') in ('LOCAL', organization.currency_code) then 'own currency'
        when {{ record }}.currency_rate = 1 then 'order'
        when {{ record }}.currency_rate > 0 and basis.rate_units[{{ record }}.currency_code] is not null then 'order'
    end as rate_source
{%- endmacro %}

{#- An amount of `rated`, which has currency_rate and the columns of order_rate, in the organization's currency; NULL without
    a rate. -#}
{% macro in_base_currency(amount, rated) -%}
    try_cast(case
        when {{ rated }}.rate_source = 'own currency' then {{ amount }}
        when {{ rated }}.rate_per = 1 then round({{ at_rate(amount, rated ~ '.currency_rate', 1) }}, 2)
        when {{ rated }}.rate_per = 100 then round({{ at_rate(amount, rated ~ '.currency_rate', 100) }}, 2)
    end as decimal(18, 2))
{%- endmacro %}
