-- It is known, from evidence or from the seed foreign_amounts, which currency the amounts on foreign lines are in and what
-- their rate is per. Where it is not, the amount is NULL, and so is every figure that it is part of.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'currency_verdict'}}}) }}

select
    lines.organization_id,
    lines.currency_code,
    count(*) as records,
    sum(case when lines.amount is null then 1 else 0 end) as amounts_that_are_null,
    min(lines.posting_date) as first_posted,
    max(lines.posting_date) as last_posted,
    sum(lines.amount_as_sent) as amount_as_sent,
    {{ lowest_listed('lines.account_number', 10, distinct=true) }} as first_ten_accounts,
    {{ lowest_listed('lines.posting_date', 10, distinct=true) }} as first_ten_days,
    case
        when count(*) = count(lines.amount)
            then
                'These lines name a currency and no rate, and stand as they were sent. If that is not what they are in '
                || 'the books'' own currency, give them a rate in the ERP.'
        else
            'Nothing tells what these amounts are in the books'' own currency, so they are NULL, and so are the balances '
            || 'and sums of their accounts from then on. To settle it, add a row to seeds/foreign_amounts.csv: '
            || concat_ws(',', lines.organization_id, lines.currency_code, 'foreign', '100')
            || ' where the amounts are in ' || lines.currency_code || ' and the rate is for 100 of it, with 1 in place of '
            || '100 where it is for one, or ' || concat_ws(',', lines.organization_id, lines.currency_code, 'base', '')
            || ' where the amounts are in the books'' own currency. A line without a rate needs one in the ERP.'
    end as what_to_do
from {{ ref('int_ledger_lines') }} as lines
-- depends_on: {{ ref('currency_verdict') }}
where lines.amount_basis = 'undetermined'
group by lines.organization_id, lines.currency_code
