-- An invoice's header is the sum of its order lines, but for the rounding that so many lines can make: half an øre each.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

with totals as (
    select
        lines.organization_id,
        lines.order_id,
        count(lines.net_amount) as priced_lines,
        sum(case when lines.net_amount is null and lines.quantity <> 0 and lines.price <> 0 then 1 else 0 end) as unknown_lines,
        sum(lines.net_amount) as net_amount,
        sum(lines.net_amount * try_cast(lines.tax_rate as decimal(9, 4))) as tax_percents
    from {{ ref('invoice_lines') }} as lines
    group by lines.organization_id, lines.order_id
)

select
    invoices.organization_id,
    invoices.invoice_number,
    invoices.order_id,
    invoices.net_amount,
    totals.net_amount as lines_net_amount,
    invoices.tax_amount,
    totals.tax_percents * cast(0.01 as decimal(3, 2)) as lines_tax_amount
from {{ ref('invoices') }} as invoices
inner join totals on invoices.organization_id = totals.organization_id and invoices.order_id = totals.order_id
where
    totals.unknown_lines = 0
    and (
        abs(invoices.net_amount - coalesce(totals.net_amount, 0)) * 200 > totals.priced_lines + 1
        or abs(invoices.tax_amount * 100 - coalesce(totals.tax_percents, 0)) * 2 > 2 * totals.priced_lines + 1
    )
