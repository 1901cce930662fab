{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    post_hook="{{ mark_moved('order_id') }}"
) }}

select
    orders.*,
    cast(null as date) as _moved_to
from (
    {{ typed('salesorders', [
        ['order_id', 'id'],
        ['order_status', 'status'],
        ['order_date', 'date', 'date'],
        ['delivery_date', 'deliveryDate', 'date'],
        ['customer_id', 'customer.id'],
        ['customer_name', 'customer.name'],
        ['customer_organization_number', 'customer.organizationNumber'],
        ['customer_gln', 'customer.gln'],
        ['customer_street', 'customer.street', 'lines'],
        ['customer_postal_code', 'customer.postalCode'],
        ['customer_postal_area', 'customer.postalArea'],
        ['customer_city', 'customer.city'],
        ['customer_country_subdivision', 'customer.countrySubdivision'],
        ['customer_country_code', 'customer.countryCode'],
        ['delivery_customer_id', 'deliveryCustomer.id'],
        ['delivery_street', 'deliveryCustomer.street', 'lines'],
        ['delivery_postal_code', 'deliveryCustomer.postalCode'],
        ['delivery_country_code', 'deliveryCustomer.countryCode'],
        ['currency_code', 'currency.code'],
        ['currency_rate', 'currency.rate', 'decimal'],
        ['net_amount', 'netAmount', 'decimal'],
        ['tax_amount', 'taxAmount', 'decimal'],
        ['gross_amount', 'grossAmount', 'decimal'],
        ['invoice_number', 'invoice.number'],
        ['invoice_date', 'invoice.date', 'date'],
        ['due_date', 'invoice.dueDate', 'date'],
        ['distribution_method', 'invoice.distributionMethod'],
        ['payment_terms_type', 'invoice.paymentTerms.type'],
        ['payment_terms_value', 'invoice.paymentTerms.value'],
        ['payment_reference', 'invoice.remittanceReference'],
        ['voucher_id', 'invoice.transaction.id'],
        ['accrual_start_date', 'accrual.startDate', 'date'],
        ['accrual_months', 'accrual.length', 'integer'],
        ['payment_method_id', 'paymentMethod.id'],
        ['reference_number', 'referenceNumber'],
        ['sales_type_id', 'salesType.id'],
        ['our_reference_id', 'ourReference.id'],
        ['created_at', 'createdAt', 'timestamp'],
        ['modified_at', 'modifiedAt', 'timestamp'],
    ], decides=['order_date'], key=['order_id']) | indent(4) }}
) as orders
