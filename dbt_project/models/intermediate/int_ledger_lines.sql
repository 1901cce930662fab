{{ config(materialized='view') }}

select
    lines.* exclude (amount, reject_reason, payload, _lost),
    cast(lines.amount as decimal(18, 2)) as amount
from {{ ref('stg_transactionlines') }} as lines
where lines.reject_reason is null
