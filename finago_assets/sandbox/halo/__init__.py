"""A Halo tenant on loopback: connections to accounting systems, their errors, links and taxes, and its quirks.

What it takes and what its records look like is said by `description/halo.json`; nothing of the client's is looked at.
"""
