{#- A line whose amount may be in another currency than the books: it names one, and the rate is not 1. The query has to
    join int_currency_verdict as `basis`. A line without a rate is left as it was sent. -#}
{% macro is_foreign(line) -%}
    coalesce({{ line }}.currency_code, 'LOCAL') <> 'LOCAL'
    and {{ line }}.currency_code is distinct from basis.base_currency
    and {{ line }}.currency_rate > 0 and {{ line }}.currency_rate <> 1
{%- endmacro %}

{#- amount x rate, for a rate per 1 or per 100 of the currency; exact in 38 digits, NULL where it would not be. -#}
{% macro at_rate(amount, rate, per) -%}
    {%- if per == 100 -%}
    try_cast({{ amount }} as decimal(16, 2)) * cast(0.01 as decimal(4, 2)) * try_cast({{ rate }} as decimal(18, 10))
    {%- else -%}
    try_cast({{ amount }} as decimal(18, 2)) * try_cast({{ rate }} as decimal(20, 10))
    {%- endif -%}
{%- endmacro %}

{#- What a line says in the books' own currency. Only where the evidence says that amounts are foreign is it converted. -#}
{% macro amount_in_base(line) -%}
    cast(case
        when basis.verdict = 'foreign' and {{ is_foreign(line) }} then
            case
                when basis.rate_units[{{ line }}.currency_code] = 100
                    then round({{ at_rate(line ~ '.amount', line ~ '.currency_rate', 100) }}, 2)
                when basis.rate_units[{{ line }}.currency_code] = 1
                    then round({{ at_rate(line ~ '.amount', line ~ '.currency_rate', 1) }}, 2)
                else {{ line }}.amount
            end
        else {{ line }}.amount
    end as decimal(18, 2))
{%- endmacro %}

{#- The øre of another currency that an amount in the books' own stands for, halves away from zero: whole numbers are
    divided, so that no float comes near. NULL unless the same rate leads back to the very amount. -#}
{% macro amount_from_base(amount, rate, unit) -%}
    list_transform(
        [try_cast(try_cast(sign({{ amount }}) as hugeint) * (
            (2 * try_cast(abs({{ amount }}) * 100 as hugeint) * {{ unit }} * 10000000000 + try_cast({{ rate }} * 10000000000 as hugeint))
            // (2 * try_cast({{ rate }} * 10000000000 as hugeint))
        ) as decimal(18, 0)) * cast(0.01 as decimal(3, 2))],
        lambda found: case when case {{ unit }}
            when 100 then round({{ at_rate('found', rate, 100) }}, 2) else round({{ at_rate('found', rate, 1) }}, 2)
        end = {{ amount }} then try_cast(found as decimal(18, 2)) end
    )[1]
{%- endmacro %}
