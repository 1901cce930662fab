{{ typed('organization_information', [
    ['id', 'id'],
    ['organization_name', 'name'],
    ['email', 'email'],
    ['invoice_email', 'invoiceEmail'],
    ['street', 'address.street', 'lines'],
    ['city', 'address.city'],
    ['postal_code', 'address.postalCode'],
    ['postal_area', 'address.postalArea'],
    ['country_subdivision', 'address.countrySubdivision'],
    ['country_code', 'address.countryCode'],
    ['status', 'status'],
    ['currency_code', 'settings.currencyCode'],
], key=['id']) }}
