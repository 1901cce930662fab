{{ config(post_hook="{{ table_macro('days_sales_outstanding_as_of', days_sales_outstanding_query()) }}") }}

{{ days_sales_outstanding(ref('int_as_of_dates'), ref('open_items'), ref('int_invoicing_days'), ref('int_landed_days')) }}
