{{ config(materialized='incremental', incremental_strategy='replace_partitions', meta={'endpoint': 'currencies'}) }}

{{ typed('currencies', [
    ['currency_code', 'code'],
    ['currency_rate', 'rate', 'decimal'],
], key=['currency_code']) }}
