{{ config(meta={'source': 'finago_soap', 'endpoint': 'typelist'}) }}

{{ typed('typelist', [
    ['transaction_type_id', 'TypeId'],
    ['transaction_type_number', 'TypeNo', 'integer'],
    ['title', 'Title'],
    ['series_id', 'EntrySeriesId'],
], key=['transaction_type_id'], of='finago_soap') }}
