{{ config(materialized='view') }}

with based as (
    select
        lines.* exclude (amount, booked_amount, due_date, reject_reason, payload, _lost, _unread, _moved_to, _digest),
        lines.booked_amount as amount,
        {{ meant_due_date('lines.due_date', 'lines.posting_date') | indent(8) }} as due_date,
        lines._digest || coalesce(basis.digest_suffix, '') as _digest,
        basis.base_currency,
        basis.verdict,
        coalesce(lines.currency_code, 'LOCAL') in ('LOCAL', coalesce(basis.base_currency, 'LOCAL')) as is_own,
        {{ is_foreign('lines', 'basis.base_currency') | indent(8) }} as is_foreign,
        case
            when {{ is_foreign('lines', 'basis.base_currency') | indent(16) }} then basis.rate_units[lines.currency_code]
        end as rate_per
    from {{ ref('stg_transactionlines') }} as lines
    left join {{ ref('int_currency_verdict') }} as basis on lines.organization_id = basis.organization_id
    where lines.reject_reason is null
)

select
    based.* exclude (amount, base_currency, verdict, is_own, is_foreign, rate_per),
    cast(case
        when based.is_foreign and based.verdict = 'foreign' and based.rate_per = 1
            then coalesce(try_cast(round({{ at_rate('based.amount', 'based.currency_rate', 1) }}, 2) as decimal(18, 2)), based.amount)
        when based.is_foreign and based.verdict = 'foreign' and based.rate_per = 100
            then coalesce(try_cast(round({{ at_rate('based.amount', 'based.currency_rate', 100) }}, 2) as decimal(18, 2)), based.amount)
        else based.amount
    end as decimal(18, 2)) as amount,
    case
        when based.is_own or based.verdict = 'foreign' then based.amount
        when based.is_foreign and based.verdict = 'base' and based.rate_per = 1 then {{ from_rate('based.amount', 'based.currency_rate', 1) }}
        when based.is_foreign and based.verdict = 'base' and based.rate_per = 100 then {{ from_rate('based.amount', 'based.currency_rate', 100) }}
    end as amount_currency,
    case
        when based.is_own then 'base'
        when based.verdict = 'foreign' and (not based.is_foreign or based.rate_per is null) then 'undetermined'
        else coalesce(based.verdict, 'undetermined')
    end as amount_basis,
    based.rate_per
from based
