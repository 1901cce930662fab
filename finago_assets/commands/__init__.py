"""Commands with more to say than fits `cli.py`: one module each."""
