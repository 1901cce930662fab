-- A line that moved to another day is there twice until its old day is landed again: what changed last counts. LinkId is given
-- anew whenever lines are linked, so it tells which lines belong together today, and is no key.
with newest as (
    select
        lines.*,
        row_number() over (
            partition by lines.organization_id, lower(lines.line_id)
            order by lines.changed_at_as_sent desc nulls last, lines.partition_date desc
        ) as nth
    from {{ ref('stg_soap_transactions') }} as lines
)

select
    lines.organization_id,
    lines.line_id,
    lines.partition_date as posting_date,
    lines.voucher_number,
    types.transaction_type_number,
    lines.account_number,
    cast(lines.amount as decimal(18, 2)) as amount,
    lines.is_open,
    -- what the service leaves out or sends as its least number is no link
    nullif(nullif(lines.link_id, '0'), '-2147483648') as link_id,
    nullif(lines.payment_reference, '') as payment_reference,
    coalesce(lines.system_type, 'Miscellaneous') as system_type,
    lines.is_hidden,
    years.is_locked as fiscal_year_is_locked,
    ledger.line_id is not null as is_in_ledger
from newest as lines
left join {{ ref('stg_soap_typelist') }} as types
    on lines.organization_id = types.organization_id and lines.transaction_type_id = types.transaction_type_id
left join {{ ref('fiscal_years') }} as years
    on
        lines.organization_id = years.organization_id
        and lines.partition_date between years.fiscal_year_start and years.fiscal_year_end
left join {{ ref('int_ledger_lines') }} as ledger
    on lines.organization_id = ledger.organization_id and lower(lines.line_id) = lower(ledger.line_id)
where lines.nth = 1
