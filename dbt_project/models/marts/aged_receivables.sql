{{ config(
    post_hook="{{ table_macro('aged_receivables_as_of', aged('marts.open_items_as_of(on_date)', within(ref('customers')), 'receivable')) }}",
) }}

{{ aged(ref('open_items'), ref('customers'), 'receivable') }}
