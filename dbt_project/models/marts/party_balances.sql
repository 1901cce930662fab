with days as (
    select
        lines.organization_id,
        lines.ledger,
        lines.account_number,
        lines.customer_id,
        lines.posting_date,
        {{ told_sum('lines.amount') | indent(8) }} as change
    from {{ ref('int_subledger_lines') }} as lines
    group by lines.organization_id, lines.ledger, lines.account_number, lines.customer_id, lines.posting_date
),

states as (
    select
        days.organization_id,
        days.ledger,
        days.account_number,
        days.customer_id,
        days.posting_date as valid_from,
        coalesce(
            lead(days.posting_date) over (
                partition by days.organization_id, days.account_number, days.customer_id order by days.posting_date
            ),
            {{ forever() }}
        ) as valid_to,
        {{ told_sum('days.change', 'so_far') | indent(8) }} as amount
    from days
    window
        so_far as (
            partition by days.organization_id, days.account_number, days.customer_id order by days.posting_date
        )
    union all
    select
        openings.organization_id,
        openings.ledger,
        openings.account_number,
        cast(null as varchar) as customer_id,
        openings.valid_from,
        openings.valid_to,
        openings.amount
    from {{ ref('int_subledger_openings') }} as openings
)

select
    states.organization_id,
    dates.as_of,
    states.ledger,
    states.account_number,
    states.customer_id,
    any_value(customers.name) as party_name,
    {{ known_sum('states.amount') }} as balance
from states
inner join {{ ref('int_as_of_dates') }} as dates
    on
        states.organization_id = dates.organization_id
        and states.valid_from <= dates.as_of
        and states.valid_to > dates.as_of
left join {{ ref('customers') }} as customers
    on states.organization_id = customers.organization_id and states.customer_id = customers.customer_id
group by states.organization_id, dates.as_of, states.ledger, states.account_number, states.customer_id
