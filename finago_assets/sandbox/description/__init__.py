"""What the vendor's description says, as facts without words, and answers made from it.

`finago.json` is made by `python -m scripts.api_facts`; nothing of the client's is looked at here.
"""
