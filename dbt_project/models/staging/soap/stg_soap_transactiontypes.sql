{{ config(meta={'source': 'finago_soap', 'endpoint': 'transactiontypes'}) }}

{{ typed('transactiontypes', [
    ['transaction_type_id', 'Id'],
    ['transaction_type_number', 'No', 'integer'],
    ['title', 'Title'],
    ['is_turnover', 'Turnover', 'boolean'],
], key=['transaction_type_id'], of='finago_soap') }}
