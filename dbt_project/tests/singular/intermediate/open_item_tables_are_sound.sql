-- The tables that open items, invoices and bank matches are made from have one row for each of their keys.
-- int_bank_references and int_invoice_balances are written into their readers, whose keys would break with theirs.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'open_items'}}}) }}

-- depends_on: {{ ref('open_items') }}
{{ unsound_rows([
    {'of': ref('int_as_of_dates'), 'key': ['organization_id', 'as_of']},
    {'of': ref('int_control_accounts'), 'key': ['organization_id', 'account_number']},
    {'of': ref('int_invoicing_days'), 'key': ['organization_id', 'posting_date']},
    {'of': ref('int_item_states'), 'key': ['organization_id', 'account_number', 'customer_id', 'item_kind', 'item', 'valid_from']},
    {'of': ref('int_kid_invoices'), 'key': ['organization_id', 'account_number', 'customer_id', 'payment_reference', 'invoice']},
    {'of': ref('int_kid_settlements'), 'key': ['organization_id', 'account_number', 'customer_id', 'item_kind', 'item', 'settled_on']},
    {'of': ref('int_subledger_openings'), 'key': ['organization_id', 'account_number', 'valid_from']}
]) }}
