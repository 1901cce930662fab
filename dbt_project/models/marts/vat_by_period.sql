with settled_terms as (
    select
        settlements.organization_id,
        settlements.period,
        min(settlements.settled_at) as settled_at
    from {{ ref('int_vat_settlements') }} as settlements
    group by settlements.organization_id, settlements.period
),

shared_accounts as (
    select
        amounts.organization_id,
        amounts.period,
        amounts.account_number
    from {{ ref('int_vat_amounts') }} as amounts
    where amounts.claimed_by in ('line', 'voucher', 'account')
    group by amounts.organization_id, amounts.period, amounts.account_number
    having count(distinct concat_ws('@', amounts.tax_id, amounts.tax_rate)) > 1
),

amounts as (
    select
        posted.organization_id,
        posted.period,
        posted.tax_number,
        posted.standard_tax_code,
        posted.tax_rate,
        posted.direction,
        0 as base_amount,
        posted.tax_amount,
        posted.last_created_at as made_at,
        posted.claimed_by = 'law'
        or (posted.claimed_by in ('voucher', 'account') and shared_accounts.account_number is not null) as is_computed
    from {{ ref('int_vat_amounts') }} as posted
    left join shared_accounts
        on
            posted.organization_id = shared_accounts.organization_id
            and posted.period = shared_accounts.period
            and posted.account_number = shared_accounts.account_number
),

-- which ways a code goes: its standard code says so; for one nobody mapped, the accounts it was posted to
directions_of_code as (
    select
        amounts.organization_id,
        amounts.partition_date,
        amounts.voucher_id,
        amounts.period,
        amounts.tax_id,
        amounts.tax_rate,
        amounts.direction
    from {{ ref('int_vat_amounts') }} as amounts
    where amounts.standard_tax_code is null and amounts.tax_id is not null
    group by all
),

bases as (
    select
        lines.organization_id,
        lines.period,
        lines.tax_number,
        lines.standard_tax_code,
        lines.tax_rate,
        case
            when lines.standard_tax_code is null then directions_of_code.direction
            when lines.direction = 'both' then sides.direction
            else lines.direction
        end as direction,
        lines.tax_base as base_amount,
        0 as tax_amount,
        lines.created_at as made_at,
        false as is_computed
    from {{ ref('int_line_taxes') }} as lines
    left join (values ('output'), ('deductible')) as sides (direction)
        on lines.direction = 'both' and lines.standard_tax_code is not null
    left join directions_of_code
        on
            lines.organization_id = directions_of_code.organization_id
            and lines.partition_date = directions_of_code.partition_date
            and lines.voucher_id = directions_of_code.voucher_id
            and lines.period = directions_of_code.period
            and lines.tax_id = directions_of_code.tax_id
            and lines.tax_rate is not distinct from directions_of_code.tax_rate
    where lines.period is not null and (lines.direction is not null or lines.standard_tax_code is null)
),

summed_by_term as (
    select
        parts.organization_id,
        parts.period,
        parts.tax_number,
        parts.standard_tax_code,
        parts.tax_rate,
        parts.direction,
        {{ told_sum('parts.base_amount') | indent(8) }} as base_amount,
        {{ told_sum('parts.tax_amount') | indent(8) }} as tax_amount,
        bool_or(parts.is_computed) as is_computed,
        {{ told_sum('case when parts.made_at > settled_terms.settled_at then parts.base_amount else 0 end') | indent(8) }} as late_base_amount,
        {{ told_sum('case when parts.made_at > settled_terms.settled_at then parts.tax_amount else 0 end') | indent(8) }} as late_tax_amount
    from (
        select amounts.* from amounts
        union all
        select bases.* from bases
    ) as parts
    left join settled_terms on parts.organization_id = settled_terms.organization_id and parts.period = settled_terms.period
    group by
        parts.organization_id,
        parts.period,
        parts.tax_number,
        parts.standard_tax_code,
        parts.tax_rate,
        parts.direction
),

-- a number that /taxes has twice is one code with one name
names as (
    select
        taxes.organization_id,
        taxes.tax_number,
        max(taxes.tax_name) as tax_name
    from {{ ref('stg_taxes') }} as taxes
    group by taxes.organization_id, taxes.tax_number
),

terms as (
    select distinct
        days.organization_id,
        days.period,
        days.period_end
    from {{ ref('int_vat_days') }} as days
)

select
    summed_by_term.organization_id,
    summed_by_term.period,
    terms.period_end,
    summed_by_term.tax_number,
    summed_by_term.standard_tax_code,
    summed_by_term.tax_rate as rate,
    summed_by_term.direction,
    try_cast(summed_by_term.base_amount as decimal(18, 2)) as base_amount,
    try_cast(summed_by_term.tax_amount as decimal(18, 2)) as tax_amount,
    case when summed_by_term.is_computed then 'computed' else 'posted' end as tax_source,
    settled_terms.settled_at,
    try_cast(summed_by_term.late_base_amount as decimal(18, 2)) as late_base_amount,
    try_cast(summed_by_term.late_tax_amount as decimal(18, 2)) as late_tax_amount,
    names.tax_name,
    standard_codes.description as standard_tax_name
from summed_by_term
inner join terms on summed_by_term.organization_id = terms.organization_id and summed_by_term.period = terms.period
left join settled_terms on summed_by_term.organization_id = settled_terms.organization_id and summed_by_term.period = settled_terms.period
left join names
    on summed_by_term.organization_id = names.organization_id and summed_by_term.tax_number = names.tax_number
left join {{ ref('standard_tax_codes') }} as standard_codes
    on summed_by_term.standard_tax_code = standard_codes.standard_tax_code
