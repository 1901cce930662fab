with suggested as (
    select
        matches.organization_id,
        matches.bank_transaction_reference,
        count(*) as suggestions
    from {{ ref('bank_matches') }} as matches
    group by matches.organization_id, matches.bank_transaction_reference
)

select
    banked.organization_id,
    banked.bank_transaction_reference,
    banked.transaction_date,
    banked.amount,
    banked.currency_code,
    organization.currency_code as base_currency,
    case when banked.currency_code = organization.currency_code then banked.amount end as amount_base,
    banked.payment_reference,
    coalesce(suggested.suggestions, 0) as suggestions
from {{ ref('int_bank_references') }} as banked
left join suggested
    on
        banked.organization_id = suggested.organization_id
        and banked.bank_transaction_reference = suggested.bank_transaction_reference
left join {{ ref('stg_organization_information') }} as organization
    on banked.organization_id = organization.organization_id
