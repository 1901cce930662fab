"""What the writes send, one module for each group of endpoints. The rows that use them are in `writes.py`."""
