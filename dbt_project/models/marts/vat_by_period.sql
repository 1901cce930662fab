with settled as (
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
ways as (
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
            when lines.standard_tax_code is null then ways.direction
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
    left join ways
        on
            lines.organization_id = ways.organization_id
            and lines.partition_date = ways.partition_date
            and lines.voucher_id = ways.voucher_id
            and lines.period = ways.period
            and lines.tax_id = ways.tax_id
            and lines.tax_rate is not distinct from ways.tax_rate
    where lines.period is not null and (lines.direction is not null or lines.standard_tax_code is null)
),

summed as (
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
        {{ told_sum('case when parts.made_at > settled.settled_at then parts.base_amount else 0 end') | indent(8) }} as late_base_amount,
        {{ told_sum('case when parts.made_at > settled.settled_at then parts.tax_amount else 0 end') | indent(8) }} as late_tax_amount
    from (
        select amounts.* from amounts
        union all
        select bases.* from bases
    ) as parts
    left join settled on parts.organization_id = settled.organization_id and parts.period = settled.period
    group by
        parts.organization_id,
        parts.period,
        parts.tax_number,
        parts.standard_tax_code,
        parts.tax_rate,
        parts.direction
),

terms as (
    select distinct
        days.organization_id,
        days.period,
        days.period_end
    from {{ ref('int_vat_days') }} as days
)

select
    summed.organization_id,
    summed.period,
    terms.period_end,
    summed.tax_number,
    summed.standard_tax_code,
    summed.tax_rate as rate,
    summed.direction,
    try_cast(summed.base_amount as decimal(18, 2)) as base_amount,
    try_cast(summed.tax_amount as decimal(18, 2)) as tax_amount,
    case when summed.is_computed then 'computed' else 'posted' end as tax_source,
    settled.settled_at,
    try_cast(summed.late_base_amount as decimal(18, 2)) as late_base_amount,
    try_cast(summed.late_tax_amount as decimal(18, 2)) as late_tax_amount
from summed
inner join terms on summed.organization_id = terms.organization_id and summed.period = terms.period
left join settled on summed.organization_id = settled.organization_id and summed.period = settled.period
