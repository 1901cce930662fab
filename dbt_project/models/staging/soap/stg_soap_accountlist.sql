{{ config(meta={'source': 'finago_soap', 'endpoint': 'accountlist'}) }}

{{ typed('accountlist', [
    ['account_id', 'AccountId'],
    ['account_number', 'AccountNo', 'integer'],
    ['account_name', 'AccountName'],
    ['tax_id', 'AccountTax'],
    ['tax_number', 'TaxNo', 'integer'],
], key=['account_id'], of='finago_soap') }}
