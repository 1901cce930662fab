-- Open items, summed by party and account, are what the ledger says of the party.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'open_items'}}}) }}

with items as (
    select
        open_items.organization_id,
        open_items.as_of,
        open_items.account_number,
        open_items.customer_id,
        {{ known_sum('open_items.open_amount') }} as open_amount
    from {{ ref('open_items') }} as open_items
    group by open_items.organization_id, open_items.as_of, open_items.account_number, open_items.customer_id
)

select
    coalesce(items.organization_id, balances.organization_id) as organization_id,
    coalesce(items.as_of, balances.as_of) as as_of,
    coalesce(items.account_number, balances.account_number) as account_number,
    balances.balance,
    items.open_amount
from items
full outer join {{ ref('party_balances') }} as balances
    on
        items.organization_id = balances.organization_id
        and items.as_of = balances.as_of
        and items.account_number = balances.account_number
        and items.customer_id is not distinct from balances.customer_id
where
    case when items.as_of is null then 0 else items.open_amount end
    is distinct from case when balances.as_of is null then 0 else balances.balance end
