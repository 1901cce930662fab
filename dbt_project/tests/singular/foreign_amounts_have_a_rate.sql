-- Every invoice and every matched bank payment in another currency has a rate to the organization's own. Where there is none,
-- its amounts in the organization's currency are NULL, and a sum of them leaves it out.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

with without_rate as (
    select
        invoices.organization_id,
        'invoice' as record,
        invoices.currency_code,
        invoices.base_currency,
        coalesce(invoices.currency_rate > 0, false) as has_rate,
        invoices.net_amount as amount,
        'invoice ' || invoices.invoice_number as named
    from {{ ref('invoices') }} as invoices
    where
        (invoices.net_amount is not null and invoices.net_amount_base is null)
        or (invoices.tax_amount is not null and invoices.tax_amount_base is null)
        or (invoices.gross_amount is not null and invoices.gross_amount_base is null)
    union all
    select
        matches.organization_id,
        'bank payment' as record,
        matches.currency_code,
        matches.base_currency,
        false as has_rate,
        matches.amount,
        'bank transaction ' || matches.bank_transaction_reference as named
    from {{ ref('bank_matches') }} as matches
    where matches.amount is not null and matches.amount_base is null
)

select
    without_rate.organization_id,
    without_rate.record,
    without_rate.currency_code,
    count(*) as records,
    sum(without_rate.amount) as amount_in_that_currency,
    {{ lowest_listed('without_rate.named', 10, distinct=true) }} as first_ten,
    case
        when without_rate.base_currency is null
            then 'Nothing says what the organization''s own currency is. Land organization_information.'
        when without_rate.record = 'bank payment'
            then
                'The bank tells no rate, and the item that it may pay is in another currency. Nothing needs to be done: it '
                || 'stands in its own currency, and sums of amount_base leave it out.'
        when without_rate.has_rate
            then
                'Nothing tells what the rate on these invoices is per, so sums of the amounts in _base leave them out. To settle '
                || 'it, add a row to seeds/foreign_amounts.csv: '
                || concat_ws(',', without_rate.organization_id, without_rate.currency_code, 'base', '100')
                || ' where the rate is for 100 of ' || without_rate.currency_code || ', with 1 in place of 100 where it is for '
                || 'one, and with foreign in place of base where ledger lines have their amount in that currency.'
        else
            'These invoices name a currency and no rate, so sums of the amounts in _base leave them out. Give them one in the '
            || 'ERP and land their days again.'
    end as what_to_do
from without_rate
group by
    without_rate.organization_id,
    without_rate.record,
    without_rate.currency_code,
    without_rate.base_currency,
    without_rate.has_rate
