-- The tables that the trial balance, its tie-out and the statements are made from have one row for each of their keys.
-- Of models that are written into their readers those keys tell: a doubled row of int_account_months or int_known_openings would
-- double int_account_balances, and one of int_results the trial balance. int_fiscal_years and int_landed_spans cannot double one.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'trial_balance'}}}) }}

-- depends_on: {{ ref('trial_balance') }}
{{ unsound_rows([
    {'of': ref('int_account_balances'), 'key': ['organization_id', 'account_number', 'period']},
    {'of': ref('int_account_days'), 'key': ['organization_id', 'account_number', 'posting_date']},
    {'of': ref('int_accounts'), 'key': ['organization_id', 'account_number']},
    {'of': ref('int_currency_verdict'), 'key': ['organization_id']},
    {'of': ref('int_day_balances'), 'key': ['organization_id', 'account_number', 'posting_date']},
    {'of': ref('int_day_sums'), 'key': ['organization_id', 'partition_date', 'account_number', 'posting_date']},
    {'of': ref('int_dimension_days'), 'key': ['organization_id', 'partition_date', 'account_number', 'dimension_type', 'dimension_value']},
    {'of': ref('int_dimension_names'), 'key': ['organization_id', 'dimension_type', 'dimension_value']},
    {'of': ref('int_fetched_months'), 'key': ['organization_id', 'period']},
    {'of': ref('int_landed_balances'), 'key': ['organization_id']},
    {'of': ref('int_landed_days'), 'key': ['organization_id', 'landed_date']},
    {'of': ref('int_ledger_months'), 'key': ['organization_id', 'period']},
    {'of': ref('int_ledger_partitions'), 'key': ['organization_id', 'partition_date']},
    {'of': ref('int_reported_balances'), 'key': ['organization_id', 'account_number', 'period']},
    {'of': ref('int_tie_out_months'), 'key': ['organization_id', 'period']},
    {'of': ref('int_typed_partitions'), 'key': ['organization_id', 'partition_date']},
    {'of': ref('int_typed_sums'), 'key': ['organization_id', 'partition_date', 'posting_date', 'account_number']}
]) }}
