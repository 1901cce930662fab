{{ config(meta={'source': 'finago_soap', 'endpoint': 'fiscalyears'}) }}

{{ typed('fiscalyears', [
    ['fiscal_year_id', 'Id'],
    ['starting_date', 'StartingDate', 'date'],
    ['day_after', 'EndingDate', 'date'],
    ['is_locked', 'IsLocked', 'boolean'],
], key=['fiscal_year_id'], of='finago_soap') }}
