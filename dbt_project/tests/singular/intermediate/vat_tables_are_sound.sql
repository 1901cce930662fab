-- The tables that VAT by period is made from have one row for each of their keys.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'vat_by_period'}}}) }}

-- depends_on: {{ ref('vat_by_period') }}
{{ unsound_rows([
    {'of': ref('int_line_taxes'), 'key': ['organization_id', 'partition_date', '_ordinal']},
    {'of': ref('int_tax_codes'), 'key': ['organization_id', 'tax_id']},
    {'of': ref('int_vat_accounts'), 'key': ['organization_id', 'account_number', 'standard_tax_code', 'direction', 'valid_from']},
    {'of': ref('int_vat_days'), 'key': ['organization_id', 'vat_date']},
    {'of': ref('int_vat_habits'), 'key': ['organization_id', 'tax_id', 'tax_rate']},
    {'of': ref('int_vat_lines'), 'key': ['organization_id', 'partition_date', '_ordinal']},
    {'of': ref('int_vat_partitions'), 'key': ['organization_id', 'partition_date']},
    {'of': ref('int_vat_settlements'), 'key': ['organization_id', 'voucher_id', 'period']}
]) }}
