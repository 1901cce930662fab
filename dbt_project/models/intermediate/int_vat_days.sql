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
        {{ term_start('lengths.vat_date', 'lengths.months') }} as period
    from lengths
)

select
    started.organization_id,
    started.vat_date,
    started.period,
    {{ term_end('started.period', 'started.months') }} as period_end
from started
