"""What users add in YAML: an endpoint of their own, and a request on a schedule.

Owns the two components and how `dg` writes one; the assets they become are made by the rest of `orchestration`.
"""
