"""The books of an invented Norwegian trading company: a pure function of a plan, every voucher balanced.

Owns what the company did and how each record reads as JSON. Knows nothing of HTTP.
"""
