{{ config(materialized='view') }}

-- An amount that nothing tells is NULL, and never taken as it was sent: at rate 1 and at zero all readings are one. A line
-- that names a currency and no rate is as sent unless the amounts are known to be in that currency.
with based as (
    select
        lines.* exclude (amount, booked_amount, due_date, reject_reason, payload, _lost, _unread, _moved_to, _digest),
        lines.booked_amount as amount_as_sent,
        {{ meant_due_date('lines.due_date', 'lines.posting_date') | indent(8) }} as due_date,
        lines._digest || coalesce(basis.digest_suffix, '') as _digest,
        basis.base_currency,
        coalesce(basis.amounts_in[lines.currency_code], basis.verdict, 'undetermined') as verdict,
        coalesce(lines.currency_code, 'LOCAL') in ('LOCAL', coalesce(basis.base_currency, 'LOCAL')) as is_own,
        {{ is_foreign('lines', 'basis.base_currency') | indent(8) }} as is_foreign,
        case
            when {{ is_foreign('lines', 'basis.base_currency') | indent(16) }}
                then basis.rate_units[lines.currency_code]
        end as rate_per
    from {{ ref('stg_transactionlines') }} as lines
    left join {{ ref('int_currency_verdict') }} as basis on lines.organization_id = basis.organization_id
    where lines.reject_reason is null
),

with_amounts as (
    select
        based.*,
        cast(case
            when based.is_own or based.verdict = 'base' or based.currency_rate = 1 or based.amount_as_sent = 0
                then based.amount_as_sent
            when based.is_foreign and based.verdict = 'foreign' and based.rate_per = 1
                then try_cast(round({{ at_rate('based.amount_as_sent', 'based.currency_rate', 1) }}, 2) as decimal(18, 2))
            when based.is_foreign and based.verdict = 'foreign' and based.rate_per = 100
                then try_cast(round({{ at_rate('based.amount_as_sent', 'based.currency_rate', 100) }}, 2) as decimal(18, 2))
            when not based.is_foreign and (based.verdict <> 'foreign' or based.base_currency is null) then based.amount_as_sent
        end as decimal(18, 2)) as amount
    from based
)

select
    with_amounts.* exclude (base_currency, verdict, is_own, is_foreign, rate_per),
    case
        when with_amounts.is_own or with_amounts.verdict = 'foreign' then with_amounts.amount_as_sent
        when with_amounts.is_foreign and with_amounts.verdict = 'base' and with_amounts.rate_per = 1
            then {{ from_rate('with_amounts.amount_as_sent', 'with_amounts.currency_rate', 1) }}
        when with_amounts.is_foreign and with_amounts.verdict = 'base' and with_amounts.rate_per = 100
            then {{ from_rate('with_amounts.amount_as_sent', 'with_amounts.currency_rate', 100) }}
    end as amount_currency,
    case
        when with_amounts.is_own or with_amounts.verdict = 'base' then 'base'
        when with_amounts.currency_rate = 1 or with_amounts.amount_as_sent = 0 then coalesce(nullif(with_amounts.verdict, 'undetermined'), 'base')
        when with_amounts.verdict = 'undetermined' or with_amounts.amount is null or not with_amounts.is_foreign then 'undetermined'
        else with_amounts.verdict
    end as amount_basis,
    with_amounts.rate_per
from with_amounts
