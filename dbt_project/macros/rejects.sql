{#- Why a ledger line cannot stand in the ledger, or NULL. An amount is never rounded into the books: `line` has it as
    booked_amount where it is whole øre. -#}
{% macro reject_reason(line) -%}
case
    when
        {{ line }}._lost is not null
        or {{ line }}._unread is not null
        {%- for column in ['line_id', 'posting_date', 'account_number', 'booked_amount'] %}
        or {{ line }}.{{ column }} is null
        {%- endfor %}
        then {{ reasons(line) | indent(8) }}
end
{%- endmacro %}

{% macro reasons(line) -%}
nullif(concat_ws('; ',
    case when {{ line }}._lost = 'record' then 'the record is not a JSON object' end,
    case
        when {{ is_listed(text(damaged_text()), line ~ '._unread') }}
            then 'its text was damaged on the way: half a character, a control character or bytes that are no UTF-8'
    end,
    case
        when {{ line }}._lost is null then null
        {%- for field in ['account', 'amount', 'account.number', 'date', 'tax.rate', 'currency.rate'] %}
        when {{ is_listed(text(field), line ~ '._lost') }} then 'cannot be read exactly: ' || {{ line }}._lost
        {%- endfor %}
    end,
    {%- for column, label in [('line_id', 'id'), ('posting_date', 'date'), ('account_number', 'account number'), ('amount', 'amount')] %}
    case when {{ line }}.{{ column }} is null and {{ line }}._lost is null then 'no {{ label }}' end,
    {%- endfor %}
    case when {{ line }}.amount <> round({{ line }}.amount, 2) then 'amount has more than two decimals' end,
    case when abs({{ line }}.amount) >= cast(1e16 as decimal(38, 10)) then 'amount is wider than DECIMAL(18,2)' end
), '')
{%- endmacro %}
