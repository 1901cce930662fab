"""A Finago Office on loopback, as awkward as the real one: seeded books, both paging models, faults on demand.

Importing the package starts nothing; `server` serves, `books` invents the company, `faults` breaks things.
"""
