-- A line with a customer or supplier on an account of class 15 or 24 lies on a control account. Open items and ageing
-- leave out all other accounts.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'open_items'}}}) }}

with with_range as (
    select
        lines.organization_id,
        lines.account_number,
        count(*) as records,
        count(distinct lines.customer_id) as parties,
        sum(lines.amount) as amount,
        case when starts_with(cast(lines.account_number as varchar), '15') then 'receivable' else 'payable' end as ledger
    from {{ ref('int_ledger_lines') }} as lines
    where
        nullif(lines.customer_id, '') is not null
        and left(cast(lines.account_number as varchar), 2) in ('15', '24')
    group by lines.organization_id, lines.account_number
)

select
    with_range.organization_id,
    with_range.account_number,
    with_range.records,
    with_range.parties,
    try_cast(with_range.amount as decimal(18, 2)) as amount,
    -- an organization's own rows for a ledger take the place of the default ones, so those go along
    'These lines are in no open item and no ageing. If they are ' || with_range.ledger
    || 's, add to seeds/control_accounts.csv: '
    || coalesce((
        select
            string_agg(
                concat_ws(',', with_range.organization_id, ranges.ledger, ranges.first_account, ranges.last_account), ' and '
                order by ranges.first_account
            ) || ' and '
        from {{ ref('control_accounts') }} as ranges
        where
            nullif(ranges.organization_id, '') is null
            and ranges.ledger = with_range.ledger
            and not exists (
                select 1 from {{ ref('control_accounts') }} as own
                where own.organization_id = with_range.organization_id and own.ledger = with_range.ledger
            )
    ), '')
    || concat_ws(',', with_range.organization_id, with_range.ledger, with_range.account_number, with_range.account_number)
    || '. If not, add the last row with none as its ledger.' as what_to_do
from with_range
left join {{ ref('int_control_accounts') }} as accounts
    on with_range.organization_id = accounts.organization_id and with_range.account_number = accounts.account_number
-- depends_on: {{ ref('open_items') }}
where
    accounts.account_number is null
    and not exists (
        select 1 from {{ ref('control_accounts') }} as ranges
        where
            ranges.ledger = 'none'
            and coalesce(nullif(ranges.organization_id, ''), with_range.organization_id) = with_range.organization_id
            and {{ in_account_range('with_range.account_number', 'ranges') }}
    )
