with shared_accounts as (
    select
        amounts.organization_id,
        amounts.period,
        amounts.account_number
    from {{ ref('int_vat_amounts') }} as amounts
    where amounts.claimed_by in ('line', 'voucher', 'account')
    group by amounts.organization_id, amounts.period, amounts.account_number
    having count(distinct {id: amounts.tax_id, rate: amounts.tax_rate}) > 1
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
        posted.is_late,
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
            when lines.direction = 'both' then unnest(['output', 'deductible'])
            else lines.direction
        end as direction,
        lines.tax_base as base_amount,
        0 as tax_amount,
        lines.is_late,
        false as is_computed
    from {{ ref('int_line_taxes') }} as lines
    left join ways
        on
            lines.organization_id = ways.organization_id
            and lines.voucher_id = ways.voucher_id
            and lines.period = ways.period
            and lines.tax_id = ways.tax_id
            and lines.tax_rate is not distinct from ways.tax_rate
    where lines.period is not null and (lines.direction is not null or lines.standard_tax_code is null)
)
