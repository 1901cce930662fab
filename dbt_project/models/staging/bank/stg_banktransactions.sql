{{ config(materialized='incremental', incremental_strategy='replace_partitions') }}

with transactions as (
    {{ typed('banktransactions', [
        ['bank_transaction_reference', 'bankTransactionReference'],
        ['transaction_direction', 'type'],
        ['bank_account_id', 'bankAccount.id'],
        ['payment_reference_type', 'paymentReference.type'],
        ['payment_reference', 'paymentReference.value'],
        ['unsigned_amount', 'amount.value', 'decimal'],
        ['currency_code', 'amount.currency.code'],
        ['transaction_date', 'date', 'date'],
        ['from_account_number', 'fromBankAccount.number'],
        ['from_account_type', 'fromBankAccount.type'],
        ['to_account_number', 'toBankAccount.number'],
        ['to_account_type', 'toBankAccount.type'],
        ['domain_code', 'bankTransactionCode.domainCode'],
        ['family_code', 'bankTransactionCode.familyCode'],
        ['sub_family_code', 'bankTransactionCode.subFamilyCode'],
        ['status', 'status'],
        ['created_at', 'createdAt', 'timestamp'],
        ['modified_at', 'modifiedAt', 'timestamp'],
    ], decides=['transaction_date']) | indent(4) }}
)

select
    transactions.*,
    case transactions.transaction_direction
        when 'inbound' then transactions.unsigned_amount
        when 'outbound' then -transactions.unsigned_amount
    end as amount
from transactions
