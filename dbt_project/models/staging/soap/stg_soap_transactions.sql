{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'finago_soap', 'endpoint': 'transactions'}
) }}

{{ typed('transactions', [
    ['line_id', 'Id'],
    ['voucher_number', 'TransactionNo', 'integer'],
    ['transaction_type_id', 'TransactionTypeId'],
    ['account_number', 'AccountNo', 'integer'],
    ['amount', 'Amount', 'decimal'],
    ['currency_code', 'Currency'],
    ['currency_rate', 'CurrencyRate', 'decimal'],
    ['rate_per', 'CurrencyUnit', 'integer'],
    ['link_id', 'LinkId'],
    ['is_open', 'Open', 'boolean'],
    ['is_hidden', 'Hidden', 'boolean'],
    ['payment_reference', 'OCR'],
    ['invoice_number', 'InvoiceNo'],
    ['system_type', 'SystemType'],
    ['changed_at_as_sent', 'DateChanged'],
    ['registered_at_as_sent', 'RegistrationDate'],
], of='finago_soap') }}
