{%- set ad_hoc -%}
    {{ days_sales_outstanding(
        '(select distinct organization_id, cast(on_date as date) as as_of from ' ~ within(ref('int_landed_days')) ~ ')',
        'marts.open_items_as_of(on_date)', within(ref('int_invoicing_days')), within(ref('int_landed_days')),
    ) }}
{%- endset -%}
{{ config(post_hook=table_macro('days_sales_outstanding_as_of', ad_hoc)) }}

{{ days_sales_outstanding(ref('int_as_of_dates'), ref('open_items'), ref('int_invoicing_days'), ref('int_landed_days')) }}
