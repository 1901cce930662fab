-- What an account held beyond its landed lines. Within an unbroken run of days it is one amount: it follows from any
-- month in the run whose opening is known. Between two runs nothing is known; after the last one it stays.
with spans as (
    select
        spans.organization_id,
        spans.first_date - 1 as valid_from,
        spans.last_date + 1 as known_to,
        coalesce(
            lead(spans.first_date - 1) over (partition by spans.organization_id order by spans.first_date),
            {{ forever() }}
        ) as next_from
    from {{ ref('int_landed_spans') }} as spans
),

days as (
    select
        lines.organization_id,
        lines.account_number,
        lines.posting_date,
        {{ told_sum(told_sum('lines.amount'), 'so_far') | indent(8) }} as landed_to
    from {{ ref('int_subledger_lines') }} as lines
    group by lines.organization_id, lines.account_number, lines.posting_date
    window so_far as (partition by lines.organization_id, lines.account_number order by lines.posting_date)
),

openings as (
    select
        months.organization_id,
        months.account_number,
        months.period,
        try_cast(months.opening as decimal(18, 2))
        - case when days.posting_date is null then 0 else days.landed_to end as amount
    from {{ ref('int_account_balances') }} as months
    inner join {{ ref('int_control_accounts') }} as accounts
        on months.organization_id = accounts.organization_id and months.account_number = accounts.account_number
    asof left join days
        on
            months.organization_id = days.organization_id
            and months.account_number = days.account_number
            and months.period > days.posting_date
    where months.opening is not null
),

opening_by_span as (
    select
        accounts.organization_id,
        accounts.ledger,
        accounts.account_number,
        spans.valid_from,
        spans.known_to,
        spans.next_from,
        min_by(openings.amount, openings.period) as amount
    from {{ ref('int_control_accounts') }} as accounts
    inner join spans on accounts.organization_id = spans.organization_id
    left join openings
        on
            accounts.organization_id = openings.organization_id
            and accounts.account_number = openings.account_number
            and spans.valid_from < openings.period
            and spans.known_to >= openings.period
    group by all
),

states as (
    select
        opening_by_span.* exclude (known_to, next_from),
        case when opening_by_span.next_from = {{ forever() }} then opening_by_span.next_from else opening_by_span.known_to end as valid_to
    from opening_by_span
    union all
    select
        opening_by_span.organization_id,
        opening_by_span.ledger,
        opening_by_span.account_number,
        opening_by_span.known_to as valid_from,
        null as amount,
        opening_by_span.next_from as valid_to
    from opening_by_span
    where opening_by_span.known_to < opening_by_span.next_from and opening_by_span.next_from < {{ forever() }}
)

select
    states.organization_id,
    states.ledger,
    states.account_number,
    states.valid_from,
    states.valid_to,
    try_cast(states.amount as decimal(18, 2)) as amount
from states
where states.amount is distinct from 0
