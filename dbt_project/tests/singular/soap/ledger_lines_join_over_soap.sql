-- On every day that was read both ways, each ledger line of one is in the other, with the same amount and account. Lines that are
-- named here came in between two readings, or the two ways show different books: materialize both for the days that stand
-- beside them, and if they stay, ask the vendor. Figures of the books do not rest on it.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'ledger_links'}}}) }}

with both_days as (
    select
        soap.organization_id,
        soap.landed_date
    from {{ ref('int_soap_days') }} as soap
    inner join {{ ref('int_landed_days') }} as rest
        on soap.organization_id = rest.organization_id and soap.landed_date = rest.landed_date
),

rest_lines as (
    select
        lines.organization_id,
        lines.line_id,
        lines.posting_date,
        lines.account_number,
        lines.amount,
        lines.amount_currency
    from {{ ref('int_ledger_lines') }} as lines
    inner join both_days as days on lines.organization_id = days.organization_id and lines.posting_date = days.landed_date
),

soap_lines as (
    select
        lines.organization_id,
        lines.line_id,
        lines.posting_date,
        lines.account_number,
        lines.amount
    from {{ ref('ledger_links') }} as lines
    inner join both_days as days on lines.organization_id = days.organization_id and lines.posting_date = days.landed_date
)

select
    coalesce(soap.organization_id, rest.organization_id) as organization_id,
    coalesce(soap.posting_date, rest.posting_date) as posting_date,
    coalesce(soap.line_id, rest.line_id) as line_id,
    case
        when rest.line_id is null then 'only over SOAP'
        when soap.line_id is null then 'not over SOAP'
        when soap.account_number <> rest.account_number then 'on another account'
        else 'of another amount'
    end as what,
    coalesce(soap.account_number, rest.account_number) as account_number,
    soap.amount as amount_over_soap,
    rest.amount as amount_in_ledger
from soap_lines as soap
full join rest_lines as rest
    on soap.organization_id = rest.organization_id and lower(soap.line_id) = lower(rest.line_id)
where
    soap.line_id is null
    or rest.line_id is null
    or soap.account_number <> rest.account_number
    -- which of the two a SOAP amount is, nobody has said
    or soap.amount not in (rest.amount, coalesce(rest.amount_currency, rest.amount))
order by organization_id, posting_date, line_id
