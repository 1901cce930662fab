with expected as (
    select
        claims.*,
        vouchers.room,
        vouchers.expected_tax * case
            -- a code nobody mapped: which way its VAT goes is read off the account
            when claims.standard_tax_code is null then sign(claims.moved_amount) * sign(vouchers.expected_tax)
            when claims.side = 'purchase' and claims.direction = 'output' then -1
            else 1
        end as expected_tax
    from {{ ref('int_vat_claims') }} as claims
    left join {{ ref('int_vat_vouchers') }} as vouchers
        on
            claims.organization_id = vouchers.organization_id
            and claims.voucher_id = vouchers.voucher_id
            and claims.period = vouchers.period
            and claims.tax_id = vouchers.tax_id
            and claims.tax_rate is not distinct from vouchers.tax_rate
            and claims.claimed_by in ('line', 'voucher')
),

rested as (
    select
        expected.*,
        case
            when expected.claims > 1
                then expected.moved_amount - sum(coalesce(expected.expected_tax, 0)) over same_account
            else 0
        end as rest,
        sum(coalesce(expected.room, 0)) over same_account as room_for_rest,
        row_number() over (
            partition by
                expected.organization_id, expected.voucher_id, expected.period, expected.account_number, expected.claimed_by
            order by abs(expected.expected_tax) desc nulls last, expected.tax_id asc, expected.direction asc
        ) as place
    from expected
    window same_account as (
        partition by
            expected.organization_id, expected.voucher_id, expected.period, expected.account_number, expected.claimed_by
    )
),

-- neither way was posted, because the two come to nothing: the return wants both
unposted as (
    select
        vouchers.*,
        unnest(['output', 'deductible']) as way
    from {{ ref('int_vat_vouchers') }} as vouchers
    where
        vouchers.direction = 'both'
        and vouchers.expected_tax <> 0
        and not exists (
            select 1 from {{ ref('int_vat_claims') }} as claims
            where
                claims.organization_id = vouchers.organization_id
                and claims.voucher_id = vouchers.voucher_id
                and claims.period = vouchers.period
                and claims.tax_id = vouchers.tax_id
        )
)

select
    rested.organization_id,
    rested.voucher_id,
    rested.period,
    rested.account_number,
    rested.direction,
    rested.claimed_by,
    rested.tax_id,
    rested.tax_rate,
    rested.tax_number,
    rested.standard_tax_code,
    case
        when rested.claims = 1 then rested.moved_amount
        when rested.place = 1 and abs(rested.rest) <= rested.room_for_rest
            then coalesce(rested.expected_tax, 0) + rested.rest
        else coalesce(rested.expected_tax, 0)
    end as tax_amount,
    rested.expected_tax,
    rested.is_late
from rested
union all
select
    rested.organization_id,
    rested.voucher_id,
    rested.period,
    rested.account_number,
    rested.direction,
    'nobody' as claimed_by,
    null as tax_id,
    null as tax_rate,
    null as tax_number,
    null as standard_tax_code,
    rested.rest as tax_amount,
    null as expected_tax,
    rested.is_late
from rested
where rested.place = 1 and abs(rested.rest) > rested.room_for_rest
union all
select
    unposted.organization_id,
    unposted.voucher_id,
    unposted.period,
    null as account_number,
    unposted.way as direction,
    'law' as claimed_by,
    unposted.tax_id,
    unposted.tax_rate,
    unposted.tax_number,
    unposted.standard_tax_code,
    case unposted.way when 'output' then -unposted.expected_tax else unposted.expected_tax end as tax_amount,
    case unposted.way when 'output' then -unposted.expected_tax else unposted.expected_tax end as expected_tax,
    unposted.is_late
from unposted
