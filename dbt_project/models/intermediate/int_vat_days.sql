with days as (
    select distinct
        lines.organization_id,
        coalesce(lines.period_date, lines.posting_date) as vat_date
    from {{ ref('int_ledger_lines') }} as lines
),

lengths as (
    select
        days.organization_id,
        days.vat_date,
        cast(terms.months as integer) as months
    from days
    inner join {{ ref('vat_terms') }} as terms
        on days.vat_date >= coalesce(terms.valid_from, date '0001-01-01') and {{ holds_for('terms', 'days') }}
    qualify row_number() over (
        partition by days.organization_id, days.vat_date
        order by terms.organization_id asc nulls last, terms.valid_from desc nulls last
    ) = 1
),

started as (
    select
        lengths.*,
        make_date(year(lengths.vat_date), (month(lengths.vat_date) - 1) // lengths.months * lengths.months + 1, 1) as period
    from lengths
)

select
    started.organization_id,
    started.vat_date,
    started.period,
    last_day(cast(started.period + to_months(started.months - 1) as date)) as period_end
from started
