-- Every account with lines has a class: its first digits stand in the seed account_classes.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'balance_sheet'}}}) }}

select distinct
    sheet.organization_id,
    sheet.account_number
from {{ ref('balance_sheet') }} as sheet
where sheet.row_kind = 'unclassified'
