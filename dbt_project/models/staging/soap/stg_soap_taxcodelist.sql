{{ config(meta={'source': 'finago_soap', 'endpoint': 'taxcodelist'}) }}

{{ typed('taxcodelist', [
    ['tax_id', 'TaxId'],
    ['tax_number', 'TaxNo'],
    ['tax_name', 'TaxName'],
    ['tax_rate', 'TaxRate', 'decimal'],
    ['account_number', 'AccountNo', 'integer'],
], key=['tax_id'], of='finago_soap') }}
