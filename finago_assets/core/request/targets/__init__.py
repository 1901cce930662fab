"""Where an answer's records can go: files, tables, the raw store. Each write is whole or not at all.

Knows nothing of sending. Start at target.py.
"""
