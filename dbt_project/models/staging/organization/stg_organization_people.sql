{{ typed('organization_people', [
    ['person_id', 'id'],
    ['first_name', 'firstName'],
    ['last_name', 'lastName'],
    ['person_type', 'personType'],
    ['has_license', 'hasLicense', 'boolean'],
], key=['person_id']) }}
