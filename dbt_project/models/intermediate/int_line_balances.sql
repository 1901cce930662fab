{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    pre_hook="{{ choose_partitions(of=ref('int_ledger_partitions')) }}",
) }}

-- depends_on: {{ ref('int_ledger_partitions') }}
select
    lines.organization_id,
    lines.partition_date,
    lines._digest,
    lines._ordinal,
    sum(lines.amount) over (
        partition by lines.organization_id, lines.account_number, lines.posting_date
        order by lines.voucher_number asc nulls last, lines.line_id asc, lines._ordinal asc
        rows between unbounded preceding and current row
    ) as balance_within_day
from {{ ref('int_ledger_lines') }} as lines
{% if is_incremental() %}
    where {{ of_chosen_partitions('lines') | indent(4) }}
{% endif %}
