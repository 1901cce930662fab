-- What stood on a control account before its first landed line is explained by lines: nothing comes as one opening.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'open_items'}}}) }}

select
    openings.organization_id,
    openings.account_number,
    openings.ledger,
    openings.valid_from + 1 as first_day,
    openings.amount,
    case
        when openings.amount is null
            then
                'What stood on the account before this day is not known: days are missing, or the ERP reports no '
                || 'opening. Land the missing days, or set FINAGO_START_DATE to the day of the opening voucher.'
        else
            'This stood on the account before this day, and no landed line says whose it was: it is in no overdue '
            || 'bucket, and later payments of it stand as unallocated. Set FINAGO_START_DATE back to the day of the '
            || 'opening voucher and land the days before.'
    end as what_to_do
from {{ ref('int_subledger_openings') }} as openings
-- depends_on: {{ ref('open_items') }}
where openings.valid_to = {{ forever() }}
