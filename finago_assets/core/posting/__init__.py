"""Posting journals: a table becomes vouchers, is checked against the tenant's own lists, sent once and read back."""
