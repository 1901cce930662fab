{{ config(
    post_hook="{{ table_macro('aged_payables_as_of', aged('marts.open_items_as_of(on_date)', within(ref('customers')), 'payable')) }}",
) }}

{{ aged(ref('open_items'), ref('customers'), 'payable') }}
