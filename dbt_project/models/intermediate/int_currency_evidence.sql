-- What tells an amount in the books' own currency from one in the line's: an account's month against the ERP's balance,
-- and a voucher that mixes rates, which can sum to zero in one reading only. An invoice tells what a rate is per.
with lines as (
    select
        lines.organization_id,
        lines.voucher_id,
        lines.posting_date,
        cast(date_trunc('month', lines.posting_date) as date) as period,
        lines.account_number,
        cast(lines.amount as decimal(18, 2)) as amount,
        lines.currency_code,
        lines.currency_rate,
        {{ is_foreign('lines', 'organization.currency_code') | indent(8) }} as is_foreign
    from {{ ref('stg_transactionlines') }} as lines
    left join {{ ref('stg_organization_information') }} as organization
        on lines.organization_id = organization.organization_id
    where lines.reject_reason is null
),

converted as (
    select
        lines.*,
        case when lines.is_foreign then lines.currency_code end as foreign_code,
        case
            when lines.is_foreign then try_cast({{ at_rate('lines.amount', 'lines.currency_rate', 1) }} as decimal(24, 6))
            else lines.amount
        end as at_1,
        case
            when lines.is_foreign then try_cast({{ at_rate('lines.amount', 'lines.currency_rate', 100) }} as decimal(24, 6))
            else lines.amount
        end as at_100
    from lines
),

read_each_way as (
    select
        lines.organization_id,
        'account month' as kind,
        reported.change as target,
        count(lines.foreign_code) as foreign_lines,
        count(distinct lines.foreign_code) as currencies,
        max(lines.foreign_code) as currency_code,
        sum(lines.amount) as as_base,
        sum(lines.at_1) as per_1,
        sum(lines.at_100) as per_100
    from converted as lines
    inner join {{ ref('int_tie_out_months') }} as months
        on lines.organization_id = months.organization_id and lines.period = months.period and months.is_judged
    inner join {{ ref('int_reported_balances') }} as reported
        on
            lines.organization_id = reported.organization_id
            and lines.period = reported.period
            and lines.account_number = reported.account_number
    where (lines.organization_id, lines.account_number, lines.period) in (
        select (l.organization_id, l.account_number, l.period) from lines as l where l.is_foreign
    )
    group by lines.organization_id, lines.account_number, lines.period, reported.change
    union all
    select
        lines.organization_id,
        'voucher' as kind,
        0 as target,
        count(lines.foreign_code) as foreign_lines,
        count(distinct lines.foreign_code) as currencies,
        max(lines.foreign_code) as currency_code,
        sum(lines.amount) as as_base,
        sum(lines.at_1) as per_1,
        sum(lines.at_100) as per_100
    from converted as lines
    where (lines.organization_id, lines.voucher_id) in (
        select (l.organization_id, l.voucher_id) from lines as l where l.is_foreign
    )
    group by lines.organization_id, lines.voucher_id, lines.posting_date
    having count(distinct case when lines.is_foreign then lines.currency_rate else 1 end) > 1
),

-- each converted line may be half an øre off
fitted as (
    select
        read_each_way.organization_id,
        read_each_way.kind,
        read_each_way.currency_code,
        read_each_way.as_base = read_each_way.target as fits_base,
        coalesce(
            abs(read_each_way.per_1 - read_each_way.target) <= read_each_way.foreign_lines * cast(0.005 as decimal(4, 3)), false
        ) as fits_per_1,
        coalesce(
            abs(read_each_way.per_100 - read_each_way.target) <= read_each_way.foreign_lines * cast(0.005 as decimal(4, 3)), false
        ) as fits_per_100
    from read_each_way
    where read_each_way.currencies = 1
),

invoices as (
    select
        orders.organization_id,
        orders.currency_code,
        bool_or(
            abs(lines.amount) = round({{ at_rate('abs(orders.gross_amount)', 'orders.currency_rate', 1) }}, 2)
        ) as fits_per_1,
        bool_or(
            abs(lines.amount) = round({{ at_rate('abs(orders.gross_amount)', 'orders.currency_rate', 100) }}, 2)
        ) as fits_per_100
    from {{ ref('int_invoiced_orders') }} as orders
    inner join lines on orders.organization_id = lines.organization_id and orders.voucher_id = lines.voucher_id
    where lines.is_foreign and orders.currency_code = lines.currency_code and orders.currency_rate = lines.currency_rate
    group by orders.organization_id, orders.currency_code, orders.order_id
)

select
    fitted.organization_id,
    fitted.currency_code,
    fitted.kind,
    case when fitted.fits_base then 'base' else 'foreign' end as speaks_for,
    case
        when fitted.fits_base or fitted.fits_per_1 = fitted.fits_per_100 then null
        when fitted.fits_per_1 then 1
        else 100
    end as rate_per,
    count(*) as cases
from fitted
where fitted.fits_base <> (fitted.fits_per_1 or fitted.fits_per_100)
group by all
union all
select
    invoices.organization_id,
    invoices.currency_code,
    'invoice' as kind,
    null as speaks_for,
    case when invoices.fits_per_1 then 1 else 100 end as rate_per,
    count(*) as cases
from invoices
where invoices.fits_per_1 <> invoices.fits_per_100
group by all
